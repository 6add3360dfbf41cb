import TraceLang

/// What kind of program a script's `begin` probes are run as.
public enum FiringContext: String, CaseIterable, Sendable {
  /// BPF_PROG_TEST_RUN, with interrupts on.
  case testRun = "test-run"
  /// The interrupt of a timer.
  case timer
  /// The tracepoint of a task switch, where interrupts are off and a run queue is locked.
  case scheduler

  /// The contexts take turns with the seeds of random scripts.
  public init(seed: UInt64) { self = Self.allCases[Int(seed % UInt64(Self.allCases.count))] }

  private var attachPoint: String? {
    switch self {
    case .testRun: nil
    case .timer: "profile:hz:2999"
    case .scheduler: "rawtracepoint:sched_switch"
    }
  }

  /// A script that does in a single firing, while a thread runs, what another does in its `begin` probes, and ends then.
  /// - Returns: `nil` where that cannot be said: for probes of other kinds or in another order, for bodies that ask which probe
  ///   runs, and where one of several may be left early.
  func rewritten(_ text: String, thread: UInt32) -> String? {
    guard let attachPoint else { return nil }
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    let bytes = Array(text.utf8)
    func slice(_ range: SourceRange) -> String {
      String(decoding: bytes[Int(range.lower)..<Int(range.upper)], as: UTF8.self)
    }
    var before: [UInt8] = []
    var after: [UInt8] = []
    var position = 0
    var hasEnd = false
    var bodies: [String] = []
    for case .probe(let probe) in script.items {
      guard probe.attachPoints.count == 1, !probe.usesAngles else { return nil }
      switch probe.attachPoints[0].parts[0].text {
      case "begin", "BEGIN":
        if hasEnd { return nil }
        let condition = probe.predicate.map { slice($0.range) } ?? "1"
        bodies.append("if (\(condition)) \(slice(probe.body.range))")
        let between = bytes[position..<Int(probe.range.lower)]
        if bodies.count == 1 { before += between } else { after += between }
        position = Int(probe.range.upper)
      case "end", "END": hasEnd = true
      default: return nil
      }
    }
    after += bytes[position...]
    guard !bodies.isEmpty, !bodies.contains(where: { $0.contains("probe") }),
      !bodies.dropLast().contains(where: { $0.contains("return") || $0.contains("exit") })
    else { return nil }
    let isHere = "tid == \(thread)"
    return """
      \(String(decoding: before, as: UTF8.self))
      \(attachPoint) /\(isHere) && @gate == 0/ {
        @gate = 1;
        \(bodies.joined(separator: "\n"))
      }
      \(attachPoint) /\(isHere) && @gate == 1/ { @gate = 2; exit(); }
      \(String(decoding: after, as: UTF8.self))
      interval:s:20 { print("the probe does not fire"); exit(); }
      end { clear(@gate); }

      """
  }
}
