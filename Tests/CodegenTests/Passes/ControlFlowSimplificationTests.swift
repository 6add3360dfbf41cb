import Testing

@testable import Codegen

@Suite struct ControlFlowSimplificationTests {
  @Test func jumpsThreadThroughABranchThatTheirArgumentDecides() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          br eq %0, 1, b1, b2
        b1:
          jump b3(1)
        b2:
          jump b3(0)
        b3(%1: int):
          br ne %1, 0, b4, b5
        b4:
          exit 10
        b5:
          exit 20
        """,
      into: """
        b0(%0: int):
          br eq %0, 1, b4, b5
        b1:
          jump b4
        b2:
          jump b5
        b3(%1: int):
          br ne %1, 0, b4, b5
        b4:
          exit 10
        b5:
          exit 20
        """)
  }

  @Test func parameterWithOneSourceIsThatSource() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          br eq %0, 1, b1, b2
        b1:
          call ktime_get_ns()
          jump b3(%0)
        b2:
          jump b3(%0)
        b3(%1: int):
          %2 = add %1, 1
          exit %2
        """,
      into: """
        b0(%0: int):
          br eq %0, 1, b1, b3(%0)
        b1:
          call ktime_get_ns()
          jump b3(%0)
        b2:
          jump b3(%0)
        b3(%1: int):
          %2 = add %0, 1
          exit %2
        """)
  }

  @Test func blockWithOnePredecessorJoinsIt() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          jump b1(%0)
        b1(%1: int):
          %2 = add %1, 1
          exit %2
        """,
      into: """
        b0(%0: int):
          %2 = add %0, 1
          exit %2
        b1:
          unreachable
        """)
  }
}
