// What a probe on a function knows of it.
extension Checker {
  /// `argN`.
  mutating func rawArgument(_ index: Int, _ range: SourceRange) -> TypedExpression {
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
    case nil:
      return misplaced(
        "arg\(index)", "rawtracepoint, kprobe, uprobe and usdt", range,
        Diagnostic.Note("tracepoint fields are read by args.NAME"))
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

  /// `sargN`.
  mutating func stackArgument(_ index: Int, _ range: SourceRange) -> TypedExpression {
    guard instance.traits.words == .registers, instance.traits.result == nil else {
      return misplaced("sarg\(index)", "kprobe and uprobe", range)
    }
    return TypedExpression(.context(.stackArgument(index)), .uint64, range)
  }

  /// `func`.
  mutating func functionName(_ range: SourceRange) -> TypedExpression {
    guard instance.traits.hasFunctionName else {
      return misplaced("func", "kprobe, kretprobe, uprobe, uretprobe, fentry and fexit", range)
    }
    return TypedExpression(.context(.functionName), .probeName, range)
  }

  /// `retval`.
  mutating func functionResult(_ range: SourceRange) -> TypedExpression {
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
    case nil: return misplaced("retval", "kretprobe, uretprobe and fexit", range, programNotes.first)
    }
  }

  /// Why there is nothing to tell of a function, where it is a BPF program's.
  var programNotes: [Diagnostic.Note] {
    instance.traits.isOnProgram ? [Diagnostic.Note("not of functions of BPF programs")] : []
  }

  private mutating func misplaced(
    _ name: String, _ probes: String, _ range: SourceRange, _ note: Diagnostic.Note? = nil
  ) -> TypedExpression {
    if instance.attachPoints.isEmpty { return invalid(range) }
    error("\(name) is only there in \(probes) probes", at: range, notes: note.map { [$0] } ?? [])
    return invalid(range)
  }
}
