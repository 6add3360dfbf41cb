/// What a kernel may or may not have; found by trying, not by version.
public enum KernelFeature: String, Hashable, Sendable, Codable, CaseIterable {
  case btf
  /// BPF_PROG_TYPE_TRACING with BPF_TRACE_RAW_TP (5.5).
  case tracingRawTracepoint
  /// bpf_ringbuf_* (5.8).
  case ringBuffer
  /// bpf_for_each_map_elem (5.13).
  case forEachMapElement
  /// bpf_get_current_task_btf (5.11).
  case currentTaskBTF
  /// bpf_get_attach_cookie (5.15).
  case attachCookie
  /// bpf_loop (5.17).
  case loop
  /// bpf_ktime_get_boot_ns (5.8).
  case bootTime
  /// bpf_ktime_get_tai_ns (6.1).
  case taiTime
  /// bpf_map_lookup_percpu_elem (5.19).
  case perCPULookup
  /// sdiv, smod, movsx, bswap and long jumps (6.6).
  case instructionSetV4
  /// BPF_TRACE_KPROBE_MULTI (5.18).
  case kprobeMulti
  /// BPF_TRACE_KPROBE_SESSION and `bpf_session_is_return` (6.10).
  case kprobeSession
  /// BPF_TRACE_UPROBE_MULTI (6.6).
  case uprobeMulti
  /// bpf_override_return for kprobes (CONFIG_BPF_KPROBE_OVERRIDE).
  case kprobeOverride
  /// bpf_probe_write_user, which a kernel that is locked down keeps from all programs.
  case userWrites
  /// Task storage maps from tracing programs (5.11).
  case taskStorage
  /// bpf_task_pt_regs (5.15).
  case taskRegisters
}

extension KernelFeature {
  /// What it is, in words, and the version of Linux that brought it; `nil` where that is up to how a kernel was built.
  public var facts: (words: String, since: KernelVersion?) {
    switch self {
    case .btf: ("BTF", KernelVersion(5, 4))
    case .tracingRawTracepoint: ("raw tracepoints with types", KernelVersion(5, 5))
    case .ringBuffer: ("ring buffers", KernelVersion(5, 8))
    case .forEachMapElement: ("loops over maps", KernelVersion(5, 13))
    case .currentTaskBTF: ("the current task with its type", KernelVersion(5, 11))
    case .attachCookie: ("cookies of links", KernelVersion(5, 15))
    case .loop: ("loops by callback", KernelVersion(5, 17))
    case .bootTime: ("the boot clock", KernelVersion(5, 8))
    case .taiTime: ("the TAI clock", KernelVersion(6, 1))
    case .perCPULookup: ("values of other CPUs", KernelVersion(5, 19))
    case .instructionSetV4: ("version 4 of the instruction set", KernelVersion(6, 6))
    case .kprobeMulti: ("links to many kernel functions", KernelVersion(5, 18))
    case .kprobeSession: ("sessions of kernel functions", KernelVersion(6, 10))
    case .uprobeMulti: ("links to many places of a file", KernelVersion(6, 6))
    case .kprobeOverride: ("other results of kernel functions (CONFIG_BPF_KPROBE_OVERRIDE)", nil)
    case .userWrites: ("writes to user memory", nil)
    case .taskStorage: ("storage of tasks", KernelVersion(5, 11))
    case .taskRegisters: ("the saved registers of tasks", KernelVersion(5, 15))
    }
  }
}

/// The first two numbers of a kernel's release.
public struct KernelVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let major: Int
  public let minor: Int

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Of "6.18.4-amd64"; `nil` for what does not begin so.
  public init?(release: String) {
    let parts = release.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isASCII && $0.isNumber }) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.init(major, minor)
  }

  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  public var description: String { "\(major).\(minor)" }
}
