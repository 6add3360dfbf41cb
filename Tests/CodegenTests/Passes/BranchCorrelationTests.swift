import Testing

@testable import Codegen

@Suite struct BranchCorrelationTests {
  @Test func secondNullCheckFolds() throws {
    try expect(
      BranchCorrelation(),
      turns: """
        b0(%0: ctx, %1: value?(0)):
          br eq %1, 0, b1, b2
        b1:
          exit 0
        b2:
          br ne %1, 0, b3, b1
        b3:
          exit 1
        """,
      into: """
        b0(%0: ctx, %1: value?(0)):
          br eq %1, 0, b1, b2
        b1:
          exit 0
        b2:
          jump b3
        b3:
          exit 1
        """)
  }

  @Test func weakerBoundFoldsAndStrongerStays() throws {
    try expect(
      BranchCorrelation(),
      turns: """
        b0(%0: int):
          br ult %0, 8, b1, b4
        b1:
          br ult %0, 16, b2, b4
        b2:
          br ult %0, 4, b3, b4
        b3:
          exit 1
        b4:
          exit 0
        """,
      into: """
        b0(%0: int):
          br ult %0, 8, b1, b4
        b1:
          jump b2
        b2:
          br ult %0, 4, b3, b4
        b3:
          exit 1
        b4:
          exit 0
        """)
  }
}
