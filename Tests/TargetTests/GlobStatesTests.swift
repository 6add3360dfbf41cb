import Testing
import TraceLang

@Suite struct GlobStatesTests {
  /// As a program runs the states.
  private func matches(_ states: GlobStates, _ text: String) -> Bool {
    var current: UInt64 = 1
    for byte in text.utf8 { current = (current & states.accepting[Int(byte)]) << 1 | current & states.staying }
    return current & states.final != 0
  }

  @Test("the states match what the glob matches") func agree() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3000 {
      let pieces = ["a", "b", "*", "?", "[ab]", "[!a]", "c"]
      let pattern = (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let text = String(
        (0..<Int.random(in: 0...7, using: &random)).map { _ in "abc".randomElement(using: &random) ?? "a" })
      let states = try #require(GlobStates(pattern))
      #expect(matches(states, text) == Glob(pattern).matches(text), "\(pattern) on \(text)")
    }
  }

  @Test("a pattern has at most 63 elements besides *") func limit() {
    #expect(GlobStates(String(repeating: "a*", count: 63)) != nil)
    #expect(GlobStates(String(repeating: "?", count: 64)) == nil)
  }
}
