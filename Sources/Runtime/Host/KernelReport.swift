import CLibBPF
import Glibc
import TraceLang

/// What a kernel has of all that programs here may use, found by trying; for people to read.
public struct KernelReport: Hashable, Sendable {
  /// Facts of one sort under a heading.
  public struct Group: Hashable, Sendable {
    public let title: String
    public let facts: [Fact]
  }

  public struct Fact: Hashable, Sendable {
    public let name: String
    /// "yes", "no" or a number.
    public let value: String

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

    init(_ name: String, _ has: Bool) { self.init(name, has ? "yes" : "no") }
  }

  public let groups: [Group]

  /// - Throws: when the kernel lets this process try nothing, with what would make it.
  public init(of host: HostTarget) throws(TargetError) {
    if let refusal = KernelFeatures.refusal { throw refusal }
    groups = [
      Group(title: "Kernel helpers", facts: Self.helpers(host)),
      Group(title: "Kernel features", facts: Self.features(host)),
      Group(title: "Probe types", facts: Self.probeTypes(host)),
    ]
  }

  private static func helpers(_ host: HostTarget) -> [Fact] {
    [
      Fact("dpath", hasPathHelper(host)),
      Fact("get_tai_ns", has(BPF_FUNC_ktime_get_tai_ns)),
      Fact("get_func_ip", has(BPF_FUNC_get_func_ip)),
      Fact("lookup_percpu_elem", has(BPF_FUNC_map_lookup_percpu_elem)),
      Fact("loop", has(BPF_FUNC_loop)),
      Fact("get_boot_ns", has(BPF_FUNC_ktime_get_boot_ns)),
      Fact("for_each_map_elem", has(BPF_FUNC_for_each_map_elem)),
      Fact("get_attach_cookie", has(BPF_FUNC_get_attach_cookie)),
      Fact("get_current_task_btf", has(BPF_FUNC_get_current_task_btf)),
      Fact("override_return", has(BPF_FUNC_override_return)),
    ]
  }

  private static func has(_ helper: bpf_func_id) -> Bool {
    KernelFeatures.hasHelper(helper, for: .kprobe)
  }

  private static func features(_ host: HostTarget) -> [Fact] {
    [
      Fact("Instruction limit", takesMoreInstructions ? "1000000" : "4096"),
      Fact("btf", host.has(.btf)),
      Fact("module btf", hasModuleTypes),
      Fact("instruction set v4", host.has(.instructionSetV4)),
      Fact("map_ringbuf", libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1),
      Fact("map_task_storage", libbpf_probe_bpf_map_type(BPF_MAP_TYPE_TASK_STORAGE, nil) == 1),
    ]
  }

  private static func probeTypes(_ host: HostTarget) -> [Fact] {
    [
      Fact("kprobe_multi", host.has(.kprobeMulti)),
      Fact("uprobe_multi", host.has(.uprobeMulti)),
      Fact("kprobe_session", host.has(.kprobeSession)),
      Fact("iter", loads(attachType: traceIterator, function: "bpf_iter_task", host)),
      Fact("tracing rawtracepoint", host.has(.tracingRawTracepoint)),
    ]
  }

  /// A program of more instructions than kernels before 5.2, and today's without CAP_BPF, take.
  private static var takesMoreInstructions: Bool {
    let moves = [ProbeProgram.Instruction](repeating: .moveImmediate(0, 0), count: oldInstructionLimit)
    return ProbeProgram(.tracepoint, moves + [.exit], logs: false).isLoaded
  }

  /// Whether the kernel knows which of its BTF objects are its own and its modules' (5.11).
  private static var hasModuleTypes: Bool {
    var id: UInt32 = 0
    guard bpf_btf_get_next_id(0, &id) == 0 else { return false }
    let descriptor = bpf_btf_get_fd_by_id(id)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var info = bpf_btf_info()
    var size = UInt32(MemoryLayout<bpf_btf_info>.size)
    return bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 && info.kernel_btf != 0
  }

  /// bpf_d_path is only for programs on some functions (Kernel: kernel/trace/bpf_trace.c, btf_allowlist_d_path); it is
  /// its missing arguments that the verifier complains of where it is there.
  private static func hasPathHelper(_ host: HostTarget) -> Bool {
    guard let function = host.btfTypeID(kind: .function, name: "filp_close") else { return false }
    let program = ProbeProgram(
      .tracing, [.call(Int32(BPF_FUNC_d_path.rawValue)), .moveImmediate(0, 0), .exit], attachType: traceEntry,
      attachBTF: function.id)
    return program.says("!read_ok")
  }

  private static func loads(attachType: UInt32, function: String, _ host: HostTarget) -> Bool {
    guard let function = host.btfTypeID(kind: .function, name: function) else { return false }
    return ProbeProgram(
      .tracing, [.moveImmediate(0, 0), .exit], attachType: attachType, attachBTF: function.id
    ).isLoaded
  }

  /// Kernel: include/uapi/linux/bpf_common.h, BPF_MAXINSNS.
  private static let oldInstructionLimit = 4096
  /// Kernel: include/uapi/linux/bpf.h, BPF_TRACE_FENTRY and BPF_TRACE_ITER.
  private static let traceEntry: UInt32 = 24
  private static let traceIterator: UInt32 = 28
}
