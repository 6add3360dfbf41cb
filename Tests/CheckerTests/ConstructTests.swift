import Testing

/// Constructs of the language reference that no other test of the checker looks at.
@Suite struct ConstructTests {
  @Test("the arguments of a raw tracepoint are 64-bit words") func rawArguments() {
    #expect(
      program("rawtracepoint:sys_enter { print(arg0); $x = (int32)arg1; }") == """
        probe 0 rawtracepoint:sys_enter
          variable $x: int32
          send print(argument(0):uint64)
          $x = convert(argument(1):uint64):int32

        """)
  }
}
