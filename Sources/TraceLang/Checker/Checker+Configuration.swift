extension Checker {
  /// `config`: a record of all settings.
  mutating func settings(_ call: BuiltinCall) -> TypedExpression {
    var parts: [TypedExpression] = []
    var elements: [TupleElement] = []
    for (name, setting) in configuration.settings {
      let part =
        switch setting {
        case .flag(let isOn): number(isOn ? 1 : 0, .bool, call.range)
        case .number(let value): number(Int64(value), .uint64, call.range)
        case .text(let text): string(text.systemBytes, call.range)
        }
      parts.append(part)
      elements.append(TupleElement(name: name, part.type))
    }
    return TypedExpression(.tuple(parts), .tuple(elements), call.range)
  }

  /// Takes over what `config = { }` sets.
  mutating func applyConfiguration(_ script: Script) {
    for case .config(let block) in script.items {
      for entry in block.entries { apply(entry) }
    }
  }

  private mutating func apply(_ entry: ConfigBlock.Entry) {
    let value: String
    let isQuoted: Bool
    switch entry.value {
    case .integer(let number): (value, isQuoted) = (String(number), false)
    case .string(let text): (value, isQuoted) = (text, true)
    case .word(let text): (value, isQuoted) = (text, false)
    }
    let name = entry.name
    if Configuration.isObsolete(name.text) {
      diagnostics.warning(
        "\(name.text) has no effect any more: it can be left out", at: name.range.union(entry.valueRange))
      return
    }
    if let current = Configuration.currentName(of: name.text) {
      diagnostics.warning("\(name.text) is an older name: the setting is \(current) now", at: name.range)
    }
    // A setting of the environment wins; the script's must still be right.
    var changed = configuration
    do throws(ConfigurationError) {
      try changed.set(name.text, to: value)
      if !options.configuration.isFromEnvironment(name.text) { configuration = changed }
    } catch {
      switch error {
      case .unknownName:
        let hint = diagnostics.advice {
          Suggestions.hint(
            for: Configuration.canonical(name.text), amongAll: Configuration.names.sorted(), at: name.range,
            lead: "the settings are")
        }
        diagnostics.error("there is no setting '\(name.text)'", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
      case .badValue(let message, let near):
        let fixIt = near.map { Diagnostic.FixIt(entry.valueRange, isQuoted ? "\"\($0)\"" : $0) }
        diagnostics.error(message, at: entry.valueRange, fixIts: fixIt.map { [$0] } ?? [])
      }
    }
  }
}
