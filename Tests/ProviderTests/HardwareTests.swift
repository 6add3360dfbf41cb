import Testing

/// `hardware`: events that the processor counts.
@Suite struct HardwareTests {
  @Test("each event has its number, its other name and a count where the script gives none") func events() throws {
    let names = [
      "cpu-cycles", "cycles:", "instructions", "cache-references", "cache-misses", "branch-instructions", "branches",
      "branch-misses", "bus-cycles", "frontend-stalls", "backend-stalls", "ref-cycles",
    ]
    #expect(
      try ProbeScript.hooks(names.map { "hardware:\($0) { @ = count(); }" }.joined(separator: "\n")) == """
        hardware event 0 each 1000000
        hardware event 0 each 1000000
        hardware event 1 each 1000000
        hardware event 2 each 1000000
        hardware event 3 each 1000000
        hardware event 4 each 100000
        hardware event 4 each 100000
        hardware event 5 each 100000
        hardware event 6 each 100000
        hardware event 7 each 1000000
        hardware event 8 each 1000000
        hardware event 9 each 1000000
        """)
  }

  @Test("a count of the script's own") func count() throws {
    #expect(try ProbeScript.hooks("h:cycles:5000 { @[probe, ustack] = count(); }") == "hardware event 0 each 5000")
  }

  @Test("events that there are none of, and counts that are none, are refused") func refusals() throws {
    #expect(
      try ProbeScript.refusal("hardware:cylces { }").contains("ERROR: 'cylces' is not a hardware event"))
    #expect(try ProbeScript.refusal("hardware:cycles:0 { }").contains("ERROR: '0' is not a number above 0"))
    #expect(try ProbeScript.refusal("hardware { }").contains("ERROR: hardware: needs an event"))
  }
}
