import Testing

/// Constructs of the language reference that no other test of the parser looks at.
@Suite struct ConstructTests {
  @Test(
    "arguments are names, and their fields members",
    arguments: [
      ("arg0", "(name arg0)"), ("args", "(name args)"), ("args.filename", "(.filename (name args))"),
      ("args->x", "(->x (name args))"),
    ])
  func arguments(text: String, expected: String) {
    #expect(expression(text) == expected)
  }
}
