import Testing

@testable import Codegen

@Suite struct DeadCodeEliminationTests {
  @Test func unusedValuesParametersBlocksAndSlotsGo() throws {
    try expect(
      DeadCodeElimination(),
      turns: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = load u64 %0 + 0
          %2 = slot s0
          store u64 %2 + 0, %1
          jump b2(%1)
        b1:
          exit 1
        b2(%3: int):
          br eq 1, 1, b2(%3), b3
        b3:
          exit 0
        """,
      into: """
        s0: 8 align 8
        b0(%0: ctx):
          jump b1
        b1:
          br eq 1, 1, b1, b2
        b2:
          exit 0
        """)
  }

  @Test func callsThatDoSomethingStayWithoutTheirResult() throws {
    try expect(
      DeadCodeElimination(),
      turns: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          store u64 %1 + 0, 7
          %2 = map 0
          %3 = call map_delete_elem(%2, %1)
          %4 = call ktime_get_ns()
          exit 0
        """,
      into: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          store u64 %1 + 0, 7
          %2 = map 0
          %3 = call map_delete_elem(%2, %1)
          exit 0
        """)
  }
}
