import Testing

@testable import Codegen

@Suite struct LoadNarrowingTests {
  @Test func loadsReadTheBytesThatAreWanted() throws {
    try expect(
      LoadNarrowing(),
      turns: """
        b0(%0: value(0)):
          %1 = load u64 %0 + 8
          %2 = and %1, 255
          %3 = load u32 %0 + 16
          %4 = lshr %3, 16
          %5 = load s64 %0 + 24
          %6 = shl %5, 20
          %7 = lshr %6, 52
          %8 = load u64 %0 + 32
          store u16 %0 + 40, %8
          %9 = add %2, %4
          %10 = add %9, %7
          exit %10
        """,
      into: """
        b0(%0: value(0)):
          %1 = load u8 %0 + 8
          %2 = and %1, 255
          %11 = load u16 %0 + 18
          %3 = shl %11, 16
          %4 = lshr %3, 16
          %12 = load u16 %0 + 28
          %5 = shl %12, 32
          %6 = shl %12, 52
          %7 = and %12, 4095
          %8 = load u16 %0 + 32
          store u16 %0 + 40, %8
          %9 = add %1, %11
          %10 = add %9, %7
          exit %10
        """)
  }

  @Test func loadsOfBitsAcrossTheMiddleAndFromTheContextStay() throws {
    let text = """
      b0(%0: ctx):
        %1 = mapvalue 0 + 0
        %2 = load u64 %0 + 8
        %3 = and %2, 255
        %4 = load u64 %1 + 8
        %5 = and %4, 6442450944
        %6 = load u64 %1 + 16
        %7 = add %6, 1
        %8 = add %7, %5
        %9 = add %8, %3
        exit %9
      """
    try expect(LoadNarrowing(), keeps: text)
  }
}
