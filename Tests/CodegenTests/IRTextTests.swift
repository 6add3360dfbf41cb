import TestSupport
import Testing

@testable import Codegen

@Suite struct IRTextTests {
  static let sample = """
    function probe
    s0: 16 align 8
    s1: 8 align 4
    b0(%0: ctx):
      %1 = load u64 %0 + 8
      %2: int(0...255) = and %1, 255 @0:3:7
      %3 = slot s0
      store u64 %3 + 0, %2
      zero %3 + 8, 8 align 8
      %4 = map 2
      %5: value?(2) = call map_lookup_elem(%4, %3)
      br ne %5, 0, b1, b2(-1)
    b1:
      atomicadd u64 %5 + 0, 1
      %6 = sext32 %1
      %7 = bswap16 %6
      %8 = cmp slt %7, -4
      %9 = mapvalue 1 + 24
      copy %9 + 0, %3 + 0, 16 align 8
      jump b2(%8)
    b2(%10: int):
      exit %10 @0:4:1

    """

  @Test func printedTextReadsBack() throws {
    #expect(IRPrinter.text(try IRParser.function(Self.sample)) == Self.sample)
  }

  @Test func randomModulesReadBack() throws {
    for seed in 0..<UInt64(20) {
      let text = IRPrinter.text(RandomIR.module(seed: seed, size: 60))
      #expect(IRPrinter.text(try IRParser.module(text)) == text)
    }
  }

  @Test(arguments: [
    ("exit 0", "1: `function name` comes first"),
    ("function f\nb1:", "2: block b0 comes next"),
    ("function f\nb0:\n  %0 = frob 1", "3: no operation `frob`"),
    ("function f\nb0:\n  %0 = call nothing()", "3: no helper `nothing`"),
    ("function f\nb0:\n  exit 0 0", "3: unexpected text"),
  ]) func errorsNameTheLine(text: String, message: String) {
    let error = #expect(throws: IRSyntaxError.self) { try IRParser.module(text) }
    #expect(error?.description == message)
  }

  @Test func textOfNoiseIsAnErrorAndNothingWorse() {
    var random = SplitMix(seed: 7)
    let bytes = Array(Self.sample.utf8)
    for _ in 0..<2000 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        mutated[Int.random(in: 0..<mutated.count, using: &random)] = UInt8.random(in: 10...126, using: &random)
      }
      if let function = try? IRParser.function(String(decoding: mutated, as: UTF8.self)) {
        try? IRVerifier.verify(function)
      }
    }
  }
}

@Suite struct IRVerifierTests {
  @Test func sampleIsWellFormed() throws {
    try IRVerifier.verify(IRParser.function(IRTextTests.sample))
  }

  @Test(arguments: 0..<UInt64(20)) func randomModulesAreWellFormed(seed: UInt64) throws {
    try IRVerifier.verify(RandomIR.module(seed: seed, size: 60))
  }

  @Test(arguments: [
    ("b0(%0: ctx):\n  exit %1", "f b0: %1 is not defined"),
    ("b0(%0: ctx):\n  %1 = add %2, 1\n  %2 = add 1, 1\n  exit 0", "f b0: %2 may be read before it is defined"),
    ("b0(%0: ctx):\n  jump b1(1)\nb1:\n  exit 0", "f b0: b1(1) does not match the 0 parameters"),
    ("b0(%0: ctx):\n  jump b0", "f b0: no edge may lead to b0"),
    ("b0(%0: ctx):\n  unreachable", "f b0: the block has no end"),
    ("b0(%0: ctx):\n  %1 = mul %0, 2\n  exit 0", "f b0: mul %0, 2: pointers only move by numbers"),
    (
      "b0(%0: ctx):\n  br ult %0, 5, b1, b1\nb1:\n  exit 0",
      "f b0: br ult %0, 5, b1, b1: pointers are compared with null only"
    ),
    ("b0(%0: int):\n  %1 = load u64 %0 + 0\n  exit 0", "f b0: load u64 %0 + 0: %0 is not a pointer"),
    ("s0: 8 align 8\nb0:\n  %0 = slot s0\n  store u64 %0 + 4, 1\n  exit 0", "f b0: store u64 %0 + 4, 1: outside of s0"),
  ]) func violationsAreNamed(body: String, message: String) throws {
    let function = try IRParser.function("function f\n" + body)
    let error = #expect(throws: IRViolation.self) { try IRVerifier.verify(function) }
    #expect(error?.description == message)
  }
}
