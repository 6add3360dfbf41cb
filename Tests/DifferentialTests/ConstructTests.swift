import Differential
import Glibc
import TestSupport
import Testing
import TraceLang

/// Scripts, one for each construct of the language: what they parse to, what program they become, and what they print.
///
/// `SWTRACE_RENEW_GOLDENS=1 swift test --filter ConstructTests` writes the dumps anew; what changed is then for `git
/// diff` to show and for a person to judge.
@Suite(.serialized) struct ConstructTests {
  private static let renews = getenv("SWTRACE_RENEW_GOLDENS") != nil

  @Test("a construct parses to the syntax that is kept", .enabled(if: !renews), arguments: Construct.all)
  func syntax(construct: Construct) throws {
    #expect(try construct.dumps().syntax == FileContents.text(construct.syntaxPath))
  }

  @Test("a construct becomes the program that is kept", .enabled(if: !renews), arguments: Construct.all)
  func program(construct: Construct) throws {
    #expect(try construct.dumps().program == FileContents.text(construct.programPath))
  }

  @Test(
    "a construct does on the kernel what the reference interpreter says", .root, arguments: Construct.all,
    FiringContext.allCases)
  func live(construct: Construct, context: FiringContext) throws {
    let text = try FileContents.text(construct.path)
    let verdict = try Kernel.use { $0.verdict(text, in: context, parameters: Construct.parameters) }
    #expect(verdict == .same, "\(verdict)")
  }

  @Test("renewal", .enabled(if: renews, "set SWTRACE_RENEW_GOLDENS=1 to renew the dumps"))
  func renewal() throws {
    for construct in Construct.all {
      let dumps = try construct.dumps()
      try FileContents.write(dumps.syntax, to: construct.syntaxPath)
      try FileContents.write(dumps.program, to: construct.programPath)
    }
  }

  @Test("no dump is without its script")
  func orphans() {
    let names = Construct.all.map(\.name)
    #expect(FileContents.names(in: Construct.folder, extension: "syntax") == names)
    #expect(FileContents.names(in: Construct.folder, extension: "program") == names)
  }
}
