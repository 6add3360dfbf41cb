import TraceLang

/// A place a program is attached to.
public struct Hook: Hashable, Sendable, Codable {
  /// By mechanism of the kernel.
  public enum Point: Hashable, Sendable, Codable {
    /// Not attached: swtrace runs it through BPF_PROG_TEST_RUN.
    case testRun(Moment)
    /// A perf event on some CPUs.
    case perfEvent(PerfEvent)
    /// A perf event for use of memory, on the traced process or on each CPU.
    case breakpoint(Breakpoint)
    /// A perf event on the tracepoint's id.
    case tracepoint(TracepointName)
    /// bpf_raw_tracepoint_open by name; a program of type tracing was loaded for it.
    case rawTracepoint(String)
    /// A perf event of the kernel's uprobes.
    case uprobe(UprobeSite)
    /// One link to many places of a file (BPF_TRACE_UPROBE_MULTI).
    case uprobes(UprobeSites)
    /// A perf event of the kernel's `kprobe`.
    case kprobe(Kprobe.Place, FunctionSide, cookie: UInt64)
    /// One link to many functions.
    case kprobeMulti([KernelFunction], FunctionSide, cookies: [UInt64])
    /// One link to many functions, each where it begins and where it returns (BPF_TRACE_KPROBE_SESSION).
    case kprobeSession([KernelFunction], cookies: [UInt64])
    /// The function that its program, of type tracing, was loaded for.
    case trampoline
    /// The objects that its program, of type tracing, was loaded for: it runs for each of them, once.
    case iterator
    /// The same, in a file below a BPF file system: it runs whenever that is read, until it is removed.
    case pinnedIterator(String)
  }

  public enum Moment: Hashable, Sendable, Codable {
    /// Before anything is attached.
    case begin
    /// When all else is detached.
    case end
    /// Each time that swtrace gets SIGUSR1 while it traces.
    case signal
    /// Once, in place of tracing, by its name.
    case test(String)
    /// Many times, in place of tracing, by its name.
    case bench(String)

    /// Of a test or benchmark.
    var name: String? {
      switch self {
      case .begin, .end, .signal: nil
      case .test(let name), .bench(let name): name
      }
    }
  }

  /// Index in `Bundle.programs`.
  public var program: Int
  public var point: Point
  /// The attach point as the user would name it, for messages.
  public var title: String

  public init(program: Int, point: Point, title: String) {
    self.program = program
    self.point = point
    self.title = title
  }
}

/// What perf_event_open is asked for, and where.
public struct PerfEvent: Hashable, Sendable, Codable {
  /// Kernel: include/uapi/linux/perf_event.h, enum perf_type_id.
  public enum Kind: UInt32, Hashable, Sendable, Codable {
    case hardware = 0
    case software = 1
    case cache = 3
    case raw = 4

    /// Whether the processor counts it.
    public var isOfProcessor: Bool { self != .software }
  }

  public enum Sampling: Hashable, Sendable, Codable {
    /// Each so many events; nanoseconds for a clock.
    case period(UInt64)
    /// So many times a second.
    case frequency(UInt64)
  }

  public enum CPUs: Hashable, Sendable, Codable {
    case every
    /// Any one.
    case one
  }

  /// PERF_COUNT_SW_CPU_CLOCK.
  public static let cpuClock: UInt64 = 0
  /// PERF_COUNT_HW_MAX.
  static let hardwareEvents: UInt64 = 10
  /// PERF_COUNT_HW_CACHE_MAX, _OP_MAX and _RESULT_MAX.
  static let cacheEvents: (caches: UInt64, operations: UInt64, results: UInt64) = (7, 3, 2)
  /// PERF_COUNT_SW_MAX.
  static let softwareEvents: UInt64 = 12

  public let kind: Kind
  public let config: UInt64
  public let sampling: Sampling
  public let cpus: CPUs

  public init(_ kind: Kind, config: UInt64, _ sampling: Sampling, on cpus: CPUs = .every) {
    self.kind = kind
    self.config = config
    self.sampling = sampling
    self.cpus = cpus
  }

  /// A timer.
  public static func clock(_ sampling: Sampling, on cpus: CPUs = .every) -> PerfEvent {
    PerfEvent(.software, config: cpuClock, sampling, on: cpus)
  }
}

extension Hook.Point {
  public static let begin = Hook.Point.testRun(.begin)
  public static let end = Hook.Point.testRun(.end)

  public var description: String {
    switch self {
    case .testRun(.begin): "begin"
    case .testRun(.end): "end"
    case .testRun(.signal): "signal SIGUSR1"
    case .testRun(.test(let name)): "test \(name)"
    case .testRun(.bench(let name)): "bench \(name)"
    case .perfEvent(let event): event.description
    case .breakpoint(let breakpoint): breakpoint.description
    case .tracepoint(let name): "tracepoint \(name.category):\(name.event)"
    case .rawTracepoint(let name): "raw_tracepoint \(name)"
    case .uprobe(let site): "\(site.isReturn ? "uretprobe" : "uprobe") \(site.path)+\(site.offset)"
    case .uprobes(let sites):
      "\(sites.isReturn ? "uretprobe" : "uprobe") multi \(sites.path) "
        + zip(sites.offsets, sites.cookies).map { "+\($0) (\($1))" }.joined(separator: " ")
    case .kprobe(.function(let function, let offset), let side, _):
      "\(side == .entry ? "kprobe" : "kretprobe") \(function.text)\(offset == 0 ? "" : "+\(offset)")"
    case .kprobe(.address(let address), _, _): "kprobe \(address)"
    case .kprobeMulti(let functions, let side, _):
      "\(side == .entry ? "kprobes" : "kretprobes") \(functions.map(\.text).joined(separator: " "))"
    case .kprobeSession(let functions, _): "kprobe session \(functions.map(\.text).joined(separator: " "))"
    case .trampoline: "function"
    case .iterator: "iterator"
    case .pinnedIterator(let path): "iterator in \(path)"
    }
  }
}

extension PerfEvent {
  var description: String {
    switch (kind, config, sampling, cpus) {
    case (.software, Self.cpuClock, .period(let period), .one): "interval \(period) ns"
    case (.software, Self.cpuClock, .period(let period), .every): "profile \(period) ns"
    case (.software, Self.cpuClock, .frequency(let frequency), .every): "profile \(frequency) hz"
    case (.software, _, .period(let period), _): "software event \(config) each \(period)"
    case (.software, _, .frequency(let frequency), _): "software event \(config) \(frequency) times a second"
    case (.hardware, _, .period(let period), _): "hardware event \(config) each \(period)"
    case (.hardware, _, .frequency(let frequency), _): "hardware event \(config) \(frequency) times a second"
    case (.cache, _, .period(let period), _): "cache event \(config) each \(period)"
    case (.cache, _, .frequency(let frequency), _): "cache event \(config) \(frequency) times a second"
    case (.raw, _, .period(let period), _): "raw event \(config) each \(period)"
    case (.raw, _, .frequency(let frequency), _): "raw event \(config) \(frequency) times a second"
    }
  }
}
