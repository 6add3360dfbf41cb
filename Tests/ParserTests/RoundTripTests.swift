import Testing
import TraceLang

@Suite struct RoundTripTests {
  /// Printing keeps the syntax and the comments, and printing what was printed changes nothing.
  static func check(_ bytes: [UInt8], _ name: String = "") {
    let problem = problem(bytes)
    #expect(problem == "", "\(name)")
  }

  /// What printing breaks; "" when all is well.
  private static func problem(_ bytes: [UInt8]) -> String {
    let first = Parsed(bytes)
    if !first.diagnostics.all.isEmpty { return first.report }
    let printed = first.printed
    let second = Parsed(printed)
    if !second.diagnostics.all.isEmpty { return second.report + printed }
    let dump = first.dump
    if second.dump != dump { return "another tree: \(difference(second.dump, dump))\n\(printed)" }
    if second.printed != printed { return "other text: \(difference(second.printed, printed))\n\(printed)" }
    let bare = Parsed(SyntaxPrinter.print(first.script))
    if bare.dump != dump { return "without its source: \(difference(bare.dump, dump))" }
    return second.words == first.words ? "" : "other comments: \(printed)"
  }

  @Test(arguments: Corpus.examples)
  func examplesSurvivePrinting(text: String) {
    Self.check(Array(text.utf8))
  }

  @Test(.enabled(if: !Corpus.installed.isEmpty, "the bpftrace package is not installed"), arguments: Corpus.installed)
  func installedScriptsSurvivePrinting(path: String) {
    Self.check(Corpus.bytes(of: path), path)
  }

  @Test(arguments: Corpus.own)
  func ownScriptsSurvivePrinting(path: String) {
    Self.check(Corpus.bytes(of: path), path)
  }

  @Test(arguments: 0..<10)
  func generatedProgramsSurvivePrinting(part: Int) {
    for seed in part * 1000..<(part + 1) * 1000 {
      var generator = ProgramGenerator(seed: UInt64(seed))
      Self.check(Array(generator.program().utf8), "seed \(seed)")
    }
  }
}
