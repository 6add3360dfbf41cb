import TestSupport
import Testing

/// Every section of the language reference has its tests.
@Suite struct CoverageTests {
  private static let folder = Repository.root + "/Tests"

  @Test("what a section names is there", arguments: LanguageSection.allCases)
  func entries(section: LanguageSection) throws {
    switch section.coverage {
    case .scripts(let names):
      #expect(!names.isEmpty)
      for name in names { #expect(Construct.all.contains { $0.name == name }, "there is no script \(name)") }
    case .tests(let parse, let program, let live):
      #expect(parse.hasPrefix("ParserTests/"))
      #expect(["CheckerTests/", "LanguageTests/", "ProviderTests/"].contains(where: program.hasPrefix))
      for test in [parse, program, live] {
        #expect(try Self.isThere(test), "there is no test \(test)")
      }
    case .machines(let parse, let program, let scripts):
      for test in [parse, program] { #expect(try Self.isThere(test), "there is no test \(test)") }
      let folder = Repository.root + "/Scripts/vm/probes"
      #expect(!scripts.isEmpty && Set(scripts).isSubset(of: FileContents.names(in: folder, extension: "bt")))
      #expect(Set(scripts).isSubset(of: FileContents.names(in: folder, extension: "out")))
    case .notThere(let word):
      let page = try FileContents.text(Repository.root + "/docs/compatibility.md")
      let missing = page.split(separator: "## ").first { $0.hasPrefix("Not there yet") } ?? ""
      let words = missing.split { !$0.isLetter }
      #expect(words.contains(Substring(word)), "\(section.rawValue) is there now: name its tests here")
    case .advice: break
    }
  }

  @Test("every script belongs to a section")
  func scripts() {
    let named = LanguageSection.allCases.flatMap { section -> [String] in
      if case .scripts(let names) = section.coverage { names } else { [] }
    }
    let known = Set(named + LanguageSection.ofStandardLibrary)
    #expect(Construct.all.map(\.name).filter { !known.contains($0) } == [])
    #expect(LanguageSection.ofStandardLibrary.filter { name in !Construct.all.contains { $0.name == name } } == [])
  }

  /// - Parameter test: "folder/file.swift function".
  private static func isThere(_ test: String) throws -> Bool {
    let words = test.split(separator: " ")
    let text = try FileContents.text("\(folder)/\(words[0])")
    return text.contains("func \(words[1])(")
  }
}
