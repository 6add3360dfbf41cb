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
  func words(command: String, expected: [String]) throws {
    #expect(try CommandWords.words(of: Array(command.utf8)) == expected.map { Array($0.utf8) })
  }

  @Test(
    "what is not closed is refused",
    arguments: [
      ("sh -c 'exit 3", "the command of -c has a ' that is not closed: sh -c 'exit 3"),
      ("echo \"a'", "the command of -c has a \" that is not closed: echo \"a'"),
      ("echo a\\", "the command of -c ends in a backslash: echo a\\"),
    ])
  func unclosed(command: String, message: String) {
    #expect(throws: RuntimeError.unavailable(message)) { try CommandWords.words(of: Array(command.utf8)) }
  }

  @Test("bytes that are not UTF-8 stay what they are") func bytes() throws {
    #expect(try CommandWords.words(of: [0x61, 0x20, 0xff, 0xc3]) == [[0x61], [0xff, 0xc3]])
  }
}
