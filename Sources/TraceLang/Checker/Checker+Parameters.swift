extension Checker {
  /// `getopt(name [, default [, help]])`: what the command line says, as a constant.
  mutating func namedParameter(_ call: BuiltinCall) -> TypedExpression {
    guard let name = literal(call.arguments[0], call.function) else { return invalid(call.range) }
    guard !name.isEmpty, name.allSatisfy({ $0.isWordPart || $0 == "-" }), name.first != "-" else {
      error("the name of a parameter is made of letters, digits, '-' and '_'", at: call.arguments[0].range)
      return invalid(call.range)
    }
    var help = ""
    if call.arguments.count == 3 {
      guard let text = literal(call.arguments[2], call.function) else { return invalid(call.range) }
      help = text
    }
    var fallback = NamedParameter.Default.boolean(false)
    if call.arguments.count >= 2 {
      guard let value = defaultValue(call.arguments[1]) else { return invalid(call.range) }
      fallback = value
    }
    let parameter = NamedParameter(name: name, defaultValue: fallback, help: help)
    if let index = namedParameterIndex[name] {
      if namedParameters[index].help.isEmpty { namedParameters[index].help = help }
      if !help.isEmpty, namedParameters[index].help != help {
        error(
          "--\(name) is described in two ways", at: call.range,
          notes: [Diagnostic.Note("ask for it in one macro, and call that everywhere")])
      }
      if namedParameters[index].defaultValue != fallback {
        error(
          "--\(name) has two defaults: \(namedParameters[index].usage) and \(parameter.usage)", at: call.range,
          notes: [Diagnostic.Note("ask for it in one macro, and call that everywhere")])
      }
    } else {
      namedParameterIndex[name] = namedParameters.count
      namedParameters.append(parameter)
    }
    return value(of: parameter, call.range)
  }

  private mutating func defaultValue(_ syntax: Expression) -> NamedParameter.Default? {
    let value = expression(syntax)
    if case .string(let bytes) = value.kind { return .string(String(decoding: bytes, as: UTF8.self)) }
    if case .integer(let constant) = value.kind {
      if value.type == .bool { return .boolean(constant != 0) }
      if case .integer = value.type { return .integer(constant) }
    }
    if value.type != .invalid {
      error("the default is a number, a text or a bool known at compile time", at: syntax.range)
    }
    return nil
  }

  private mutating func value(of parameter: NamedParameter, _ range: SourceRange) -> TypedExpression {
    let given = options.namedParameterBytes[parameter.name]
    switch parameter.defaultValue {
    case .boolean(let fallback):
      guard let value = given.map(Self.boolean) ?? fallback else {
        return wrong(parameter, "true or false", range)
      }
      return TypedExpression(.integer(value ? 1 : 0), .bool, range)
    case .integer(let fallback):
      guard let given else { return TypedExpression(.integer(fallback), .int64, range) }
      return given.flatMap { Self.number(spelledBy: $0, range) } ?? wrong(parameter, "a number", range)
    case .string(let fallback):
      guard let given else { return string(Array(fallback.utf8), range) }
      return given.map { string($0, range) } ?? wrong(parameter, "a text", range)
    }
  }

  private mutating func wrong(_ parameter: NamedParameter, _ what: String, _ range: SourceRange) -> TypedExpression {
    let given = (options.namedParameterBytes[parameter.name] ?? nil).map { String(decoding: $0, as: UTF8.self) }
    error(
      "--\(parameter.name) takes \(what)\(given.map { ", not '\($0)'" } ?? ", as in --\(parameter.name)=VALUE")",
      at: range)
    return invalid(range)
  }

  /// A parameter that is given without a value is true.
  private static func boolean(_ bytes: [UInt8]?) -> Bool? {
    guard let bytes else { return true }
    switch String(decoding: bytes, as: UTF8.self).lowercased() {
    case "1", "true", "yes", "on": return true
    case "0", "false", "no", "off": return false
    default: return nil
    }
  }

  /// The number that a parameter spells, as the language writes numbers, with a sign; unsigned where only that holds it.
  static func number(spelledBy bytes: [UInt8], _ range: SourceRange) -> TypedExpression? {
    var digits = bytes[...].drop { $0.isWhitespace }
    let sign = digits.first.flatMap { [UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0) ? $0 : nil }
    if sign != nil { digits = digits.dropFirst() }
    guard digits.first?.isDigit == true, case .success(let magnitude) = IntegerText.value(of: digits) else {
      return nil
    }
    if sign == UInt8(ascii: "-") {
      guard magnitude <= Int64.min.magnitude else { return nil }
      return TypedExpression(.integer(0 &- Int64(bitPattern: magnitude)), .int64, range)
    }
    let isSigned = magnitude <= UInt64(Int64.max)
    return TypedExpression(.integer(Int64(bitPattern: magnitude)), isSigned ? .int64 : .uint64, range)
  }

  /// Reports parameters of the command line that the script does not ask for.
  mutating func checkNamedParameters() {
    let known = namedParameters.map(\.name)
    for name in options.namedParameterBytes.keys.sorted() where !known.contains(name) && name != "help" {
      let near = Suggestions.nearest(to: name, among: known, limit: 1).map { Diagnostic.Note("did you mean --\($0)?") }
      let all =
        known.isEmpty
        ? "the script takes none" : "there are \(Suggestions.some(of: known.map { "--" + $0 }, nearestTo: "--" + name))"
      diagnostics.error(
        "the script has no parameter --\(name)", at: nil, notes: near.isEmpty ? [Diagnostic.Note(all)] : near)
    }
  }
}
