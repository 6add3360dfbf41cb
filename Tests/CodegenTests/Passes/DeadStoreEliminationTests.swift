import Testing

@testable import Codegen

@Suite struct DeadStoreEliminationTests {
  @Test func storesThatAreOverwrittenGo() throws {
    try expect(
      DeadStoreElimination(),
      turns: """
        s0: 24 align 8
        b0(%0: ctx):
          %1 = slot s0
          zero %1 + 0, 24 align 8
          store u64 %1 + 0, 1
          store u64 %1 + 0, 2
          %2 = call get_current_comm(%1, 24)
          exit %2
        """,
      into: """
        s0: 24 align 8
        b0(%0: ctx):
          %1 = slot s0
          zero %1 + 8, 16 align 8
          store u64 %1 + 0, 2
          %2 = call get_current_comm(%1, 24)
          exit %2
        """)
  }

  @Test func storeThatIsReadBeforeTheNextStays() throws {
    try expect(
      DeadStoreElimination(),
      keeps: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          store u64 %1 + 0, 1
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          store u64 %1 + 0, 2
          %4 = call map_delete_elem(%2, %1)
          exit %4
        """)
  }
}
