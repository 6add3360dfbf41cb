import Testing

@testable import Codegen

@Suite struct NullCheckThreadingTests {
  @Test func nullCheckOfWhatOneWayFoundNullIsNotRepeated() throws {
    try expect(
      NullCheckThreading(),
      turns: """
        b0(%0: ctx):
          %1: kernel = load u64 %0 + 0
          br eq %1, 0, b2(0), b1
        b1:
          %2: kernel = load u64 %1 + 8
          jump b2(%2)
        b2(%3: kernel):
          br eq %3, 0, b4(0), b3
        b3:
          %4 = load s32 %3 + 16
          jump b4(%4)
        b4(%5: int):
          exit %5
        """,
      into: """
        b0(%0: ctx):
          %1: kernel = load u64 %0 + 0
          br eq %1, 0, b4(0), b1
        b1:
          %2: kernel = load u64 %1 + 8
          jump b2(%2)
        b2(%3: kernel):
          br eq %3, 0, b4(0), b3
        b3:
          %4 = load s32 %3 + 16
          jump b4(%4)
        b4(%5: int):
          exit %5
        """)
  }

  @Test func nullCheckStaysWhereItsPointerIsReadOnBothSides() throws {
    let text = """
      b0(%0: ctx):
        %1: kernel = load u64 %0 + 0
        br eq %1, 0, b2(0), b1
      b1:
        %2: kernel = load u64 %1 + 8
        jump b2(%2)
      b2(%3: kernel):
        br eq %3, 0, b3, b4
      b3:
        store u64 %0 + 0, %3
        jump b4
      b4:
        exit 0
      """
    try expect(NullCheckThreading(), keeps: text)
  }
}
