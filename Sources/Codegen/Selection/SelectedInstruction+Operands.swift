/// What an instruction asks of the place of a value that it reads.
enum UseKind: Hashable, Sendable {
  /// A register, free for the result afterwards.
  case early
  /// A register other than the result's.
  case late
  /// Anywhere: it is moved to the register of a call argument (0 for an exit).
  case anywhere(Register)
}

extension SelectedInstruction {
  var definition: VirtualRegister? {
    switch self {
    case .materialize(let result, _), .move(let result, _), .arithmetic(_, _, let result, _, _),
      .negate(let result, _), .moveWord(let result, _), .moveSigned(_, let result, _),
      .byteOrder(_, _, let result, _), .setCondition(_, let result, _, _), .load(_, let result, _):
      result
    case .call(_, _, let result): result
    case .store, .atomicAdd, .jump, .branch, .exit: nil
    }
  }

  @inline(__always)
  func forEachUse(_ body: (VirtualRegister, UseKind) -> Void) {
    func use(_ operand: SelectedOperand, _ kind: UseKind) {
      if case .register(let register) = operand { body(register, kind) }
    }
    func use(_ address: SelectedAddress) {
      if case .register(let register) = address.base { body(register, .early) }
    }
    switch self {
    case .materialize, .jump: break
    case .move(_, let source), .negate(_, let source), .moveWord(_, let source), .moveSigned(_, _, let source),
      .byteOrder(_, _, _, let source):
      body(source, .early)
    case .arithmetic(let operation, _, _, let left, let right):
      body(left, .early)
      use(right, operation.isCommutative || right == .register(left) ? .early : .late)
    case .setCondition(_, _, let left, let right):
      body(left, .late)
      use(right, .late)
    case .load(_, _, let address): use(address)
    case .store(_, let address, let operand):
      use(address)
      use(operand, .early)
    case .atomicAdd(_, let address, let source):
      use(address)
      body(source, .early)
    case .call(_, let arguments, _):
      for (index, argument) in arguments.enumerated() {
        if case .register(let register) = argument { body(register, .anywhere(Register.argument(index))) }
      }
    case .branch(_, let left, let right):
      body(left, .early)
      use(right, .early)
    case .exit(let argument):
      if case .register(let register) = argument { body(register, .anywhere(.r0)) }
    }
  }

  /// The value whose register the result would best have.
  var copiedOperand: VirtualRegister? {
    switch self {
    case .move(_, let source), .negate(_, let source), .moveWord(_, let source), .moveSigned(_, _, let source),
      .byteOrder(_, _, _, let source), .arithmetic(_, _, _, let source, _):
      source
    case .materialize, .setCondition, .load, .store, .atomicAdd, .call, .jump, .branch, .exit: nil
    }
  }

  var isCall: Bool {
    if case .call = self { true } else { false }
  }
}

extension ArithmeticOpcode {
  var isCommutative: Bool {
    switch self {
    case .add, .mul, .or, .and, .xor: true
    case .sub, .udiv, .sdiv, .shl, .lshr, .umod, .smod, .move, .ashr: false
    }
  }
}

extension Register {
  /// The register of a call's or function's argument, from 0; the convention has five.
  static func argument(_ index: Int) -> Register { Register(rawValue: UInt8(index + 1)) ?? .r5 }
}
