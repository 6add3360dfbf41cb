/// Types of BPF programs that trace (Kernel: include/uapi/linux/bpf.h, enum bpf_prog_type).
public enum ProgramType: UInt32, Hashable, Sendable, Codable {
  case kprobe = 2
  case tracepoint = 5
  case perfEvent = 7
  case rawTracepoint = 17
  case tracing = 26

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
