@testable import Codegen

/// Every form of instruction, with a spread of registers, immediates and offsets.
enum InstructionForms {
  static let immediates: [Int32] = [0, 1, -1, 42, .min, .max]
  static let offsets: [Int16] = [0, 8, -8, .min, .max]
  static let pairs: [(Register, Register)] = [(.r0, .r1), (.r1, .r0), (.r3, .r3), (.r9, .r10), (.r5, .r6)]

  static var all: [MachineInstruction] {
    arithmetic + memory + wide + control
  }

  private static var arithmetic: [MachineInstruction] {
    var result: [MachineInstruction] = []
    for width in Width.allCases {
      for operation in ArithmeticOpcode.allCases {
        for (a, b) in pairs { result.append(.arithmetic(operation, width, a, .register(b))) }
        for value in immediates { result.append(.arithmetic(operation, width, .r2, .immediate(value))) }
      }
      for register in Register.allCases { result.append(.negate(width, register)) }
    }
    for extent in SignExtension.allCases {
      for (a, b) in pairs { result.append(.moveSigned(extent, a, b)) }
    }
    for (a, b) in pairs {
      result.append(.castAddressSpace(a, b, to: 0, from: 1))
      result.append(.castAddressSpace(a, b, to: 1, from: 0))
    }
    for order in ByteOrder.allCases {
      for bits in SwapBits.allCases { result.append(.byteOrder(order, bits: bits, .r4)) }
    }
    return result
  }

  private static var memory: [MachineInstruction] {
    var result: [MachineInstruction] = []
    for offset in offsets {
      for (a, b) in pairs {
        for kind in LoadKind.allCases { result.append(.load(kind, a, base: b, offset: offset)) }
        for size in MemorySize.allCases {
          result.append(.store(size, base: a, offset: offset, .register(b)))
          result.append(.loadAcquire(size, a, base: b, offset: offset))
          result.append(.storeRelease(size, base: a, offset: offset, b))
        }
        for operation in AtomicOpcode.allCases {
          for width in Width.allCases { result.append(.atomic(operation, width, base: a, offset: offset, b)) }
        }
      }
      for size in MemorySize.allCases {
        for value in immediates { result.append(.store(size, base: .r10, offset: offset, .immediate(value))) }
      }
    }
    for size in PacketSize.allCases {
      for value in immediates { result.append(.loadPacket(size, index: nil, offset: value)) }
      for register in Register.allCases { result.append(.loadPacket(size, index: register, offset: 0)) }
      result.append(.loadPacket(size, index: .r3, offset: 14))
    }
    return result
  }

  private static var wide: [MachineInstruction] {
    var result: [MachineInstruction] = []
    for value in [0, 1, -1, .min, .max, 0x1234_5678_9abc_def0] as [Int64] {
      result.append(.loadImmediate(.r1, .number(value)))
    }
    for value in immediates {
      result.append(.loadImmediate(.r2, .mapDescriptor(value)))
      result.append(.loadImmediate(.r3, .mapValue(descriptor: value, offset: 24)))
      result.append(.loadImmediate(.r4, .btfVariable(id: value, descriptor: 3)))
      result.append(.loadImmediate(.r5, .function(value)))
      result.append(.loadImmediate(.r6, .mapIndex(value)))
      result.append(.loadImmediate(.r7, .mapIndexValue(index: value, offset: -4)))
    }
    return result
  }

  private static var control: [MachineInstruction] {
    var result: [MachineInstruction] = [.exit]
    for value in immediates {
      result.append(.call(.helper(value)))
      result.append(.call(.function(value)))
      result.append(.call(.kernel(id: value, descriptor: 0)))
      result.append(.call(.kernel(id: value, descriptor: 7)))
      result.append(.jumpLong(value))
    }
    for offset in offsets {
      result.append(.jump(offset))
      result.append(.mayJump(offset))
      for condition in JumpCondition.allCases {
        for width in Width.allCases {
          for (a, b) in pairs { result.append(.branch(condition, width, a, .register(b), offset)) }
          for value in immediates { result.append(.branch(condition, width, .r8, .immediate(value), offset)) }
        }
      }
    }
    return result
  }
}
