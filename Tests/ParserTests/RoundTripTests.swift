import Testing
import TraceLang

@Suite struct RoundTripTests {
  /// Printing keeps the syntax, and printing what was printed changes nothing.
  static func check(_ bytes: [UInt8], _ name: String = "") {
    let first = Parsed(bytes)
    #expect(first.report == "", "\(name)")
    let printed = first.printed
    let second = Parsed(printed)
    #expect(second.report == "", "\(name)\n\(printed)")
    #expect(difference(second.dump, first.dump) == "", "\(name)\n\(printed)")
    #expect(difference(second.printed, printed) == "", "\(name)")
    let bare = Parsed(SyntaxPrinter.print(first.script))
    #expect(difference(bare.dump, first.dump) == "", "\(name) without its source")
    #expect(second.script.comments.count == first.script.comments.count, "\(name): comments are lost")
  }

  @Test(arguments: Corpus.examples)
  func examplesSurvivePrinting(text: String) {
    Self.check(Array(text.utf8))
  }

  @Test(.enabled(if: !Corpus.installed.isEmpty, "the bpftrace package is not installed"), arguments: Corpus.installed)
  func installedScriptsSurvivePrinting(path: String) {
    Self.check(Corpus.bytes(of: path), path)
  }

  @Test(arguments: 0..<300)
  func generatedProgramsSurvivePrinting(seed: Int) {
    var generator = ProgramGenerator(seed: UInt64(seed))
    Self.check(Array(generator.program().utf8), "seed \(seed)")
  }
}
