import Testing

@testable import Codegen

@Suite struct SlotPromotionTests {
  @Test func slotOfOneNumberIsAValue() throws {
    try expect(
      SlotPromotion(),
      turns: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, 0
          br eq %0, 0, b1, b2
        b1:
          store u64 %1 + 0, %0
          jump b2
        b2:
          %2 = load u64 %1 + 0
          exit %2
        """,
      into: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          br eq %0, 0, b1, b2(0)
        b1:
          jump b2(%0)
        b2(%3: int):
          exit %3
        """)
  }

  @Test func slotThatAHelperWritesStaysInMemory() throws {
    try expect(
      SlotPromotion(),
      keeps: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = call get_current_comm(%1, 8)
          %3 = load u64 %1 + 0
          exit %3
        """)
  }

  @Test func slotReadInAnotherWidthStaysInMemory() throws {
    try expect(
      SlotPromotion(),
      keeps: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = load u32 %1 + 0
          exit %2
        """)
  }
}
