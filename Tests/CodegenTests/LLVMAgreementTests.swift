import Testing

@testable import Codegen

@Suite struct LLVMAgreementTests {
  /// Spellings that count as ours. Some versions name the low half for accesses of 32 bits and less, or the whole
  /// register for a 32-bit atomic add; helpers and functions go by number there. Wide immediates that refer to something
  /// show no more than their bits, and kernel functions nothing at all.
  private func spellings(_ instruction: MachineInstruction) -> [String] {
    let text = instruction.description
    switch instruction {
    case .load(let kind, let register, _, _) where !kind.isSigned && kind.size != .double:
      return [text, text.replacing("\(register) = ", with: "\(register.name(.word)) = ", maxReplacements: 1)]
    case .store(let size, _, _, .register(let source)) where size != .double:
      return [text, String(text.dropLast(source.description.count)) + source.name(.word)]
    case .atomic(.add, .word, _, _, let source):
      return [text, String(text.dropLast(source.description.count)) + source.description]
    case .call(.helper(let number)): return ["call \(number)"]
    case .call(.function(let offset)): return ["call \(offset)"]
    // LLVM 15 takes it for the add without a fetch: it looks at the opcode only.
    case .atomic(.fetchAdd, .word, _, _, _): return []
    case .call(.kernel), .loadImmediate(_, .mapDescriptor), .loadImmediate(_, .mapValue),
      .loadImmediate(_, .btfVariable), .loadImmediate(_, .function), .loadImmediate(_, .mapIndex),
      .loadImmediate(_, .mapIndexValue):
      return []
    case .arithmetic, .negate, .moveSigned, .byteOrder, .load, .store, .atomic, .loadImmediate, .jump, .jumpLong,
      .branch, .exit:
      return [text]
    }
  }

  @Test(.enabled(if: LLVM() != nil, "needs libLLVM")) func textIsThatOfLLVMsDisassembler() throws {
    let llvm = try #require(LLVM())
    var compared = 0
    var unknown: Set<String> = []
    for instruction in InstructionForms.all where llvm.version >= 18 || !instruction.isV4 {
      let ours = spellings(instruction)
      if ours.isEmpty { continue }
      var code: [UInt64] = []
      instruction.encode(into: &code)
      guard let theirs = llvm.text(code) else {
        unknown.insert(instruction.description.filter { !$0.isNumber })
        continue
      }
      compared += 1
      #expect(ours.contains(theirs), "\(theirs)")
    }
    print("compared \(compared), unknown to LLVM \(llvm.version): \(unknown.sorted().prefix(20))")
    #expect(compared > 1000)
  }
}

extension MachineInstruction {
  /// Whether it came with the ISA's version 4; older disassemblers ignore the field that tells it apart.
  fileprivate var isV4: Bool {
    switch self {
    case .arithmetic(let operation, _, _, _): operation == .sdiv || operation == .smod
    case .moveSigned, .byteOrder(.swap, _, _), .jumpLong: true
    case .load(let kind, _, _, _): kind.isSigned
    case .negate, .byteOrder, .store, .atomic, .loadImmediate, .call, .jump, .branch, .exit: false
    }
  }
}
