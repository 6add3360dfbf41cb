import TraceLang

// Arguments of USDT probes: in registers, in the process's memory, or known when the program was compiled.
extension Lowering {
  /// The argument, extended to 64 bits by its own sign.
  mutating func value(of operand: USDTOperand) -> Operand {
    let type = operand.type
    switch operand.place {
    case .constant(let value): return .constant(type.wrapped(value))
    case .register(let register):
      // A register that is smaller than the argument has all of it.
      let bits = min(type.bits, register.type.bits)
      return builder.load(bits, signed: type.isSigned, entry.context, register.offset)
    case .address(let variable, let displacement):
      return builder.arithmetic(.add, address(of: variable), .constant(displacement))
    case .memory(let variable, let base, let index, let displacement):
      var address = Operand.constant(displacement)
      if let variable { address = builder.arithmetic(.add, self.address(of: variable), address) }
      if let base { address = builder.arithmetic(.add, value(of: base), address) }
      if let index {
        let distance = builder.arithmetic(.mul, value(of: index.register), .constant(index.scale))
        address = builder.arithmetic(.add, address, distance)
      }
      return read(type.bits, signed: type.isSigned, at: address, .user)
    }
  }

  /// Where a variable of the probe's binary lies: as far from the code that the probe is at as their addresses say.
  mutating func address(of variable: BinaryVariable) -> Operand {
    guard variable.place == .relative else { return .constant(Int64(bitPattern: variable.address)) }
    guard let code = placement.codeAddress else {
      failure = CompileError(
        message: "the code that the probe is at has no address in its file", range: expressionRange)
      return .constant(0)
    }
    // Where a function returns, the saved registers say only where to.
    let now =
      probe.traits.result == nil ? register("pc") : .value(builder.call(.getFunctionIP, [.value(entry.context)]))
    return builder.arithmetic(.add, now, .constant(Int64(bitPattern: variable.address &- code)))
  }

  private mutating func value(of register: USDTOperand.Register) -> Operand {
    builder.load(register.type.bits, signed: register.type.isSigned, entry.context, register.offset)
  }
}

extension IntegerType {
  /// The lowest bits of a number, extended by the type's sign.
  fileprivate func wrapped(_ value: Int64) -> Int64 {
    let shift = 64 - bits
    return isSigned ? (value << shift) >> shift : Int64(bitPattern: (UInt64(bitPattern: value) << shift) >> shift)
  }
}
