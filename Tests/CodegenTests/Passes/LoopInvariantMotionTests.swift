import Testing

@testable import Codegen

@Suite struct LoopInvariantMotionTests {
  @Test func arithmeticThatIsTheSameInEveryRoundLeavesTheLoop() throws {
    try expect(
      LoopInvariantMotion(),
      turns: """
        b0(%0: int):
          jump b1(0)
        b1(%1: int):
          br ult %1, 10, b2, b3
        b2:
          %2 = mul %0, 12
          %3 = add %1, %2
          jump b1(%3)
        b3:
          exit %1
        """,
      into: """
        b0(%0: int):
          %2 = mul %0, 12
          jump b1(0)
        b1(%1: int):
          br ult %1, 10, b2, b3
        b2:
          %3 = add %1, %2
          jump b1(%3)
        b3:
          exit %1
        """)
  }

  @Test func whatAPointerMovesByStaysBehindItsBound() throws {
    let text = """
      b0(%0: int):
        %1 = mapvalue 0 + 0
        jump b1(0)
      b1(%2: int):
        br ult %2, 10, b2, b4
      b2:
        br ult %0, 8, b3, b4
      b3:
        %3 = shl %0, 3
        %4: value(0) = add %1, %3
        %5 = load u64 %4 + 0
        %6 = add %2, %5
        jump b1(%6)
      b4:
        exit 0
      """
    try expect(LoopInvariantMotion(), keeps: text)
  }
}
