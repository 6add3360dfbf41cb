/// The text of LLVM's disassembler, with the kernel's habits where the two differ: a helper call shows its name, 32-bit
/// and narrower loads name the whole register they fill, and wide immediates say what they refer to.
extension MachineInstruction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .arithmetic(let operation, let width, let register, let operand):
      return "\(register.name(width)) \(operation.symbol) \(operand.name(width))"
    case .negate(let width, let register):
      return "\(register.name(width)) = -\(register.name(width))"
    case .moveSigned(let extent, let destination, let source):
      return "\(destination.name(extent.width)) = (s\(extent.bits))\(source.name(extent.width))"
    case .byteOrder(let order, let bits, let register):
      return "\(register) = \(order.symbol)\(bits.rawValue) \(register)"
    case .castAddressSpace(let destination, let source, let to, let from):
      return "\(destination) = addr_space_cast(\(source), \(to), \(from))"
    case .loadPacket(let size, let index, let offset):
      let place = index.map { offset == 0 ? "\($0)" : "\($0) + \(offset)" } ?? "\(offset)"
      return "r0 = *(u\(size.memory.rawValue * 8) *)skb[\(place)]"
    case .loadAcquire(let size, let register, let base, let offset):
      return "\(register.name(size.width)) = load_acquire((u\(size.rawValue * 8) *)(\(address(base, offset))))"
    case .storeRelease(let size, let base, let offset, let source):
      return "store_release((u\(size.rawValue * 8) *)(\(address(base, offset))), \(source.name(size.width)))"
    case .mayJump(let offset):
      return "may_goto \(signed(Int(offset)))"
    case .load(let kind, let register, let base, let offset):
      let sign = kind.isSigned ? "s" : "u"
      return "\(register) = *(\(sign)\(kind.size.rawValue * 8) *)(\(address(base, offset)))"
    case .store(let size, let base, let offset, let operand):
      return "*(u\(size.rawValue * 8) *)(\(address(base, offset))) = \(operand.name(.double))"
    case .atomic(let operation, let width, let base, let offset, let source):
      return operation.description(width, address(base, offset), source)
    case .loadImmediate(let register, let immediate):
      return "\(register) = \(immediate.symbol) ll"
    case .call(let target):
      return "call \(target)"
    case .jump(let offset):
      return "goto \(signed(Int(offset)))"
    case .jumpLong(let offset):
      return "gotol \(signed(Int(offset)))"
    case .branch(let condition, let width, let register, let operand, let offset):
      return "if \(register.name(width)) \(condition.symbol) \(operand.name(width)) goto \(signed(Int(offset)))"
    case .exit:
      return "exit"
    }
  }
}

private func signed(_ offset: Int) -> String { offset < 0 ? "\(offset)" : "+\(offset)" }

private func address(_ base: Register, _ offset: Int16) -> String {
  offset < 0 ? "\(base) - \(-Int(offset))" : "\(base) + \(offset)"
}

extension Register: CustomStringConvertible {
  public var description: String { "r\(rawValue)" }

  /// `r1`, or `w1` for its low half.
  public func name(_ width: Width) -> String { width == .word ? "w\(rawValue)" : "r\(rawValue)" }
}

extension MachineOperand {
  fileprivate func name(_ width: Width) -> String {
    switch self {
    case .register(let register): register.name(width)
    case .immediate(let value): "\(value)"
    }
  }
}

extension MemorySize {
  /// The part of a register that a value of this size is named with.
  fileprivate var width: Width { self == .double ? .double : .word }
}

extension ArithmeticOpcode {
  var symbol: String {
    switch self {
    case .add: "+="
    case .sub: "-="
    case .mul: "*="
    case .udiv: "/="
    case .sdiv: "s/="
    case .or: "|="
    case .and: "&="
    case .shl: "<<="
    case .lshr: ">>="
    case .umod: "%="
    case .smod: "s%="
    case .xor: "^="
    case .move: "="
    case .ashr: "s>>="
    }
  }
}

extension ByteOrder {
  fileprivate var symbol: String {
    switch self {
    case .little: "le"
    case .big: "be"
    case .swap: "bswap"
    }
  }
}

extension AtomicOpcode {
  fileprivate func description(_ width: Width, _ address: String, _ register: Register) -> String {
    let type = width == .word ? "u32" : "u64"
    let source = register.name(width)
    let suffix = width == .word ? "32_32" : "_64"
    switch self {
    case .add: return "lock *(\(type) *)(\(address)) += \(source)"
    case .or: return "lock *(\(type) *)(\(address)) |= \(source)"
    case .and: return "lock *(\(type) *)(\(address)) &= \(source)"
    case .xor: return "lock *(\(type) *)(\(address)) ^= \(source)"
    case .fetchAdd: return "\(source) = atomic_fetch_add((\(type) *)(\(address)), \(source))"
    case .fetchOr: return "\(source) = atomic_fetch_or((\(type) *)(\(address)), \(source))"
    case .fetchAnd: return "\(source) = atomic_fetch_and((\(type) *)(\(address)), \(source))"
    case .fetchXor: return "\(source) = atomic_fetch_xor((\(type) *)(\(address)), \(source))"
    case .exchange: return "\(source) = xchg\(suffix)(\(address), \(source))"
    case .compareExchange:
      let result = Register.r0.name(width)
      return "\(result) = cmpxchg\(suffix)(\(address), \(result), \(source))"
    }
  }
}

extension WideImmediate {
  fileprivate var symbol: String {
    switch self {
    case .number(let value): "\(value)"
    case .mapDescriptor(let descriptor): "map[fd:\(descriptor)]"
    case .mapValue(let descriptor, let offset): "map[fd:\(descriptor)][0]+\(offset)"
    case .btfVariable(let id, let descriptor): descriptor == 0 ? "ksym[\(id)]" : "ksym[\(id)@\(descriptor)]"
    case .function(let offset): "func[\(signed(Int(offset)))]"
    case .mapIndex(let index): "map[idx:\(index)]"
    case .mapIndexValue(let index, let offset): "map[idx:\(index)][0]+\(offset)"
    }
  }
}

extension CallTarget: CustomStringConvertible {
  public var description: String {
    switch self {
    case .helper(let number):
      if let helper = Helper(rawValue: number) { "\(helper.name)#\(number)" } else { "#\(number)" }
    case .function(let offset): "pc\(signed(Int(offset)))"
    case .kernel(let id, let descriptor): descriptor == 0 ? "kernel#\(id)" : "kernel#\(id)@\(descriptor)"
    }
  }
}

extension JumpCondition {
  var symbol: String {
    switch self {
    case .eq: "=="
    case .ne: "!="
    case .ugt: ">"
    case .uge: ">="
    case .ult: "<"
    case .ule: "<="
    case .sgt: "s>"
    case .sge: "s>="
    case .slt: "s<"
    case .sle: "s<="
    case .set: "&"
    }
  }
}
