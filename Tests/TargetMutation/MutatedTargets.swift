import Codegen
import TestSupport
import TraceLang

/// Scripts with the facts that each asked of a recorded machine, compiled with one or a few of those facts replaced.
public struct MutatedTargets {
  /// What became of a mutation.
  public enum Outcome: String, CaseIterable {
    /// The file is refused.
    case refused
    /// The file is read, and the script does not compile with it.
    case complained
    case compiled
  }

  private struct Sample {
    let script: SourceFile
    let facts: JSONValue
    /// In bytes.
    let size: Int
  }

  private let samples: [Sample]

  /// `$1` and `$2` of every script.
  private static let parameters = ["4711", "word"]

  /// - Parameter machine: a recorded target that answers what the scripts ask.
  public init(scripts: [SourceFile], machine: [UInt8]) throws {
    let machine = try RecordedTarget(decoding: machine)
    samples = try scripts.compactMap { script in
      let recording = RecordingTarget(machine)
      guard Self.compiles(script, on: recording) else { return nil }
      let encoded = try recording.encoded()
      return Sample(script: script, facts: try JSONValue(parsing: encoded), size: encoded.count)
    }
  }

  public var count: Int { samples.count }

  /// The mutation with a number: the same in every run.
  public func outcome(of number: UInt64) -> Outcome {
    var random = SplitMix(seed: number)
    // Some ask for hundreds of facts, and take long: the smaller one of three.
    let sample = [random.pick(samples), random.pick(samples), random.pick(samples)].min { $0.size < $1.size }
    guard let sample else { return .refused }
    var facts = sample.facts
    for _ in 0..<random.pick([1, 1, 1, 2, 3]) { facts = facts.mutated(by: &random) }
    guard let target = try? RecordedTarget(facts) else { return .refused }
    return Self.compiles(sample.script, on: target) ? .compiled : .complained
  }

  private static func compiles(_ script: SourceFile, on target: any Target) -> Bool {
    var compiler = Compiler(target: target)
    compiler.frontEnd.options = CheckerOptions(parameters: parameters, allowsUnsafe: true)
    let checked = compiler.check(script)
    _ = checked.report
    return checked.program.map { (try? compiler.compile($0, sources: checked.sources)) != nil } ?? false
  }
}
