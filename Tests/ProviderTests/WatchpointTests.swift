import Glibc
import Testing

/// `watchpoint`: use of memory.
@Suite struct WatchpointTests {
  @Test("modes, lengths and addresses in both notations") func hooks() throws {
    #expect(
      try ProbeScript.hooks(
        """
        watchpoint:0x10000000:8:w { @ = count(); }
        w:0x10000002:2:wr { @ = count(); }
        aw:268435457:1:rw { @ = count(); }
        asyncwatchpoint:0xffffffff81000004:4:w { @ = count(); }
        """) == """
          breakpoint w 0x10000000 length 8
          breakpoint rw 0x10000002 length 2
          breakpoint rw 0x10000001 length 1
          breakpoint w 0xffffffff81000004 length 4
          """)
  }

  @Test("what the processor cannot watch is refused with what it can") func refusals() throws {
    func refusal(_ attachPoint: String) throws -> String { try ProbeScript.refusal(attachPoint + " { }") }
    #expect(try refusal("watchpoint:0x10:8:q").contains("ERROR: this processor has no watchpoints of mode 'q'"))
    #expect(try refusal("watchpoint:0x10:8:rwx").contains("ERROR: this processor has no watchpoints of mode 'rwx'"))
    #expect(try refusal("watchpoint:0x10:8:ww").contains("ERROR: this processor has no watchpoints of mode 'ww'"))
    #expect(
      try refusal("watchpoint:0x10:3:w").contains("ERROR: a watchpoint's length is 1, 2, 4 or 8, not '3'"))
    #expect(
      try refusal("watchpoint:0x11:8:w").contains("ERROR: 8 bytes are watched at addresses that 8 divides"))
    #expect(try refusal("watchpoint:0:8:w").contains("ERROR: nothing is at address 0 that could be watched"))
    #expect(try refusal("watchpoint:main:8:w").contains("ERROR: 'main' is not an address"))
    #expect(
      try refusal("watchpoint:0x10:8").contains("ERROR: watchpoint: needs an address, a length and a mode"))
  }

  @Test("unwatch takes an address, in any probe") func unwatch() throws {
    #expect(
      try ProbeScript.refusal("w:0x10:8:w { unwatch(\"x\"); }").contains("ERROR: unwatch() needs an address"))
    #expect(
      try ProbeScript.hooks("w:0x10:8:w { @ = count(); } interval:s:1 { unwatch(0x10); }").hasPrefix("breakpoint"))
  }

  #if arch(x86_64)
    @Test("x86 watches instructions with the length of a word, and no reads alone") func architecture() throws {
      #expect(
        try ProbeScript.hooks("watchpoint:0x10000001:1:x { @ = count(); }") == "breakpoint x 0x10000001 length 8")
      #expect(
        try ProbeScript.refusal("watchpoint:0x10:8:r { }").contains(
          "ERROR: this processor has no watchpoints of mode 'r'"))
    }
  #endif
}
