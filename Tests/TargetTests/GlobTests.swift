import TestSupport
import Testing

@testable import TraceLang

@Suite struct GlobTests {
  @Test(arguments: [
    ("sys_enter_*", "sys_enter_openat", true),
    ("sys_enter_*", "sys_enter_", true),
    ("sys_enter_*", "sys_exit_openat", false),
    ("*at", "openat", true),
    ("*at", "openat2", false),
    ("*a*b*c*", "xxaxxbxxcxx", true),
    ("*a*b*c*", "xxaxxcxxbxx", false),
    ("?ead", "read", true),
    ("?ead", "ead", false),
    ("[rw]*", "write", true),
    ("[a-c]x", "bx", true),
    ("[!a-c]x", "bx", false),
    ("[^a-c]x", "dx", true),
    ("[]]", "]", true),
    ("[a-]", "-", true),
    ("[open", "[open", true),
    ("\\*", "*", true),
    ("\\*", "x", false),
    ("", "", true),
    ("", "a", false),
    ("**", "", true),
    ("naïve*", "naïveté", true),
  ])
  func matchesAsAShellDoes(pattern: String, text: String, expected: Bool) {
    #expect(Glob(pattern).matches(text) == expected)
  }

  @Test func literalIsTheOnlyTextThatMatches() {
    #expect(Glob("vfs_\\*").literal == "vfs_*")
    #expect(Glob("vfs_?").literal == nil)
  }

  @Test func manyStarsOnALongTextTakeNoExponentialTime() {
    let glob = Glob(String(repeating: "a*", count: 40) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 20_000)))
  }

  @Test func agreesWithARecursiveMatcherOnRandomPatterns() {
    var random = SplitMix(seed: 1)
    for _ in 0..<20_000 {
      let pattern = random.text(of: "ab*?", upTo: 8)
      let text = random.text(of: "ab", upTo: 10)
      #expect(Glob(pattern).matches(text) == simple(pattern[...], text[...]), "\(pattern) on \(text)")
    }
  }

  private func simple(_ pattern: Substring, _ text: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "*" { return simple(pattern.dropFirst(), text) || (!text.isEmpty && simple(pattern, text.dropFirst())) }
    guard let character = text.first, first == "?" || first == character else { return false }
    return simple(pattern.dropFirst(), text.dropFirst())
  }
}
