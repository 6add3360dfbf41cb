import Testing

@testable import Runtime

@Suite struct CPUListTests {
  @Test(
    arguments: [
      ("0\n", [0]), ("0-3,8", [0, 1, 2, 3, 8]), ("2-2", [2]), ("", nil), ("\n", nil), ("3-1", nil), ("0-", nil),
      ("-1", nil), ("a", nil), ("0,,1", nil), ("0-1-2", nil), ("0-99999999999", nil),
    ] as [(String, [Int]?)])
  func lists(text: String, expected: [Int]?) {
    let list = CPUList(parsing: Array(text.utf8))
    #expect(list?.numbers == expected)
    #expect(list?.count == expected?.count)
  }
}
