import Testing

@testable import Codegen

@Suite struct SimplificationTests {
  @Test func constantsFold() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = const 6
          %2 = mul %1, 7
          %3 = sub %2, 2
          exit %3
        """,
      into: """
        b0(%0: ctx):
          %1 = const 6
          %2 = mul 6, 7
          %3 = sub 42, 2
          exit 40
        """)
  }

  @Test func multiplicationAndDivisionByPowersOfTwoAreShifts() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = mul %0, 8
          %2 = udiv %0, 16
          %3 = umod %0, 32
          %4 = add %1, %2
          %5 = add %4, %3
          exit %5
        """,
      into: """
        b0(%0: int):
          %1 = shl %0, 3
          %2 = lshr %0, 4
          %3 = and %0, 31
          %4 = add %1, %2
          %5 = add %4, %3
          exit %5
        """)
  }

  @Test func signedDivisionOfANaturalNumberIsUnsigned() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = and %0, 1023
          %2 = sdiv %1, 10
          exit %2
        """,
      into: """
        b0(%0: int):
          %1 = and %0, 1023
          %2 = udiv %1, 10
          exit %2
        """)
  }

  @Test func shiftThereAndBackIsOneShiftOrAMask() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = shl %0, 52
          %2 = lshr %1, 52
          %3 = and %0, 255
          %4 = shl %3, 16
          %5 = lshr %4, 8
          %6 = lshr %4, 20
          %7 = shl %0, 8
          %8 = lshr %7, 8
          %9 = add %2, %5
          %10 = add %9, %6
          %11 = add %10, %8
          exit %11
        """,
      into: """
        b0(%0: int):
          %1 = shl %0, 52
          %2 = and %0, 4095
          %3 = and %0, 255
          %4 = shl %3, 16
          %5 = shl %3, 8
          %6 = lshr %3, 4
          %7 = shl %0, 8
          %8 = lshr %7, 8
          %9 = add %2, %5
          %10 = add %9, %6
          %11 = add %10, %8
          exit %11
        """)
  }

  @Test func additionsOfConstantsAreOne() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = add %0, 8
          %2 = sub %1, 3
          exit %2
        """,
      into: """
        b0(%0: int):
          %1 = add %0, 8
          %2 = add %0, 5
          exit %2
        """)
  }

  @Test func maskThatKeepsAllBitsGoes() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = load u8 %0 + 0
          %2 = and %1, 255
          %3 = zext16 %2
          exit %3
        """,
      into: """
        b0(%0: ctx):
          %1 = load u8 %0 + 0
          %2 = and %1, 255
          %3 = zext16 %1
          exit %1
        """)
  }

  @Test func maskThatTheVerifierNeedsStays() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = call get_smp_processor_id()
          %2 = and %1, 3
          exit %2
        """,
      into: """
        b0(%0: ctx):
          %1 = call get_smp_processor_id()
          %2 = and %1, 3
          exit %2
        """)
  }

  @Test func branchOnAComparisonIsABranchOnItsOperands() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = cmp slt %0, 5
          br eq %1, 0, b1, b2
        b1:
          exit 1
        b2:
          exit 2
        """,
      into: """
        b0(%0: int):
          %1 = cmp slt %0, 5
          br slt %0, 5, b2, b1
        b1:
          exit 1
        b2:
          exit 2
        """)
  }

  @Test func nullCheckOfAPointerThatIsNeverNullFolds() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = mapvalue 0 + 8
          br eq %1, 0, b1, b2
        b1:
          exit 1
        b2:
          exit 2
        """,
      into: """
        b0(%0: ctx):
          %1 = mapvalue 0 + 8
          jump b2
        b1:
          exit 1
        b2:
          exit 2
        """)
  }
}
