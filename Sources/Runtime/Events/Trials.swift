import CLibBPF
import Codegen
import Glibc
import Symbolizer

/// The tests and benchmarks of a bundle, which are run in place of tracing.
struct Trials {
  private let tests: [(name: String, hook: Hook)]
  private let benchmarks: [(name: String, hook: Hook)]
  private let attacher: Attacher
  private let tracing: Tracing
  private let printer: Printer

  init(hooks: [Hook], attacher: Attacher, tracing: Tracing, printer: Printer) {
    tests = hooks.compactMap { if case .testRun(.test(let name)) = $0.point { (name, $0) } else { nil } }
    benchmarks = hooks.compactMap { if case .testRun(.bench(let name)) = $0.point { (name, $0) } else { nil } }
    self.attacher = attacher
    self.tracing = tracing
    self.printer = printer
  }

  var isEmpty: Bool { tests.isEmpty && benchmarks.isEmpty }

  /// - Returns: the status to exit with, 1 if a test failed; `nil` when there are neither tests nor benchmarks.
  func run(while goesOn: () -> Bool) throws(RuntimeError) -> Int32? {
    if isEmpty { return nil }
    if !benchmarks.isEmpty { try measure(while: goesOn) }
    return tests.isEmpty ? 0 : try test(while: goesOn)
  }
}

// MARK: Tests

extension Trials {
  private func test(while goesOn: () -> Bool) throws(RuntimeError) -> Int32 {
    var failed: [String] = []
    var count = 0
    printer.tell("[==========] Running \(Self.tests(tests.count)).")
    for (name, hook) in tests where goesOn() {
      printer.tell("[ RUN      ] \(name)")
      let start = Clock.now
      try attacher.run(hook)
      let duration = Clock.now - start
      let passed = (try tracing.takeResult() ?? 0) == 0
      count += 1
      if !passed { failed.append(name) }
      printer.test(name, passed: passed, microseconds: duration / 1000)
    }
    printer.tell("[==========] \(Self.tests(count)) ran.")
    printer.tell("[  PASSED  ] \(Self.tests(count - failed.count)).")
    if !failed.isEmpty { printer.tell("[  FAILED  ] \(Self.tests(failed.count)), listed below:") }
    for name in failed { printer.tell("[  FAILED  ] \(name)") }
    return failed.isEmpty ? 0 : 1
  }

  private static func tests(_ count: Int) -> String { count == 1 ? "1 test" : "\(count) tests" }
}

// MARK: Benchmarks

extension Trials {
  /// Nanoseconds that each benchmark goes on for, calls of the kernel included.
  private static let patience: UInt64 = 50_000_000
  /// Runs between two looks at the clock.
  private static let batch = 1000

  private func measure(while goesOn: () -> Bool) throws(RuntimeError) {
    // The kernel counts the time of programs while this is open.
    let statistics = bpf_enable_stats(BPF_STATS_RUN_TIME)
    guard statistics >= 0 else { throw .failure(doing: "measure programs", code: -statistics, of: .bpf) }
    defer { close(statistics) }
    printer.benchmarks(named: benchmarks.map(\.name))
    for (name, hook) in benchmarks where goesOn() {
      let result = try measure(hook, while: goesOn)
      printer.benchmark(name, nanoseconds: result.runs == 0 ? 0 : result.nanoseconds / result.runs, runs: result.runs)
    }
  }

  private func measure(
    _ hook: Hook, while goesOn: () -> Bool
  ) throws(RuntimeError) -> (runs: UInt64, nanoseconds: UInt64) {
    let before = try statistics(of: hook)
    let start = Clock.now
    repeat {
      for _ in 0..<Self.batch { try attacher.run(hook) }
      try tracing.discard()
    } while Clock.now - start < Self.patience && goesOn()
    let after = try statistics(of: hook)
    return (after.runs - before.runs, after.nanoseconds - before.nanoseconds)
  }

  /// What the kernel has counted of the hook's program.
  private func statistics(of hook: Hook) throws(RuntimeError) -> (runs: UInt64, nanoseconds: UInt64) {
    var information = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    let result = bpf_obj_get_info_by_fd(try attacher.program(of: hook), &information, &size)
    guard result == 0 else { throw .failure(doing: "measure \(hook.title)", code: -result, of: .bpf) }
    return (information.run_cnt, information.run_time_ns)
  }
}
