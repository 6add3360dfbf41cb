/// Types of BPF programs that trace.
public enum ProgramType: String, Hashable, Sendable, Codable, CaseIterable {
  case kprobe, tracepoint, perfEvent, rawTracepoint, tracing

  /// Kernel: include/uapi/linux/bpf.h, enum bpf_prog_type.
  public var number: UInt32 {
    switch self {
    case .kprobe: 2
    case .tracepoint: 5
    case .perfEvent: 7
    case .rawTracepoint: 17
    case .tracing: 26
    }
  }

  /// As listings name it.
  public var description: String {
    switch self {
    case .kprobe: "kprobe"
    case .tracepoint: "tracepoint"
    case .perfEvent: "perf_event"
    case .rawTracepoint: "raw_tracepoint"
    case .tracing: "tracing"
    }
  }
}
