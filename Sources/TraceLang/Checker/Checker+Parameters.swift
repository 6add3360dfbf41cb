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
      if namedParameters[index].help.isEmpty { namedParameters[index] = parameter }
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
    let given = options.namedParameters[parameter.name]
    switch parameter.defaultValue {
    case .boolean(let fallback):
      guard let value = given.map(Self.boolean) ?? fallback else {
        return wrong(parameter, "true or false", range)
      }
      return TypedExpression(.integer(value ? 1 : 0), .bool, range)
    case .integer(let fallback):
      guard let value = given.map(Self.integer) ?? fallback else { return wrong(parameter, "a number", range) }
      return TypedExpression(.integer(value), .int64, range)
    case .string(let fallback):
      if given == "" { return wrong(parameter, "a text", range) }
      return string(Array((given ?? fallback).utf8), range)
    }
  }

  private mutating func wrong(_ parameter: NamedParameter, _ what: String, _ range: SourceRange) -> TypedExpression {
    let given = options.namedParameters[parameter.name] ?? ""
    error(
      "--\(parameter.name) takes \(what)\(given.isEmpty ? ", as in --\(parameter.name)=VALUE" : ", not '\(given)'")",
      at: range)
    return invalid(range)
  }

  private static func boolean(_ text: String) -> Bool? {
    switch text {
    case "", "1", "true": true
    case "0", "false": false
    default: nil
    }
  }

  /// Reports parameters of the command line that the script does not ask for.
  mutating func checkNamedParameters() {
    let known = namedParameters.map(\.name)
    for name in options.namedParameters.keys.sorted() where !known.contains(name) && name != "help" {
      let near = Suggestions.nearest(to: name, among: known, limit: 1).map { Diagnostic.Note("did you mean --\($0)?") }
      let all =
        known.isEmpty
        ? "the script takes none" : "there are \(Suggestions.some(of: known.map { "--" + $0 }, nearestTo: "--" + name))"
      diagnostics.error(
        "the script has no parameter --\(name)", at: nil, notes: near.isEmpty ? [Diagnostic.Note(all)] : near)
    }
  }
}
