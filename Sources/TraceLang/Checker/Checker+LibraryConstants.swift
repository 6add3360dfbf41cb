// What is known at compile time.
extension Checker {
  mutating func constantFunction(
    _ name: Builtin.Name, _ arguments: [Expression], _ range: SourceRange
  ) -> TypedExpression {
    switch name {
    case .defaultStringLength: return number(Int64(configuration.maxStringLength), .uint64, range)
    case .kaddr:
      guard let symbol = quoted(arguments[0], name) else { return invalid(range) }
      guard let address = kernelAddress(symbol, at: arguments[0].range) else { return invalid(range) }
      return number(Int64(bitPattern: address), .uint64, range)
    case .cgroupid:
      guard let path = quoted(arguments[0], name) else { return invalid(range) }
      guard let identifier = target.cgroupID(path: path) else {
        error(
          "there is no cgroup of version 2 at '\(path)'", at: arguments[0].range,
          notes: [
            Diagnostic.Note("they lie below the mount of type cgroup2, often /sys/fs/cgroup or /sys/fs/cgroup/unified")
          ])
        return invalid(range)
      }
      return number(Int64(bitPattern: identifier), .uint64, range)
    case .kfuncExists:
      guard let function = quoted(arguments[0], name) else { return invalid(range) }
      return number(target.kernelFunctionSignature(function) != nil ? 1 : 0, .bool, range)
    case .kfuncAllowed:
      guard let function = quoted(arguments[0], name) else { return invalid(range) }
      let isAllowed = instance.traits.programTypes.allSatisfy {
        target.kernelFunction(function, isCallableFrom: $0)
      }
      return number(isAllowed ? 1 : 0, .bool, range)
    default:
      let value = expression(arguments[0])
      if value.type == .invalid { return value }
      return number(holds(name, of: value) ? 1 : 0, .bool, range)
    }
  }

  private func holds(_ name: Builtin.Name, of value: TypedExpression) -> Bool {
    switch (name, value.type) {
    case (.isArray, .array), (.isInteger, .integer), (.isPointer, .pointer): true
    case (.isUnsignedInteger, .integer(let type)): !type.isSigned
    case (.isString, .string), (.isString, .probeName), (.isString, .errorName), (.isString, .syscallName),
      (.isString, .username):
      true
    case (.isLiteral, _): value.isConstant
    default: false
    }
  }

  /// The address of a kernel symbol; reports when there is none.
  mutating func kernelAddress(_ symbol: String, at range: SourceRange) -> UInt64? {
    if let address = target.kernelSymbolAddress(symbol) { return address }
    error(
      "there is no kernel symbol '\(symbol)', or the kernel hides its address", at: range,
      notes: [Diagnostic.Note("/proc/kallsyms lists all symbols; root sees addresses unless kernel.kptr_restrict is 2")]
    )
    return nil
  }

  // MARK: - Assertions

  mutating func assertion(_ name: Builtin.Name, _ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    switch name {
    case .assert:
      guard hasReader(name, range) else { return invalid(range) }
      let condition = condition(arguments[0])
      guard condition.type != .invalid, let message = quoted(arguments[1], name) else { return invalid(range) }
      let format = FormatString(segments: [.literal(Array("assert failed: \(message)".utf8))])
      let failure = [
        TypedStatement(.send(.report(.error, format, [])), range),
        TypedStatement(.send(.exit(number(1, .int64, range))), range),
      ]
      return effects([TypedStatement(.conditional(condition, then: [], otherwise: failure), range)], range)
    case .staticAssert:
      let condition = condition(arguments[0])
      guard condition.type != .invalid, let message = quoted(arguments[1], name) else { return invalid(range) }
      guard case .integer(let constant) = condition.kind else {
        error("static_assert() needs a condition known at compile time", at: arguments[0].range)
        return invalid(range)
      }
      if constant == 0 { error(message, at: range) }
    default:
      guard let format = quoted(arguments[0], name), let message = message(format, Array(arguments.dropFirst()), range)
      else { return invalid(range) }
      error(message, at: range)
    }
    return effects([], range)
  }

  /// A format filled with constants.
  private mutating func message(_ text: String, _ arguments: [Expression], _ range: SourceRange) -> String? {
    let format: FormatString
    do throws(FormatString.ParseError) {
      format = try FormatString(parsing: Array(text.utf8))
    } catch {
      self.error(error.message, at: range)
      return nil
    }
    guard format.conversions.count == arguments.count else {
      error("the format has \(format.conversions.count) conversions and \(arguments.count) arguments follow", at: range)
      return nil
    }
    var rest = arguments[...]
    var result: [UInt8] = []
    for segment in format.segments {
      switch segment {
      case .literal(let bytes): result += bytes
      case .conversion(let directive):
        guard let syntax = rest.popFirst() else { return nil }
        let value = expression(syntax)
        switch value.kind {
        case .string(let bytes): result += bytes
        case .integer(let number):
          switch directive.conversion {
          case .hex, .pointer: result += Array(String(UInt64(bitPattern: number), radix: 16).utf8)
          case .upperHex: result += Array(String(UInt64(bitPattern: number), radix: 16, uppercase: true).utf8)
          case .octal: result += Array(String(UInt64(bitPattern: number), radix: 8).utf8)
          case .unsigned: result += Array(String(UInt64(bitPattern: number)).utf8)
          case .character: result.append(UInt8(truncatingIfNeeded: number))
          case .decimal, .string, .buffer, .escapedBuffer, .hexBuffer:
            result += Array((value.type == .bool ? (number != 0 ? "true" : "false") : String(number)).utf8)
          }
        default:
          if value.type != .invalid { error("fail() takes only what is known at compile time", at: syntax.range) }
          return nil
        }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension Checker {
  /// The most intervals of a time series.
  private static let maximumIntervals: Int64 = 1_000_000

  /// `@m = tseries(value, interval, count, "function")`.
  mutating func timeSeries(_ arguments: [Expression], _ value: TypedExpression) -> (Aggregation, TypedExpression?)? {
    guard let interval = constant(arguments[1], "tseries"), let count = constant(arguments[2], "tseries") else {
      return nil
    }
    guard interval >= 1 else {
      error("an interval of tseries() has 1 nanosecond or more, not \(interval)", at: arguments[1].range)
      return nil
    }
    guard (1..<Self.maximumIntervals).contains(count) else {
      error("tseries() keeps 1 to \(Self.maximumIntervals - 1) intervals, not \(count)", at: arguments[2].range)
      return nil
    }
    var function = Aggregation.Series.last
    if arguments.count == 4 {
      guard let name = literal(arguments[3], "tseries") else { return nil }
      guard let known = Aggregation.Series(rawValue: name), known != .last else {
        error(
          "tseries() has no function \"\(name)\"", at: arguments[3].range,
          notes: [Diagnostic.Note("there are avg, max, min and sum")])
        return nil
      }
      function = known
    }
    return (.tseries(interval: interval, count: count, function), value)
  }
}
