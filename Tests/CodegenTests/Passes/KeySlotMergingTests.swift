import Testing

@testable import Codegen

@Suite struct KeySlotMergingTests {
  @Test func equalKeysShareASlot() throws {
    try expect(
      KeySlotMerging(),
      turns: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          %4 = slot s1
          store u64 %4 + 0, %0
          %5 = call map_delete_elem(%2, %4)
          exit %5
        """,
      into: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          %4 = slot s0
          %5 = call map_delete_elem(%2, %4)
          exit %5
        """)
  }

  @Test func keysOfOtherContentKeepTheirSlots() throws {
    try expect(
      KeySlotMerging(),
      keeps: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          %4 = slot s1
          store u64 %4 + 0, 7
          %5 = call map_delete_elem(%2, %4)
          exit %5
        """)
  }
}
