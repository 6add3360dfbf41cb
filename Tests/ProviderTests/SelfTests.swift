import Testing

/// `self`: what happens to swtrace itself.
@Suite struct SelfTests {
  @Test("the program is one that swtrace runs when SIGUSR1 comes") func hook() throws {
    #expect(try ProbeScript.hooks("self:signal:SIGUSR1 { @[probe, probetype] = count(); }") == "signal SIGUSR1")
  }

  @Test("it fires at nothing else") func refusals() throws {
    #expect(
      try ProbeScript.refusal("self:signal:SIGHUP { }").contains("ERROR: self does not fire at the signal 'SIGHUP'"))
    #expect(
      try ProbeScript.refusal("self:keypress:space { }").contains("ERROR: 'keypress' is nothing that self fires at"))
    #expect(try ProbeScript.refusal("self:signal { }").contains("ERROR: self: needs what happens and its name"))
  }
}
