import TestSupport
import Testing

@testable import Codegen

@Suite struct MachineInstructionTests {
  @Test func everyFormDecodesToItself() throws {
    for instruction in InstructionForms.all {
      var code: [UInt64] = []
      instruction.encode(into: &code)
      #expect(code.count == instruction.slotCount)
      #expect(try MachineInstruction.decode(code) == [instruction])
    }
  }

  @Test func whatDecodesEncodesToTheSameBits() {
    var random = SplitMix(seed: 1)
    var decoded = 0
    for _ in 0..<200_000 {
      // Mostly small fields, so that a good part of the slots are instructions.
      let mask: UInt64 = Bool.random(using: &random) ? .max : 0x0000_00ff_0003_1fff
      let slot = random.next() & mask
      let second = random.next() & 0xffff_ffff_0000_0000
      guard let instruction = try? MachineInstruction(slot, second) else { continue }
      decoded += 1
      #expect(instruction.slots.0 == slot)
    }
    #expect(decoded > 1000)
  }

  @Test func everyOpcodeAndRegisterFieldDecodesOrFailsWithAnError() {
    for low in 0..<UInt64(1 << 16) {
      for high in [0, 0x0000_0001_0000_0000, 0x0000_0010_0000_0000, 0x1_0000] as [UInt64] {
        if let instruction = try? MachineInstruction(low | high, 0) { #expect(instruction.slots.0 == low | high) }
      }
    }
  }

  @Test func truncatedWideImmediateIsAnError() {
    #expect(throws: DecodingError.truncated) { try MachineInstruction(0x18) }
  }

  @Test(arguments: [
    (MachineInstruction.arithmetic(.add, .double, .r1, .register(.r2)), "r1 += r2"),
    (.arithmetic(.move, .word, .r1, .immediate(-5)), "w1 = -5"),
    (.arithmetic(.ashr, .double, .r3, .immediate(7)), "r3 s>>= 7"),
    (.arithmetic(.sdiv, .double, .r3, .register(.r4)), "r3 s/= r4"),
    (.negate(.word, .r3), "w3 = -w3"),
    (.moveSigned(.halfToDouble, .r1, .r2), "r1 = (s16)r2"),
    (.byteOrder(.big, bits: .b16, .r1), "r1 = be16 r1"),
    (.byteOrder(.swap, bits: .b64, .r1), "r1 = bswap64 r1"),
    (.load(.u64, .r1, base: .r2, offset: 8), "r1 = *(u64 *)(r2 + 8)"),
    (.load(.s16, .r1, base: .r10, offset: -8), "r1 = *(s16 *)(r10 - 8)"),
    (.store(.byte, base: .r10, offset: -1, .register(.r0)), "*(u8 *)(r10 - 1) = r0"),
    (.store(.double, base: .r1, offset: 0, .immediate(5)), "*(u64 *)(r1 + 0) = 5"),
    (.atomic(.add, .double, base: .r1, offset: 0, .r2), "lock *(u64 *)(r1 + 0) += r2"),
    (.atomic(.fetchAdd, .word, base: .r1, offset: 4, .r2), "w2 = atomic_fetch_add((u32 *)(r1 + 4), w2)"),
    (.atomic(.exchange, .double, base: .r1, offset: 0, .r2), "r2 = xchg_64(r1 + 0, r2)"),
    (.atomic(.compareExchange, .word, base: .r1, offset: 0, .r2), "w0 = cmpxchg32_32(r1 + 0, w0, w2)"),
    (.loadImmediate(.r1, .number(1 << 40)), "r1 = 1099511627776 ll"),
    (.loadImmediate(.r1, .mapValue(descriptor: 3, offset: 8)), "r1 = map[fd:3][0]+8 ll"),
    (.call(.helper(14)), "call get_current_pid_tgid#14"),
    (.call(.function(-3)), "call pc-3"),
    (.jump(-2), "goto -2"),
    (.jumpLong(70000), "gotol +70000"),
    (.branch(.sgt, .double, .r1, .immediate(5), 3), "if r1 s> 5 goto +3"),
    (.branch(.set, .word, .r1, .register(.r2), -3), "if w1 & w2 goto -3"),
    (.exit, "exit"),
    (.mayJump(3), "may_goto +3"),
    (.loadAcquire(.byte, .r1, base: .r2, offset: 0), "w1 = load_acquire((u8 *)(r2 + 0))"),
    (.storeRelease(.double, base: .r1, offset: 8, .r2), "store_release((u64 *)(r1 + 8), r2)"),
    (.castAddressSpace(.r1, .r2, to: 0, from: 1), "r1 = addr_space_cast(r2, 0, 1)"),
    (.loadPacket(.half, index: nil, offset: 12), "r0 = *(u16 *)skb[12]"),
    (.loadPacket(.byte, index: .r3, offset: 14), "r0 = *(u8 *)skb[r3 + 14]"),
  ]) func printsAsDisassemblersDo(instruction: MachineInstruction, text: String) {
    #expect(instruction.description == text)
  }
}
