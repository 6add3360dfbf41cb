import TestSupport
import Testing
import TraceLang

/// What it takes to add what CONTRIBUTING.md has a section for: a patch of Tests/Places adds a toy in just the files that the
/// section names. `make places` builds and runs all of them.
@Suite struct PlacesTests {
  private static let folder = Repository.root + "/Tests/Places"
  private static let toys = FileContents.names(in: folder, extension: "patch")

  @Test("there is a toy for each section") func all() throws {
    #expect(try Self.sections.count == Self.toys.count)
    for toy in Self.toys { _ = try Self.section(of: toy) }
  }

  @Test("the patch applies to the sources; Scripts/places.sh says how it is tried", arguments: Self.toys)
  func applies(toy: String) throws {
    let result = try run(["git", "-C", Repository.root, "apply", "--check", "\(Self.folder)/\(toy).patch"])
    #expect(result.ending == .exited(0), "\(result.errors)")
  }

  @Test("its files are those that CONTRIBUTING.md names, and as many", arguments: Self.toys)
  func places(toy: String) throws {
    let files = try FileContents.text("\(Self.folder)/\(toy).patch").split(separator: "\n")
      .filter { $0.hasPrefix("+++ b/") }.map { String($0.dropFirst(6)) }
    let section = try Self.section(of: toy)
    #expect(section.contains("`Tests/Places/\(toy).patch` adds one in \(files.count) files"), "\(files.count) files")
    let words = section.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    for file in files { #expect(words.contains { Self.isNamed(file, by: $0) }, "\(file) is not named") }
  }

  private static func section(of toy: String) throws -> Substring {
    try #require(
      try sections.first { section in
        ["A \(toy)\n", "An \(toy)\n", "A \(toy) "].contains { section.hasPrefix($0) }
      })
  }

  private static var sections: [Substring] {
    get throws {
      try FileContents.text(Repository.root + "/CONTRIBUTING.md").split(separator: "\n## ").dropFirst().map { $0 }
    }
  }

  /// Whether a word of CONTRIBUTING.md means a file: by its path or the end of it, its folder, its main type, or something
  /// in that type; NAME and TOPIC stand for any.
  private static func isNamed(_ file: String, by word: String) -> Bool {
    let pattern = word.replacing("NAME", with: "*").replacing("TOPIC", with: "*")
    let path = file.hasSuffix(".swift") ? String(file.dropLast(6)) : file
    return [file, path].contains { place in
      [
        pattern, "*/" + pattern, pattern + "/*",
        "*/" + (pattern.split(separator: ".").first.map(String.init) ?? pattern),
      ]
      .contains { Glob($0).matches(place) }
    }
  }
}
