// What a probe on a function knows of it.
extension Checker {
  /// `argN`.
  mutating func rawArgument(_ call: BuiltinCall, _ index: Int) -> TypedExpression {
    let range = call.range
    switch instance.traits.words {
    case .context: break
    case .registers:
      let count = target.machine.architecture.facts.registers.arguments.count
      if index >= count {
        error(
          "arg\(index) is in no register: functions take \(count) arguments in registers", at: range,
          notes: [Diagnostic.Note("sarg0 is the first that lies on the stack")])
        return invalid(range)
      }
    case .operands(let types): return operand(index, types, range)
    case nil: return invalid(range)
    }
    return TypedExpression(.context(.argument(index)), .uint64, range)
  }

  /// `argN` of a USDT probe: as its note says, in 64 bits.
  private mutating func operand(_ index: Int, _ types: [IntegerType?], _ range: SourceRange) -> TypedExpression {
    let name = instance.attachPoints.first.map { probeNames[$0.nameIndex] } ?? "the probe"
    guard types.indices.contains(index) else {
      let count =
        switch types.count {
        case 0: "no arguments"
        case 1: "one argument, arg0"
        default: "\(types.count) arguments, arg0 to arg\(types.count - 1)"
        }
      error("there is no arg\(index): \(name) has \(count)", at: range)
      return invalid(range)
    }
    guard let type = types[index] else {
      error(
        "arg\(index) of \(name) lies where it cannot be read, such as a floating-point register or a variable without a symbol",
        at: range)
      return invalid(range)
    }
    return TypedExpression(.context(.argument(index)), type.isSigned ? .int64 : .uint64, range)
  }

  /// `args`.
  mutating func probeArguments(_ call: BuiltinCall) -> TypedExpression {
    guard let record = instance.traits.arguments else { return invalid(call.range) }
    if case .parameters(let binary, let offset, let inlined) = record,
      target.debugFunction(in: binary, at: offset, inlined: inlined) == nil
    {
      noParameters(of: binary, at: offset, call.range)
      return invalid(call.range)
    }
    return call.context(.arguments, .record(record))
  }

  /// Reports that debug information does not tell a function's parameters.
  private mutating func noParameters(of binary: String, at offset: UInt64, _ range: SourceRange) {
    var reasons = ["there is no debug information of '\(binary)': build it with -g, or install what was split from it"]
    do throws(TargetError) {
      if try target.answer(.debug(.isThere(path: binary))) == .flag(true) {
        reasons = target.missingDebugInformation(of: binary, at: offset)
        if reasons.isEmpty { reasons = ["debug information of '\(binary)' does not tell of it"] }
      }
    } catch {
      reasons = [error.message]
    }
    let name = instance.attachPoints.first.map { probeNames[$0.nameIndex] } ?? "this probe"
    error(
      "the parameters of \(name) are not known", at: range,
      notes: (reasons + ["arg0, arg1 and so on are what functions are given in registers"]).map { Diagnostic.Note($0) })
  }

  /// The parameters that programs cannot read.
  func unreadable(of reference: RecordReference) -> [String] {
    guard case .parameters(let binary, let offset, let inlined) = reference,
      let function = target.debugFunction(in: binary, at: offset, inlined: inlined)
    else { return [] }
    return function.parameters.compactMap {
      if case .unreadable = $0.place { $0.name } else { nil }
    }
  }

  /// `ctx`.
  func probeContext(_ call: BuiltinCall) -> TypedExpression {
    guard let record = instance.traits.context else { return invalid(call.range) }
    return call.context(.arguments, .pointer(.record(record), .kernel))
  }

  /// `retval`.
  mutating func functionResult(_ call: BuiltinCall) -> TypedExpression {
    let range = call.range
    switch instance.traits.result {
    case .register: return TypedExpression(.context(.result), .uint64, range)
    case .ofFunction(let name):
      guard let type = target.kernelFunctionSignature(name)?.result else {
        error("\(name)() returns nothing", at: range)
        return invalid(range)
      }
      // It lies behind the arguments, as one more.
      let record = RecordReference.function(name)
      let arguments = TypedExpression(.context(.arguments), .record(record), range)
      let member = RecordLayout.Member(name: "retval", type: type, offset: target.layout(of: record)?.size ?? 0)
      return TypedExpression(.member(arguments, member), scripted(valueType(member, arguments)), range)
    case nil: return invalid(range)
    }
  }
}

extension Type {
  /// Whether it is that of what a probe is given, which is no value: it lies in its record, in registers or in several places.
  var isArguments: Bool {
    guard case .record(let reference) = self else { return false }
    return switch reference {
    case .tracepoint, .function, .parameters: true
    case .script, .btf, .named, .debug: false
    }
  }
}
