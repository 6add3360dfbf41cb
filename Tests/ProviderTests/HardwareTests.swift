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

  @Test("events of caches have the names that perf gives them and the kernel's numbers") func caches() throws {
    let names = [
      "L1-dcache-loads", "L1-dcache-load-misses:1000", "L1-dcache-stores:", "L1-icache-prefetches",
      "LLC-prefetch-misses",
      "dTLB-store-misses", "iTLB-loads", "branch-load-misses", "node-stores",
    ]
    #expect(
      try ProbeScript.hooks(names.map { "hardware:\($0) { @ = count(); }" }.joined(separator: "\n")) == """
        cache event 0 each 1000000
        cache event 65536 each 1000
        cache event 256 each 1000000
        cache event 513 each 1000000
        cache event 66050 each 1000000
        cache event 65795 each 1000000
        cache event 4 each 1000000
        cache event 65541 each 1000000
        cache event 262 each 1000000
        """)
    for name in ["iTLB-stores", "branch-prefetches", "L1-icache-store-misses", "LLC"] {
      #expect(try ProbeScript.refusal("hardware:\(name) { }").contains("ERROR: '\(name)' is not a hardware event"))
    }
  }

  @Test("events that only the processor's manual names are given by their number") func raw() throws {
    #expect(try ProbeScript.hooks("hardware:r1a8:5000 { @ = count(); }") == "raw event 424 each 5000")
    #expect(try ProbeScript.hooks("h:r003c { @ = count(); }") == "raw event 60 each 1000000")
    #expect(try ProbeScript.refusal("h:rxyz { }").contains("ERROR: 'rxyz' is not a hardware event"))
    #expect(try ProbeScript.refusal("h:r1:0 { }").contains("ERROR: '0' is not a number above 0"))
  }

  @Test("events that there are none of, and counts that are none, are refused") func refusals() throws {
    #expect(
      try ProbeScript.refusal("hardware:cylces { }").contains("ERROR: 'cylces' is not a hardware event"))
    #expect(try ProbeScript.refusal("hardware:cycles:0 { }").contains("ERROR: '0' is not a number above 0"))
    #expect(try ProbeScript.refusal("hardware { }").contains("ERROR: hardware: needs an event"))
  }
}
