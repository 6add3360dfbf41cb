import CLibBPF
import Glibc
import TraceLang

/// Finds out what the running kernel has by trying it, each time it is asked: loads tiny programs and creates tiny maps,
/// and closes them.
///
/// A kernel that refuses for want of permission is taken to have nothing.
struct KernelFeatures {
  /// Whether it was found to have the fourth version of the instruction set.
  private var hasInstructionSetV4 = false

  /// Why this process can try nothing; `nil` where it can.
  static var refusal: TargetError? {
    let trial = ProbeProgram(.tracepoint, [.moveImmediate(0, 0), .exit])
    if trial.isLoaded { return nil }
    let reason = Permissions.current().remedy(for: .bpf)
    return TargetError(
      trial.descriptor == -EPERM
        ? "the kernel's features can only be tried with permission to load programs: \(reason)"
        : "the kernel takes no programs: \(String(cString: strerror(-trial.descriptor)))")
  }

  mutating func has(_ feature: KernelFeature) -> Bool {
    if hasInstructionSetV4, feature.isOlderThanInstructionSetV4 { return true }
    let answer = Self.probe(feature)
    if feature == .instructionSetV4 { hasInstructionSetV4 = answer }
    return answer
  }

  private static func probe(_ feature: KernelFeature) -> Bool {
    switch feature {
    case .btf: (try? openFile(BTFFile.vmlinuxPath).closing { _ in }) != nil
    case .tracingRawTracepoint: hasTracingRawTracepoint()
    case .ringBuffer: libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1
    case .forEachMapElement: hasHelper(BPF_FUNC_for_each_map_elem)
    case .currentTaskBTF: hasHelper(BPF_FUNC_get_current_task_btf)
    case .attachCookie: hasHelper(BPF_FUNC_get_attach_cookie)
    case .loop: hasHelper(BPF_FUNC_loop)
    case .bootTime: hasHelper(BPF_FUNC_ktime_get_boot_ns)
    case .taiTime: hasHelper(BPF_FUNC_ktime_get_tai_ns)
    case .perCPULookup: hasHelper(BPF_FUNC_map_lookup_percpu_elem)
    case .taskStorage: hasHelper(BPF_FUNC_task_storage_get)
    case .taskRegisters: hasHelper(BPF_FUNC_task_pt_regs)
    case .kprobeOverride: hasHelper(BPF_FUNC_override_return, for: .kprobe)
    case .userWrites: hasHelper(BPF_FUNC_probe_write_user)
    case .instructionSetV4: hasSignExtendingMove()
    case .kprobeMulti: hasKprobeLink(AttachType.traceKprobeMulti)
    // Its programs call a function of the kernel by its type.
    case .kprobeSession: probe(.btf) && hasKprobeLink(AttachType.traceKprobeSession)
    case .uprobeMulti: hasUprobeMulti()
    }
  }

  /// The verifier rejects BTF type 1, an integer, by name when it knows the attach type, and silently when not.
  private static func hasTracingRawTracepoint() -> Bool {
    let program = ProbeProgram(
      .tracing, [.moveImmediate(0, 0), .exit], attachType: AttachType.traceRawTracepoint, attachBTF: 1)
    return program.isLoaded || program.says("attach_btf_id 1 is not a typedef")
  }

  /// A call without arguments fails for those, unless the helper is unknown or not for programs of the type.
  ///
  /// libbpf's own test (1.1) does not know what newer kernels (6.18) say of helpers that a program type may not call.
  static func hasHelper(_ helper: bpf_func_id, for type: ProgramType = .tracepoint) -> Bool {
    let program = ProbeProgram(type, [.call(Int32(helper.rawValue)), .exit])
    if program.isLoaded { return true }
    let refusals = ["unknown func", "invalid func", "cannot use helper"]
    return program.hasLog && !refusals.contains { program.says($0) }
  }

  private static func hasSignExtendingMove() -> Bool {
    ProbeProgram(
      .tracepoint, [.moveImmediate(1, 0), .moveSignExtending8(1, 1), .moveImmediate(0, 0), .exit]
    ).isLoaded
  }

  /// An unreadable list of addresses is what a kernel that has the attach type complains of.
  private static func hasKprobeLink(_ attachType: UInt32) -> Bool {
    let program = ProbeProgram(.kprobe, [.moveImmediate(0, 0), .exit], attachType: attachType)
    guard program.isLoaded else { return false }
    var attributes = swtrace_kprobe_multi()
    attributes.program = UInt32(bitPattern: program.descriptor)
    attributes.attach_type = attachType
    attributes.count = 1
    attributes.addresses = 1
    let link = attributes.createLink()
    if link >= 0 { _ = close(link) }
    return link == -EFAULT
  }

  /// A path that is no regular file is what a kernel that has the attach type complains of.
  private static func hasUprobeMulti() -> Bool {
    let program = ProbeProgram(
      .kprobe, [.moveImmediate(0, 0), .exit], attachType: AttachType.traceUprobeMulti)
    return program.isLoaded && UprobeMultiRefusal.code(program: program.descriptor) == EBADF
  }
}

extension KernelFeature {
  /// Helpers that the kernel got before the fourth version of the instruction set (6.6), which saves asking for each.
  fileprivate var isOlderThanInstructionSetV4: Bool {
    switch self {
    case .forEachMapElement, .currentTaskBTF, .attachCookie, .loop, .bootTime, .perCPULookup, .taskRegisters: true
    case .btf, .tracingRawTracepoint, .ringBuffer, .taiTime, .taskStorage, .instructionSetV4, .kprobeMulti,
      .kprobeSession, .uprobeMulti, .kprobeOverride, .userWrites:
      false
    }
  }
}

/// Kernel: include/uapi/linux/bpf.h, enum bpf_attach_type; the newest are not in older headers.
enum AttachType {
  static let traceRawTracepoint: UInt32 = 23
  static let traceKprobeMulti: UInt32 = 42
  static let traceUprobeMulti: UInt32 = 48
  static let traceKprobeSession: UInt32 = 56
}
