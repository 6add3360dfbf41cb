import TraceLang

/// How a program is loaded: what `bpf_prog_load_opts` says of its type.
public struct Load: Hashable, Sendable, Codable {
  public var type: ProgramType
  /// Where a program of type tracing attaches; the kernel checks the program for that.
  public var target: AttachTarget

  /// What the kernel's BTF has of the place; it gives the program arguments with types.
  public enum AttachTarget: Hashable, Sendable, Codable {
    case none
    /// BPF_TRACE_RAW_TP, for the typedef `btf_trace_NAME`.
    case rawTracepoint(String)
    /// BPF_TRACE_UPROBE_MULTI.
    case uprobeMulti
    /// BPF_TRACE_KPROBE_MULTI.
    case kprobeMulti
    /// BPF_TRACE_KPROBE_SESSION: it runs where a function begins and where it returns.
    case kprobeSession
    /// BPF_TRACE_FENTRY or BPF_TRACE_FEXIT.
    case function(KernelFunction, FunctionSide)
    /// The same of a BPF program that is in the kernel.
    case program(ProgramFunction, FunctionSide)
    /// BPF_TRACE_ITER, for the function `bpf_iter_NAME`.
    case iterator(String)
  }

  public init(_ type: ProgramType, _ target: AttachTarget = .none) {
    self.type = type
    self.target = target
  }

  /// Also what `begin` and `end` run as (BPF_PROG_TEST_RUN).
  public static let rawTracepoint = Load(.rawTracepoint)
  public static let tracepoint = Load(.tracepoint)
  public static let perfEvent = Load(.perfEvent)
  public static let kprobe = Load(.kprobe)
  public static let kprobeMulti = Load(.kprobe, .kprobeMulti)
  public static let kprobeSession = Load(.kprobe, .kprobeSession)
  public static func tracingRawTracepoint(_ name: String) -> Load { Load(.tracing, .rawTracepoint(name)) }

  /// Whether the verifier knows the types of the program's arguments.
  public var isTyped: Bool {
    switch target {
    case .none, .kprobeMulti, .kprobeSession, .uprobeMulti: false
    case .rawTracepoint, .function, .program, .iterator: true
    }
  }

  /// Whether it attaches to a BPF program.
  public var isOfProgram: Bool {
    if case .program = target { true } else { false }
  }

  public var description: String {
    switch target {
    case .none: type.description
    case .uprobeMulti: "\(type.description) uprobe_multi"
    case .rawTracepoint(let name): "\(type.description) raw_tp \(name)"
    case .kprobeMulti: "\(type.description) multi"
    case .kprobeSession: "\(type.description) session"
    case .function(let function, .entry): "\(type.description) fentry \(function.text)"
    case .function(let function, .exit): "\(type.description) fexit \(function.text)"
    case .program(let function, let side):
      "\(type.description) \(side == .entry ? "fentry" : "fexit") of program \(function.text)"
    case .iterator(let name): "\(type.description) iter \(name)"
    }
  }

  /// The section of an object file that tells libbpf all this and where the program attaches (libbpf: src/libbpf.c,
  /// section_defs); `nil` where no section can.
  func sectionName(_ point: Hook.Point) -> String? {
    switch (target, type, point) {
    case (.rawTracepoint(let name), _, _): "tp_btf/\(name)"
    case (.function(let function, .entry), _, _): "fentry/\(function.name)"
    case (.function(let function, .exit), _, _): "fexit/\(function.name)"
    case (.iterator(let name), _, _): "iter/\(name)"
    // The program that it attaches to is of no other run.
    case (.program, _, _): nil
    // What it attaches to may be more than a section's name says.
    case (.kprobeMulti, _, _), (.kprobeSession, _, _): nil
    case (.none, .kprobe, .kprobe(.function(let function, let offset), let side, _)):
      "\(side == .entry ? "kprobe" : "kretprobe")/\(function.name)\(offset == 0 ? "" : "+\(offset)")"
    case (.none, .perfEvent, _): "perf_event"
    case (_, .kprobe, .uprobe(let site)): site.isReturn ? "uretprobe" : "uprobe"
    case (.uprobeMulti, _, .uprobes(let sites)): sites.isReturn ? "uretprobe.multi" : "uprobe.multi"
    case (.none, .rawTracepoint, .rawTracepoint(let name)): "raw_tp/\(name)"
    // Not attached: whoever loads it runs it.
    case (.none, .rawTracepoint, .testRun): "raw_tp"
    case (.none, .tracepoint, .tracepoint(let name)): "tracepoint/\(name.category)/\(name.event)"
    case (.none, .rawTracepoint, _), (.none, .tracepoint, _), (.none, .kprobe, _), (.none, .tracing, _),
      (.uprobeMulti, _, _):
      nil
    }
  }
}
