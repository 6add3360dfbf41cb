// Symbols of the kernel, and registers.
extension Checker {
  /// `ksym(address)` and `usym(address)`.
  mutating func symbol(
    _ call: BuiltinCall, _ type: Type, _ make: (TypedExpression) -> ValueFunction
  ) -> TypedExpression {
    TypedExpression(.call(make(converted(integerOperand(call.arguments[0]), .uint64))), type, call.range)
  }

  /// `kaddr(symbol)`.
  mutating func kernelAddress(_ call: BuiltinCall) -> TypedExpression {
    guard let symbol = literal(call.arguments[0], call.function),
      let address = kernelAddress(symbol, at: call.arguments[0].range)
    else { return invalid(call.range) }
    return number(Int64(bitPattern: address), .uint64, call.range)
  }

  /// `percpu_kaddr(symbol, cpu)`.
  mutating func perCPUAddress(_ call: BuiltinCall) -> TypedExpression {
    guard let name = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    let cpu = call.arguments.count == 2 ? converted(integerOperand(call.arguments[1]), .uint64) : nil
    guard let symbol = kernelAddress(name, at: call.arguments[0].range),
      let offsets = kernelAddress("__per_cpu_offset", at: call.arguments[0].range)
    else { return invalid(call.range) }
    return libraryValue(
      .perCPUAddress(symbol: symbol, offsets: offsets, cpu: cpu), .pointer(.uint64, .kernel), call.range)
  }

  /// The address of a kernel symbol; reports when there is none.
  private mutating func kernelAddress(_ symbol: String, at range: SourceRange) -> UInt64? {
    if let address = target.kernelSymbolAddress(symbol) { return address }
    error(
      "there is no kernel symbol '\(symbol)', or the kernel hides its address", at: range,
      notes: [Diagnostic.Note("/proc/kallsyms lists all symbols; root sees addresses unless kernel.kptr_restrict is 2")]
    )
    return nil
  }

  /// `reg(name)`.
  mutating func register(_ call: BuiltinCall) -> TypedExpression {
    let syntax = call.arguments[0]
    guard let name = literal(syntax, call.function) else { return invalid(call.range) }
    let registers = target.machine.architecture.facts.registers
    guard let offset = registers.offset(of: name) else {
      let hint = diagnostics.advice { Suggestions.hint(for: name, amongAll: registers.names, at: syntax.range) }
      error("there is no register '\(name)' on this machine", at: syntax.range, notes: hint.notes)
      return invalid(call.range)
    }
    return libraryValue(.register(offset: offset), .uint64, call.range)
  }
}
