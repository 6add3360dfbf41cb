import TestSupport
import Testing

@testable import Codegen

@Suite struct LLVMAgreementTests {
  /// Spellings that count as ours. Some versions name the low half for accesses of 32 bits and less, or the whole
  /// register for a 32-bit atomic add; helpers and functions go by number there. Wide immediates that refer to something
  /// show no more than their bits.
  private func spellings(_ instruction: MachineInstruction, _ version: Int) -> [String] {
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
    case .atomic(.fetchAdd, .word, _, _, _): return version >= 18 ? [text] : []
    case .loadImmediate(let register, .mapDescriptor(let low)): return [pseudo(register, 1, low)]
    case .loadImmediate(let register, .mapValue(let low, _)): return [pseudo(register, 2, low)]
    case .loadImmediate(let register, .btfVariable(let low, _)): return [pseudo(register, 3, low)]
    case .loadImmediate(let register, .function(let low)): return [pseudo(register, 4, low)]
    case .loadImmediate(let register, .mapIndex(let low)): return [pseudo(register, 5, low)]
    case .loadImmediate(let register, .mapIndexValue(let low, _)): return [pseudo(register, 6, low)]
    // The same text as a helper's call.
    case .call(.kernel(let id, _)): return ["call \(id)"]
    // It knows no offset from an index.
    case .loadPacket(_, .some, let offset) where offset != 0: return []
    case .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket, .loadAcquire, .store,
      .storeRelease, .atomic, .loadImmediate, .jump, .jumpLong, .mayJump, .branch, .exit:
      return [text]
    }
  }

  /// Only the first slot shows.
  private func pseudo(_ register: Register, _ source: Int, _ low: Int32) -> String {
    "ld_pseudo \(register), \(source), \(UInt32(bitPattern: low))"
  }

  @Test(.enabled(if: LLVM(.bpf, triple: "bpfel") != nil, "needs libLLVM"))
  func textIsThatOfLLVMsDisassembler() throws {
    let llvm = try #require(LLVM(.bpf, triple: "bpfel"))
    var compared = 0
    var unknown: Set<String> = []
    for instruction in InstructionForms.all {
      guard llvm.version >= instruction.firstLLVM else {
        unknown.insert(instruction.description.filter { !$0.isNumber })
        continue
      }
      let ours = spellings(instruction, llvm.version)
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
    print("compared \(compared), unknown to LLVM \(llvm.version): \(unknown.sorted())")
    #expect(compared > 1000)
  }
}

extension MachineInstruction {
  /// The first version of LLVM whose disassembler knows the form; older ones take some of them for others.
  fileprivate var firstLLVM: Int {
    switch self {
    // v4 of the instruction set.
    case .arithmetic(let operation, _, _, _): operation == .sdiv || operation == .smod ? 18 : 0
    case .moveSigned, .byteOrder(.swap, _, _), .jumpLong: 18
    case .load(let kind, _, _, _): kind.isSigned ? 18 : 0
    // Arenas and bounded loops.
    case .castAddressSpace, .mayJump: 19
    case .loadAcquire, .storeRelease: 20
    case .negate, .byteOrder, .loadPacket, .store, .atomic, .loadImmediate, .call, .jump, .branch, .exit: 0
    }
  }
}
