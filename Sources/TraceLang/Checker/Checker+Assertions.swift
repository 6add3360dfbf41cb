// What ends a run or a compilation, and what is known then.
extension Checker {
  /// `assert(condition, message)`.
  mutating func assertion(_ call: BuiltinCall) -> TypedExpression {
    let range = call.range
    let condition = condition(call.arguments[0])
    guard condition.type != .invalid, let message = literal(call.arguments[1], call.function) else {
      return invalid(range)
    }
    let format = FormatString(segments: [.literal(Array("assert failed: \(message)".utf8))])
    let failure = [
      TypedStatement(.send(.report(.error, format, [])), range),
      TypedStatement(.send(.exit(number(1, .int64, range))), range),
    ]
    return effects([TypedStatement(.conditional(condition, then: [], otherwise: failure), range)], range)
  }

  /// `static_assert(condition, message)`.
  mutating func staticAssertion(_ call: BuiltinCall) -> TypedExpression {
    let condition = condition(call.arguments[0])
    guard condition.type != .invalid, let message = literal(call.arguments[1], call.function) else {
      return invalid(call.range)
    }
    guard case .integer(let constant) = condition.kind else {
      error("static_assert() needs a condition known at compile time", at: call.arguments[0].range)
      return invalid(call.range)
    }
    if constant == 0 { error(message, at: call.range) }
    return effects([], call.range)
  }

  /// `fail(format, ...)`.
  mutating func failure(_ call: BuiltinCall) -> TypedExpression {
    guard let format = literal(call.arguments[0], call.function),
      let message = message(format, Array(call.arguments.dropFirst()), call.range)
    else { return invalid(call.range) }
    error(message, at: call.range)
    return effects([], call.range)
  }

  /// `kfunc_exist(name)`.
  mutating func kernelFunctionExists(_ call: BuiltinCall) -> TypedExpression {
    guard let function = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    return number(target.kernelFunctionSignature(function) != nil ? 1 : 0, .bool, call.range)
  }

  /// `kfunc_allowed(name)`.
  mutating func kernelFunctionIsAllowed(_ call: BuiltinCall) -> TypedExpression {
    guard let function = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    let isAllowed = instance.traits.programTypes.allSatisfy { target.kernelFunction(function, isCallableFrom: $0) }
    return number(isAllowed ? 1 : 0, .bool, call.range)
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
        if directive.conversion.isReal {
          guard let text = decimals(syntax, directive) else { return nil }
          result += text
          continue
        }
        let value = expression(syntax)
        if case .string(let bytes) = value.kind {
          result += bytes
        } else if case .integer(let number) = value.kind {
          switch directive.conversion {
          case .hex, .pointer: result += Array(String(UInt64(bitPattern: number), radix: 16).utf8)
          case .upperHex: result += Array(String(UInt64(bitPattern: number), radix: 16, uppercase: true).utf8)
          case .octal: result += Array(String(UInt64(bitPattern: number), radix: 8).utf8)
          case .unsigned: result += Array(String(UInt64(bitPattern: number)).utf8)
          case .character: result.append(UInt8(truncatingIfNeeded: number))
          case .decimal, .fixed, .exponent, .upperExponent, .general, .upperGeneral, .string, .buffer, .escapedBuffer,
            .hexBuffer, .allocationFlags:
            result += Array((value.type == .bool ? (number != 0 ? "true" : "false") : String(number)).utf8)
          }
        } else {
          if value.type != .invalid { error("fail() takes only what is known at compile time", at: syntax.range) }
          return nil
        }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A constant as `%f` and its kind print it.
  private mutating func decimals(_ syntax: Expression, _ directive: FormatDirective) -> [UInt8]? {
    let (value, formula) = real(syntax)
    if value.type == .invalid { return nil }
    var numbers: [ExactNumber] = []
    let parts = if case .tuple(let parts) = value.kind { parts } else { [value] }
    for part in parts {
      guard case .integer(let number) = part.kind, let type = part.type.integer else {
        error("fail() takes only what is known at compile time", at: syntax.range)
        return nil
      }
      numbers.append(type.isSigned ? ExactNumber(number) : ExactNumber(UInt64(bitPattern: number)))
    }
    let number = formula.map { $0.value { index in numbers[index] } } ?? numbers[0]
    return number.map { RealText(directive, $0).bytes }
  }
}
