import TraceLang

extension PlannedProgram {
  /// How its hooks work, in words.
  var mechanism: String {
    guard let point = points.first else { return "nothing" }
    if case .syscalls(let entry) = entry {
      return "the raw tracepoint sys_\(entry.side.rawValue) for all system calls\(placement.load.typing)"
    }
    return point.mechanism(placement.load)
  }
}

extension Hook.Point {
  /// How it works, in words.
  func mechanism(_ load: Load) -> String {
    switch self {
    case .testRun: "swtrace itself runs it"
    case .perfEvent(let event): event.mechanism
    case .breakpoint(let breakpoint):
      "a debug register of the processor, for \(breakpoint.length) bytes at 0x\(String(breakpoint.address, radix: 16))"
    case .tracepoint: "a perf event of each tracepoint, with its record"
    case .rawTracepoint: "a raw tracepoint, without a record\(load.typing)"
    case .uprobe(let site): "a breakpoint and a perf event of each place\(site.isReturn ? ", at the return" : "")"
    case .uprobes(let sites):
      "breakpoints, and a link (uprobe_multi) of each file\(sites.isReturn ? ", at the return" : "")"
    case .kprobe(_, let side, _): "a kprobe and a perf event of each place\(side.words)"
    case .kprobeMulti(_, let side, _): "a link to many functions (kprobe_multi)\(side.words)"
    case .kprobeSession: "a link to many functions, at entry and return (kprobe_session)"
    case .trampoline: load.isOfProgram ? "a trampoline of the BPF program" : "a trampoline of each function"
    case .iterator: "the kernel runs it for each object, once"
    case .pinnedIterator: "the kernel runs it for each object whenever its file is read"
    }
  }

  /// Of a probe that does not fire once or on one CPU only.
  var pace: Explanation.Pace {
    switch self {
    case .perfEvent(let event): event.isClock ? .timer : .event
    case .iterator: .once
    case .testRun, .breakpoint, .tracepoint, .rawTracepoint, .uprobe, .uprobes, .kprobe, .kprobeMulti, .kprobeSession,
      .trampoline, .pinnedIterator:
      .event
    }
  }

  /// Whether its number is read in tracefs.
  var isInTracefs: Bool {
    switch self {
    case .tracepoint: true
    case .testRun, .perfEvent, .breakpoint, .rawTracepoint, .uprobe, .uprobes, .kprobe, .kprobeMulti, .kprobeSession,
      .trampoline, .iterator, .pinnedIterator:
      false
    }
  }
}

extension FunctionSide {
  fileprivate var words: String {
    switch self {
    case .entry: ""
    case .exit: ", at the return"
    }
  }
}

extension Load {
  fileprivate var typing: String { isTyped ? ", with types from BTF" : "" }
}

extension PerfEvent {
  fileprivate var mechanism: String {
    let place =
      switch cpus {
      case .every: "a perf event on each CPU"
      case .one: "a perf event on one CPU"
      }
    switch (sampling, isClock) {
    case (.period(let nanoseconds), true): return "\(place), every \(Self.time(nanoseconds))"
    case (.period(let count), false): return "\(place), every \(count) events"
    case (.frequency(let hertz), _): return "\(place), \(hertz) times a second"
    }
  }

  /// Whether it fires by time and not by what happens.
  var isClock: Bool { kind == .software && config == Self.cpuClock }

  private static func time(_ nanoseconds: UInt64) -> String {
    for (unit, name) in [(1_000_000_000, "s"), (1_000_000, "ms"), (1000, "us")] as [(UInt64, String)]
    where nanoseconds % unit == 0 {
      return "\(nanoseconds / unit) \(name)"
    }
    return "\(nanoseconds) ns"
  }
}
