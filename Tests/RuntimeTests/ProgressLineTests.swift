import Testing

@testable import Runtime

/// How far long work is, on a terminal.
@Suite struct ProgressLineTests {
  @Test("what takes less than a second says nothing") func short() {
    var line = ProgressLine(start: 5_000_000_000)
    #expect(line.text(1, of: 10, "attach points", now: 5_000_000_000) == nil)
    #expect(line.text(9, of: 10, "attach points", now: 5_999_999_999) == nil)
    #expect(line.end() == nil)
  }

  @Test("then the line changes ten times a second at most, and goes at the end") func long() {
    var line = ProgressLine(start: 0)
    #expect(line.text(3, of: 10, "attach points", now: 1_000_000_000) == "\r\u{1b}[K3 of 10 attach points")
    #expect(line.text(4, of: 10, "attach points", now: 1_050_000_000) == nil)
    #expect(line.text(5, of: 10, "attach points", now: 1_100_000_000) == "\r\u{1b}[K5 of 10 attach points")
    #expect(line.end() == "\r\u{1b}[K")
    #expect(line.end() == nil)
  }
}
