import Testing

@testable import Codegen

@Suite struct ValueNumberingTests {
  @Test func pureHelpersAndContextLoadsAreCalledOnce() throws {
    try expect(
      ValueNumbering(),
      turns: """
        b0(%0: ctx):
          %1 = call get_current_pid_tgid()
          %2 = load u64 %0 + 8
          %3 = call get_current_pid_tgid()
          %4 = load u64 %0 + 8
          %5 = add %1, %2
          %6 = add %4, %3
          %7 = add %5, %6
          exit %7
        """,
      into: """
        b0(%0: ctx):
          %1 = call get_current_pid_tgid()
          %2 = load u64 %0 + 8
          %5 = add %1, %2
          %7 = add %5, %5
          exit %7
        """)
  }

  private static let twoLookups = """
    s0: 8 align 8
    b0(%0: ctx):
      %1 = slot s0
      store u64 %1 + 0, 7
      %2 = map 0
      %3: value?(0) = call map_lookup_elem(%2, %1)
    MIDDLE
      %5: value?(0) = call map_lookup_elem(%2, %1)
      br eq %5, 0, b1, b2
    b1:
      exit 0
    b2:
      %6 = load u64 %5 + 0
      exit %6
    """

  @Test func lookupOfTheSameKeyIsOne() throws {
    try expect(
      ValueNumbering(), turns: Self.twoLookups.replacing("MIDDLE\n", with: ""),
      into: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          store u64 %1 + 0, 7
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          br eq %3, 0, b1, b2
        b1:
          exit 0
        b2:
          %6 = load u64 %3 + 0
          exit %6
        """)
  }

  @Test(arguments: [
    "  store u64 %1 + 0, 8", "  %4 = call map_delete_elem(%2, %1)", "  %4 = call map_update_elem(%2, %1, %1, 0)",
    "  %4 = call get_current_comm(%1, 8)",
  ]) func lookupAfterAChangeOfMapOrKeyStays(change: String) throws {
    let text = Self.twoLookups.replacing("MIDDLE", with: change)
    try expect(ValueNumbering(), keeps: text)
  }

  @Test func lookupAfterABranchThatMayDeleteStays() throws {
    let text = """
      s0: 8 align 8
      b0(%0: ctx):
        %1 = slot s0
        store u64 %1 + 0, 7
        %2 = map 0
        %3: value?(0) = call map_lookup_elem(%2, %1)
        br eq %3, 0, b2, b1
      b1:
        %4 = call map_delete_elem(%2, %1)
        jump b2
      b2:
        %5: value?(0) = call map_lookup_elem(%2, %1)
        br eq %5, 0, b3, b3
      b3:
        exit 0
      """
    try expect(ValueNumbering(), keeps: text)
  }
}
