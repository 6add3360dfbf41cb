import Glibc
import TestSupport
import Testing
import TraceLang

/// Scripts, one for each construct of the language.
@Suite(.serialized) struct ConstructTests {
  @Test("a construct does on the kernel what the reference interpreter says", .root, arguments: Construct.all)
  func live(construct: Construct) throws {
    let text = try FileContents.text(construct.path)
    try Kernel.use { kernel in
      let verdict = kernel.verdict(text, parameters: Construct.parameters)
      #expect(verdict == .same)
    }
  }
}
