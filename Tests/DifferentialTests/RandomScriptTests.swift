import Glibc
import TestSupport
import Testing
import TraceLang

/// Random scripts: the kernel takes them, and they print what the reference interpreter says.
///
/// `make differential N=10000 SEED=1` runs any number of them.
@Suite(.serialized) struct RandomScriptTests {
  /// As many as an ordinary run of all tests has time for, unless told otherwise.
  private static let count = number("SWTRACE_DIFFERENTIAL_COUNT") ?? 500
  private static let seed = number("SWTRACE_DIFFERENTIAL_SEED") ?? 1

  /// Seconds that a failing script may take to shrink.
  private static let patience = number("SWTRACE_DIFFERENTIAL_PATIENCE") ?? 30

  private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  /// Writes a line at once, as the next script may be the last.
  private static func tell(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  @Test("random scripts do on the kernel what the reference interpreter says", .root)
  func random() throws {
    try Kernel.use { kernel in
      var refused = 0
      var failures = 0
      var complex: [Int] = []
      let start = ContinuousClock.now
      for seed in Self.seed..<Self.seed + Self.count {
        var generator = ScriptGenerator(seed: UInt64(seed))
        let text = generator.script()
        if getenv("SWTRACE_DIFFERENTIAL_SHOW") != nil { Self.tell("--- \(seed)\n\(text)") }
        let verdict = kernel.verdict(text)
        if case .refused(let report) = verdict {
          refused += 1
          if getenv("SWTRACE_DIFFERENTIAL_REFUSALS") != nil { Self.tell("--- \(seed)\n\(text)\n\(report)") }
        }
        if case .tooComplex = verdict { complex.append(seed) }
        guard verdict.isFailure else { continue }
        failures += 1
        let shrinker = Shrinker(patience: .seconds(Self.patience)) { kernel.verdict($0).isLike(verdict) }
        let small = shrinker.shrunk(text)
        Issue.record("seed \(seed) fails; its smallest script is:\n\(small)\n\(kernel.verdict(small))")
        if failures == 40 { break }
      }
      if Self.number("SWTRACE_DIFFERENTIAL_COUNT") != nil {
        let time = ContinuousClock.now - start
        Self.tell("\(Self.count) scripts in \(time), \(refused) refused, \(failures) failed, too complex: \(complex)")
      }
    }
  }

  @Test("scripts that once failed do on the kernel what the reference interpreter says", .root)
  func regressions() throws {
    let folder = Repository.root + "/Tests/DifferentialTests/Regressions"
    for name in FileContents.names(in: folder, extension: "bt") {
      let text = try FileContents.text("\(folder)/\(name).bt")
      try Kernel.use { kernel in
        let verdict = kernel.verdict(text)
        #expect(verdict == .same, "\(name)")
      }
    }
  }
}
