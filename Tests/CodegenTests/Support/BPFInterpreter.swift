@testable import Codegen

/// Runs BPF machine code by the instruction set's words, and forgets r1 to r5 at each call as the kernel may.
struct BPFInterpreter {
  enum Failure: Error {
    case outside(Int)
    case unsupported(MachineInstruction)
    case tooManySteps
  }

  private let code: [UInt64]
  private var registers = [UInt64](repeating: 0xbad0_bad0_bad0_bad0, count: 11)
  private var memory = Memory()
  private(set) var steps = 0

  static func run(_ code: [UInt64], context: [UInt64]) throws -> UInt64 {
    var machine = BPFInterpreter(code: code)
    for (index, value) in context.enumerated() {
      machine.memory.store(HelperModel.contextBase + UInt64(8 * index), 8, value)
    }
    machine.registers[1] = HelperModel.contextBase
    machine.registers[10] = 0x4000_0000
    return try machine.run(from: 0)
  }

  private init(code: [UInt64]) { self.code = code }

  private mutating func run(from start: Int) throws -> UInt64 {
    var position = start
    while true {
      steps += 1
      if steps > 2_000_000 { throw Failure.tooManySteps }
      guard code.indices.contains(position) else { throw Failure.outside(position) }
      let instruction = try MachineInstruction(
        code[position], position + 1 < code.count ? code[position + 1] : nil)
      position += instruction.slotCount
      switch instruction {
      case .exit: return registers[0]
      case .jump(let offset): position += Int(offset)
      case .jumpLong(let offset): position += Int(offset)
      case .branch(let condition, let width, let register, let operand, let offset):
        if holds(condition, width, self[register], value(operand)) { position += Int(offset) }
      case .call(.function(let offset)):
        let saved = Array(registers[6...10])
        registers[10] -= 512
        let result = try run(from: position + Int(offset))
        registers.replaceSubrange(6...10, with: saved)
        finishCall(result)
      case .call(.helper(let number)):
        guard let helper = Helper(rawValue: number) else { throw Failure.unsupported(instruction) }
        finishCall(HelperModel.call(helper, Array(registers[1...5]), &memory))
      case .mayJump: break
      case .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket, .loadAcquire, .store,
        .storeRelease, .atomic, .loadImmediate, .call(.kernel):
        try step(instruction)
      }
    }
  }

  private mutating func finishCall(_ result: UInt64) {
    for index in 1...5 { registers[index] = 0xbad1_bad1_bad1_bad1 }
    registers[0] = result
  }

  private subscript(register: Register) -> UInt64 {
    get { registers[Int(register.rawValue)] }
    set { registers[Int(register.rawValue)] = newValue }
  }

  private func value(_ operand: MachineOperand) -> UInt64 {
    switch operand {
    case .register(let register): self[register]
    case .immediate(let value): UInt64(bitPattern: Int64(value))
    }
  }

  private mutating func step(_ instruction: MachineInstruction) throws {
    switch instruction {
    case .arithmetic(let operation, .double, let register, let operand):
      self[register] = compute(operation, self[register], value(operand))
    case .arithmetic(let operation, .word, let register, let operand):
      self[register] = computeWord(operation, self[register], value(operand))
    case .negate(let width, let register):
      let result = 0 &- self[register]
      self[register] = width == .word ? result & 0xffff_ffff : result
    case .moveSigned(let extent, let destination, let source):
      let shift = UInt64(64 - extent.bits)
      let result = UInt64(bitPattern: Int64(bitPattern: self[source] << shift) >> Int64(shift))
      self[destination] = extent.width == .word ? result & 0xffff_ffff : result
    case .byteOrder(let order, let bits, let register):
      let count = UInt64(bits.rawValue)
      let mask: UInt64 = count == 64 ? .max : (1 << count) - 1
      self[register] = order == .little ? self[register] & mask : self[register].byteSwapped >> (64 - count)
    case .load(let kind, let register, let base, let offset):
      let size = kind.size.rawValue
      let raw = try memory.load(self[base] &+ UInt64(bitPattern: Int64(offset)), size)
      let shift = UInt64(64 - 8 * size)
      self[register] = kind.isSigned ? UInt64(bitPattern: Int64(bitPattern: raw << shift) >> Int64(shift)) : raw
    case .store(let size, let base, let offset, let operand):
      memory.store(self[base] &+ UInt64(bitPattern: Int64(offset)), size.rawValue, value(operand))
    case .atomic(.add, let width, let base, let offset, let source):
      let size = width == .word ? 4 : 8
      let address = self[base] &+ UInt64(bitPattern: Int64(offset))
      memory.store(address, size, try memory.load(address, size) &+ self[source])
    case .loadImmediate(let register, .number(let value)):
      self[register] = UInt64(bitPattern: value)
    default: throw Failure.unsupported(instruction)
    }
  }

  private func compute(_ operation: ArithmeticOpcode, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let (x, y) = (Int64(bitPattern: a), Int64(bitPattern: b))
    switch operation {
    case .add: return a &+ b
    case .sub: return a &- b
    case .mul: return a &* b
    case .udiv: return b == 0 ? 0 : a / b
    case .umod: return b == 0 ? a : a % b
    case .sdiv: return y == 0 ? 0 : UInt64(bitPattern: x.dividedReportingOverflow(by: y).partialValue)
    case .smod: return y == 0 ? a : y == -1 ? 0 : UInt64(bitPattern: x % y)
    case .or: return a | b
    case .and: return a & b
    case .xor: return a ^ b
    case .shl: return a << (b & 63)
    case .lshr: return a >> (b & 63)
    case .ashr: return UInt64(bitPattern: x >> Int64(b & 63))
    case .move: return b
    }
  }

  private func computeWord(_ operation: ArithmeticOpcode, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let (x, y) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
    switch operation {
    case .shl: return UInt64(x << (y & 31))
    case .lshr: return UInt64(x >> (y & 31))
    case .ashr: return UInt64(UInt32(bitPattern: Int32(bitPattern: x) >> Int32(y & 31)))
    case .sdiv, .smod:
      let signed = compute(
        operation, UInt64(bitPattern: Int64(Int32(bitPattern: x))), UInt64(bitPattern: Int64(Int32(bitPattern: y))))
      return signed & 0xffff_ffff
    case .add, .sub, .mul, .udiv, .umod, .or, .and, .xor, .move:
      return compute(operation, UInt64(x), UInt64(y)) & 0xffff_ffff
    }
  }

  private func holds(_ condition: JumpCondition, _ width: Width, _ a: UInt64, _ b: UInt64) -> Bool {
    let (x, y) = width == .word ? (a & 0xffff_ffff, b & 0xffff_ffff) : (a, b)
    let (p, q) =
      width == .word
      ? (Int64(Int32(truncatingIfNeeded: a)), Int64(Int32(truncatingIfNeeded: b)))
      : (Int64(bitPattern: a), Int64(bitPattern: b))
    switch condition {
    case .eq: return x == y
    case .ne: return x != y
    case .ugt: return x > y
    case .uge: return x >= y
    case .ult: return x < y
    case .ule: return x <= y
    case .sgt: return p > q
    case .sge: return p >= q
    case .slt: return p < q
    case .sle: return p <= q
    case .set: return x & y != 0
    }
  }
}
