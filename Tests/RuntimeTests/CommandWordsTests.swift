import Testing

@testable import Runtime

@Suite struct CommandWordsTests {
  @Test(
    "words are split at blanks outside of quotes",
    arguments: [
      ("", []), ("ls", ["ls"]), ("  ls   -l ", ["ls", "-l"]), ("sh -c \"exit 3\"", ["sh", "-c", "exit 3"]),
      ("echo 'a \"b' c\\ d", ["echo", "a \"b", "c d"]), ("a '' b", ["a", "", "b"]), ("x\"y z\"w", ["x" + "y zw"]),
      ("'a\\b'", ["a\\b"]),
    ])
  func words(command: String, expected: [String]) {
    #expect(CommandWords.words(of: command) == expected)
  }
}
