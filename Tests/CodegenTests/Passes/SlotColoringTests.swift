import Testing

@testable import Codegen

@Suite struct SlotColoringTests {
  @Test func slotsThatDoNotMeetShareMemory() throws {
    try expect(
      SlotColoring(),
      turns: """
        s0: 8 align 8
        s1: 16 align 8
        s2: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          %2 = slot s1
          %3 = slot s2
          zero %3 + 0, 8 align 8
          %4 = call get_current_comm(%1, 8)
          %5 = call get_current_comm(%2, 16)
          %6 = call get_current_comm(%3, 8)
          exit 0
        """,
      into: """
        s0: 16 align 8
        s1: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          %2 = slot s0
          %3 = slot s1
          zero %3 + 0, 8 align 8
          %4 = call get_current_comm(%1, 8)
          %5 = call get_current_comm(%2, 16)
          %6 = call get_current_comm(%3, 8)
          exit 0
        """)
  }

  @Test func slotsInUseAtTheSameTimeKeepTheirOwnMemory() throws {
    try expect(
      SlotColoring(),
      turns: """
        s0: 8 align 8
        s1: 8 align 8
        s2: 8 align 8
        b0(%0: int):
          %1 = slot s0
          %2 = slot s2
          store u64 %1 + 0, %0
          store u64 %2 + 0, %0
          %3 = map 0
          %4 = call map_update_elem(%3, %1, %2, 0)
          exit %4
        """,
      into: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          %2 = slot s1
          store u64 %1 + 0, %0
          store u64 %2 + 0, %0
          %3 = map 0
          %4 = call map_update_elem(%3, %1, %2, 0)
          exit %4
        """)
  }
}
