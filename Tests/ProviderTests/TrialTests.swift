import Testing

/// `test` and `bench`: what swtrace runs itself in place of tracing.
@Suite struct TrialTests {
  @Test("each has a hook of its own") func hooks() throws {
    #expect(try ProbeScript.hooks("test:a, test:b { return 1; }") == "test a\ntest b")
    #expect(try ProbeScript.hooks("bench:a { @ = 1; }") == "bench a")
  }

  @Test("they have one name, and tests return numbers") func refusals() throws {
    #expect(try ProbeScript.refusal("test { }").contains("ERROR: test: needs one name"))
    #expect(try ProbeScript.refusal("bench:a:b { }").contains("ERROR: bench: needs one name"))
    #expect(try ProbeScript.refusal(#"test:a { return "x"; }"#).contains("ERROR"))
  }
}
