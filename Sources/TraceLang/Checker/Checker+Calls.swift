extension Checker {
  /// A name used as a value: a builtin or an enumerator.
  mutating func identifier(_ name: Name) -> TypedExpression {
    if let builtin = Builtin.named(name.text) {
      if builtin.kind == .value { return value(builtin, [], name, name.range) }
      if builtin.arguments.contains(0) { return call(name, [], name.range) }
      error(
        "\(name.text) is a function", at: name.range, notes: [Diagnostic.Note("it is written \(builtin.signature)")])
      return invalid(name.range)
    }
    if let enumerator = target.enumerator(named: name.text) {
      return TypedExpression(.integer(enumerator.value), enumerator.type, name.range)
    }
    let hint = diagnostics.advice {
      let names = Builtin.catalog.filter { $0.kind == .value }.map(\.name.rawValue)
      return Suggestions.hint(for: name.text, amongAll: names, at: name.range)
    }
    error("there is nothing named '\(name.text)'", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
    return invalid(name.range)
  }

  mutating func call(_ name: Name, _ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard let builtin = Builtin.named(name.text) else {
      let hint = diagnostics.advice {
        let functions = Builtin.catalog.filter { $0.kind != .value }.map(\.name.rawValue)
        return Suggestions.hint(for: name.text, amongAll: functions, at: name.range)
      }
      error("there is no function '\(name.text)'", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
      return invalid(range)
    }
    guard expects(builtin, arguments.count, range) else { return invalid(range) }
    switch builtin.kind {
    case .value: return value(builtin, arguments, name, range)
    case .function: return function(builtin, arguments, range)
    case .action:
      error("\(name.text)() gives no value", at: range)
      return invalid(range)
    case .aggregation:
      error(
        "\(name.text)() can only be assigned to a map", at: range,
        notes: [Diagnostic.Note("it is written \(builtin.signature)")])
      return invalid(range)
    }
  }

  /// Whether the number of arguments is right; reports when not.
  mutating func expects(_ builtin: Builtin, _ count: Int, _ range: SourceRange) -> Bool {
    if builtin.arguments.contains(count) { return true }
    let (low, high) = (builtin.arguments.lowerBound, builtin.arguments.upperBound)
    let expected =
      low == high
      ? (low == 1 ? "1 argument" : "\(low == 0 ? "no" : String(low)) arguments")
      : high >= 64
        ? "at least \(low) argument\(low == 1 ? "" : "s")"
        : high == low + 1
          ? "\(low == 0 ? "no" : String(low)) or \(high) argument\(high == 1 ? "" : "s")"
          : "\(low) to \(high) arguments"
    error(
      "\(builtin.name.rawValue)() takes \(expected), not \(count)", at: range,
      notes: [Diagnostic.Note("it is written \(builtin.signature)")])
    return false
  }

  // MARK: - Values

  private mutating func value(
    _ builtin: Builtin, _ arguments: [Expression], _ name: Name, _ range: SourceRange
  ) -> TypedExpression {
    func context(_ value: ContextValue, _ type: Type) -> TypedExpression {
      TypedExpression(.context(value), type, range)
    }
    switch builtin.name {
    case .pid, .tid: return processID(builtin.name, arguments, range)
    case .uid: return context(.uid, .uint64)
    case .gid: return context(.gid, .uint64)
    case .comm:
      guard arguments.isEmpty else { return commandOfProcess(range) }
      return context(.comm, .string(capacity: 16))
    case .cpu: return context(.cpu, .uint32)
    case .ncpus: return TypedExpression(.integer(Int64(target.machine.possibleCPUs)), .uint64, range)
    case .nsecs: return nanoseconds(arguments, range)
    case .elapsed: return context(.elapsed, .uint64)
    case .probe: return context(.probeName, .probeName)
    case .func: return functionName(range)
    case .retval: return functionResult(range)
    case .curtask: return context(.curtask, .pointer(.record(.named("struct task_struct")), .kernel))
    case .rand: return context(.rand, .uint32)
    case .cgroup: return context(.cgroup, .uint64)
    case .numaid: return context(.numaID, .uint32)
    case .jiffies: return context(.jiffies, .uint64)
    case .args: return self.arguments(range)
    case .ctx:
      guard let reference = instance.traits.context else {
        if !instance.attachPoints.isEmpty { error("ctx is only there in iter probes", at: range) }
        return invalid(range)
      }
      return context(.arguments, .pointer(.record(reference), .kernel))
    default:
      if let index = builtin.argumentIndex { return rawArgument(index, range) }
      if let index = builtin.stackArgumentIndex { return stackArgument(index, range) }
      return library(builtin, arguments, range)
    }
  }

  private mutating func nanoseconds(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard let argument = arguments.first else { return TypedExpression(.context(.nanoseconds(.boot)), .uint64, range) }
    if case .identifier("sw_tai") = argument.kind { return libraryValue(.softwareTAI, .uint64, range) }
    guard case .identifier(let word) = argument.kind, let clock = ContextValue.Clock(rawValue: word) else {
      error("nsecs() takes monotonic, boot, tai or sw_tai", at: argument.range)
      return invalid(range)
    }
    if clock == .tai, !target.has(.taiTime) {
      error("this kernel has no TAI clock for programs (Linux 6.1 has)", at: argument.range)
    }
    return TypedExpression(.context(.nanoseconds(clock)), .uint64, range)
  }

  private mutating func arguments(_ range: SourceRange) -> TypedExpression {
    guard let reference = instance.traits.arguments else {
      if instance.attachPoints.isEmpty { return invalid(range) }
      error(
        "args is only there in tracepoint, rawtracepoint, fentry and fexit probes", at: range, notes: programNotes)
      return invalid(range)
    }
    return TypedExpression(.context(.arguments), .record(reference), range)
  }

  // MARK: - Functions

  private mutating func function(
    _ builtin: Builtin, _ arguments: [Expression], _ range: SourceRange
  ) -> TypedExpression {
    switch builtin.name {
    case .str: return readString(arguments, range)
    case .buf: return readBuffer(arguments, range)
    case .ksym:
      return TypedExpression(
        .call(.kernelSymbol(converted(integerOperand(arguments[0]), .uint64))), .kernelSymbol, range)
    case .usym:
      return TypedExpression(.call(.userSymbol(converted(integerOperand(arguments[0]), .uint64))), .userSymbol, range)
    case .strftime:
      guard let format = timeFormat(arguments[0], "strftime") else { return invalid(range) }
      let time = converted(integerOperand(arguments[1]), .uint64)
      return TypedExpression(.call(.strftime(format: index(ofTimeFormat: format), time)), .timestamp, range)
    case .hasKey:
      guard let map = mapArgument(arguments[0], "has_key"), let key = keyArgument(map, arguments[1]) else {
        return invalid(range)
      }
      return TypedExpression(.call(.hasKey(MapID(map), key)), .bool, range)
    case .len where !isMap(arguments[0]): return stackDepth(arguments[0], range)
    case .len:
      guard let map = mapArgument(arguments[0], "len") else { return invalid(range) }
      let state = environment.maps[map]
      if state.isKeyed == false {
        error(
          "@\(state.name) has no keys to count", at: arguments[0].range,
          notes: [Diagnostic.Note("it was first used here", at: state.range)])
        return invalid(range)
      }
      environment.maps[map].isKeyed = true
      if !target.has(.forEachMapElement) {
        error("len() needs a kernel with bpf_for_each_map_elem (Linux 5.13)", at: range)
      }
      return TypedExpression(.call(.length(MapID(map))), .uint64, range)
    case .delete: return delete(arguments, range)
    case .getopt: return namedParameter(arguments, range)
    case .bswap:
      let value = integerOperand(arguments[0])
      guard let integer = value.type.integer else { return invalid(range) }
      let type = Type.integer(IntegerType(bits: integer.bits, signed: false))
      if integer.bits == 8 { return converted(value, type) }
      return TypedExpression(.call(.byteSwap(converted(value, type))), type, range)
    case .kptr, .uptr:
      let value = expression(arguments[0])
      let space: AddressSpace = builtin.name == .kptr ? .kernel : .user
      switch value.type {
      case .pointer(let target, _): return TypedExpression(.convert(value), .pointer(target, space), range)
      case .integer: return TypedExpression(.convert(value), .pointer(.int8, space), range)
      case .invalid: return value
      default:
        error("\(builtin.name.rawValue)() needs a pointer, not \(value.type.description)", at: arguments[0].range)
        return invalid(range)
      }
    default: return library(builtin, arguments, range)
    }
  }

  /// A pointer operand: pointers, integers taken as addresses in the probe's own space, and arrays in memory.
  mutating func address(_ syntax: Expression, _ function: String) -> TypedExpression {
    let value = expression(syntax)
    switch value.type {
    case .pointer(let target, .unknown):
      return TypedExpression(.convert(value), .pointer(target, defaultSpace), value.range)
    case .pointer, .invalid, .string, .array: return value
    case .integer: return TypedExpression(.convert(value), .pointer(.int8, defaultSpace), value.range)
    default:
      error("\(function)() needs a pointer, not \(value.type.description)", at: syntax.range)
      return invalid(syntax.range)
    }
  }

  private mutating func readString(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    if let text = parameterText(arguments[0]) { return string(text, range) }
    let source = address(arguments[0], "str")
    if case .string = source.kind { return source }
    var capacity = configuration.maxStringLength + 1
    var length: TypedExpression?
    if arguments.count == 2 {
      let value = converted(integerOperand(arguments[1]), .uint64)
      if case .integer(let constant) = value.kind {
        guard constant >= 1 else {
          error("str() needs a length of at least 1", at: arguments[1].range)
          return invalid(range)
        }
        capacity = min(capacity, Int(constant))
      } else {
        length = value
      }
    }
    if case .array(let element, let count) = source.type {
      capacity = min(capacity, size(of: element) * count + 1)
    }
    if case .string(let have) = source.type {
      // Already a string: only its length can change.
      return capacity < have ? TypedExpression(.convert(source), .string(capacity: capacity), range) : source
    }
    return TypedExpression(.call(.string(source, length: length)), .string(capacity: capacity), range)
  }

  /// `str($1)` and `str($1 + 2)` are the parameter's own text.
  private func parameterText(_ syntax: Expression) -> [UInt8]? {
    switch syntax.kind {
    case .positional(let number):
      return number <= options.parameters.count ? Array(options.parameters[number - 1].utf8) : []
    case .binary(.add, let left, let right, _):
      guard case .positional(let number) = left.kind, case .integer(let skip) = right.kind else { return nil }
      let text = number <= options.parameters.count ? Array(options.parameters[number - 1].utf8) : []
      return Array(text.dropFirst(Int(min(skip.value, UInt64(text.count)))))
    default: return nil
    }
  }

  private mutating func readBuffer(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    let source = address(arguments[0], "buf")
    var capacity = configuration.maxStringLength
    var length: TypedExpression?
    if arguments.count == 2 {
      let value = converted(integerOperand(arguments[1]), .uint64)
      if case .integer(let constant) = value.kind {
        guard constant >= 1 else {
          error("buf() needs a length of at least 1", at: arguments[1].range)
          return invalid(range)
        }
        capacity = min(capacity, Int(constant))
      } else {
        length = value
      }
    } else if case .array(let element, let count) = source.type {
      capacity = size(of: element) * count
    } else if case .string(let count) = source.type {
      capacity = count
    } else if source.type != .invalid {
      error("buf() needs a length for a pointer", at: range)
      return invalid(range)
    }
    return TypedExpression(.call(.buffer(source, length: length)), .buffer(capacity: capacity), range)
  }

  private mutating func delete(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    if arguments.count == 1, case .index(let base, let indices) = arguments[0].kind, case .map(let name) = base.kind {
      let map = environment.map(named: name, at: base.range)
      guard let key = mapKey(map, indices, arguments[0].range) else { return invalid(range) }
      return TypedExpression(.call(.delete(MapID(map), key)), .bool, range)
    }
    guard let map = mapArgument(arguments[0], "delete") else { return invalid(range) }
    if arguments.count == 1 {
      if environment.maps[map].isKeyed == true {
        error(
          "delete() needs the key to remove from @\(environment.maps[map].name)", at: range,
          notes: [Diagnostic.Note("clear(@\(environment.maps[map].name)) removes all")])
        return invalid(range)
      }
      environment.maps[map].isKeyed = false
      return TypedExpression(.call(.delete(MapID(map), nil)), .bool, range)
    }
    guard let key = keyArgument(map, arguments[1]) else { return invalid(range) }
    return TypedExpression(.call(.delete(MapID(map), key)), .bool, range)
  }

  /// The key given as an argument: a tuple for several keys.
  private mutating func keyArgument(_ map: Int, _ syntax: Expression) -> TypedExpression? {
    mapKey(map, [syntax], syntax.range)
  }

  // MARK: - Arguments

  /// A map given by name; reports anything else.
  mutating func mapArgument(_ syntax: Expression, _ function: String) -> Int? {
    guard case .map(let name) = syntax.kind else {
      error("\(function)() needs a map here, such as @x", at: syntax.range)
      return nil
    }
    return environment.map(named: name, at: syntax.range)
  }

  func isMap(_ syntax: Expression) -> Bool { if case .map = syntax.kind { true } else { false } }

  /// A string known at compile time.
  mutating func literal(_ syntax: Expression, _ function: String) -> String? {
    if case .string(let bytes) = syntax.kind { return String(decoding: bytes, as: UTF8.self) }
    if let text = parameterText(syntax) { return String(decoding: text, as: UTF8.self) }
    error("\(function)() needs a string in quotes here", at: syntax.range)
    return nil
  }

  /// Columns that a conversion of a time may be told to fill.
  private static let maximumTimeWidth = 255

  /// A format of strftime whose text has a reasonable length.
  mutating func timeFormat(_ syntax: Expression, _ function: String) -> String? {
    guard let format = literal(syntax, function) else { return nil }
    var rest = Substring(format).utf8
    while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
      // "%-10d": flags, among which is zero, the width, and a letter, which may be a percent sign.
      let width = rest[percent...].dropFirst().drop { "-_0^#+".utf8.contains($0) }.prefix(while: \.isDigit)
      rest = rest[width.endIndex...].dropFirst()
      guard !width.isEmpty, Int(Substring(width)) ?? .max > Self.maximumTimeWidth else { continue }
      error(
        "a width in the format of \(function)() is at most \(Self.maximumTimeWidth), not \(Substring(width))",
        at: syntax.range)
      return nil
    }
    return format
  }

  private mutating func index(ofTimeFormat format: String) -> Int {
    if let index = timeFormatIndices[format] { return index }
    timeFormatIndices[format] = timeFormats.count
    timeFormats.append(format)
    return timeFormats.count - 1
  }
}
