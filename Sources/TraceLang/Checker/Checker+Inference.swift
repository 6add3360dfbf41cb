// What uses of variables and maps teach about their types.
extension Checker {
  func variableType(_ id: VariableID) -> Type {
    let types = environment.variables[instance.index]
    return (id.index < types.count ? types[id.index] : nil) ?? .invalid
  }

  func mapValueType(_ map: Int) -> Type { environment.maps[map].value ?? .invalid }

  /// Notes that a variable holds a value of this type; reports when it cannot hold both.
  mutating func learn(_ variable: Scope.Binding, _ value: TypedExpression, at range: SourceRange, isZero: Bool = false)
  {
    while environment.variables[instance.index].count <= variable.id.index {
      environment.variables[instance.index].append(nil)
    }
    guard value.type != .invalid else { return }
    if case .address = value.kind { environment.addressHolders[instance.index, default: []].insert(variable.id.index) }
    let known = environment.variables[instance.index][variable.id.index]
    if let declared = variable.declared {
      environment.variables[instance.index][variable.id.index] = placed(declared, known, value.type)
      if !isZero { checkFits(value, declared, "$\(variable.name)", at: range, decidedAt: variable.range) }
      return
    }
    guard let joined = joined(known, value, isZero: isZero) else {
      error(
        "$\(variable.name) is \(known?.description ?? "unknown") and cannot hold \(value.type.description)", at: range,
        notes: [Diagnostic.Note("its type was decided here", at: variable.range)])
      return
    }
    environment.variables[instance.index][variable.id.index] = joined
  }

  /// A declared type with the address space of what is assigned first, as a pointer's declaration says none.
  private func placed(_ declared: Type, _ known: Type?, _ value: Type) -> Type {
    guard case .pointer(let target, .unknown) = declared else { return declared }
    for case .pointer(_, let space)? in [known, value] where space != .unknown { return .pointer(target, space) }
    return declared
  }

  /// Reports a value that a declared type cannot take, and warns of integers that may be cut.
  private mutating func checkFits(
    _ value: TypedExpression, _ declared: Type, _ name: String, at range: SourceRange, decidedAt: SourceRange
  ) {
    let note = Diagnostic.Note("its type is declared here", at: decidedAt)
    if value.type == declared { return }
    if let integer = declared.integer, value.type.isInteger {
      if case .integer(let constant) = value.kind {
        if !TypeRules.fits(constant, integer), constant >= 0 || integer.isSigned || declared == .bool {
          error("\(constant) does not fit \(name), which is \(declared.description)", at: range, notes: [note])
        } else if !TypeRules.fits(constant, integer) {
          error("\(constant) is below 0 and \(name) is \(declared.description)", at: range, notes: [note])
        }
      }
      return
    }
    if case .pointer = declared {
      if case .pointer = value.type { return }
      if value.kind == .integer(0) { return }
    }
    if let joined = joined(declared, value), joined == canonical(declared) { return }
    error("\(name) is \(declared.description) and cannot hold \(value.type.description)", at: range, notes: [note])
  }

  mutating func learnValue(_ map: Int, _ value: TypedExpression, at range: SourceRange) {
    guard value.type != .invalid else { return }
    let state = environment.maps[map]
    if case .aggregation(let aggregation)? = state.value {
      error(
        "@\(state.name) gathers \(aggregation.functionName)() and cannot be assigned \(value.type.description)",
        at: range, notes: firstAssignment(state))
      return
    }
    guard let joined = joined(state.value, value).map(stored) else {
      error(
        "@\(state.name) is \(state.value?.description ?? "unknown") and cannot hold \(value.type.description)",
        at: range, notes: firstAssignment(state))
      return
    }
    environment.maps[map].value = joined
    if state.valueRange == nil { environment.maps[map].valueRange = range }
  }

  mutating func learnAggregation(_ map: Int, _ aggregation: Aggregation, at range: SourceRange) {
    let state = environment.maps[map]
    switch state.value {
    case nil:
      environment.maps[map].value = .aggregation(aggregation)
      environment.maps[map].valueRange = range
    case .aggregation(let known)?:
      if let joined = known.joined(aggregation) {
        environment.maps[map].value = .aggregation(joined)
      } else {
        let isSame = known.functionName == aggregation.functionName
        error(
          isSame
            ? "@\(state.name) gathers \(known.functionName)() with other arguments"
            : "@\(state.name) gathers \(known.functionName)() and not \(aggregation.functionName)()",
          at: range, notes: firstAssignment(state))
      }
    case let other?:
      error(
        "@\(state.name) is \(other.description) and cannot gather \(aggregation.functionName)()", at: range,
        notes: firstAssignment(state))
    }
  }

  func firstAssignment(_ state: Environment.MapState) -> [Diagnostic.Note] {
    guard let range = state.valueRange else { return [] }
    return [Diagnostic.Note("its type was decided here", at: range)]
  }

  /// The type that holds what is known and a new value; constants take a known integer type they fit.
  private func joined(_ known: Type?, _ value: TypedExpression, isZero: Bool = false) -> Type? {
    guard let known, known != .invalid else { return value.type }
    if !isZero, case .integer(let constant) = value.kind, let integer = known.integer, known.isInteger, known != .bool,
      TypeRules.fits(constant, integer)
    {
      return known
    }
    if case .tuple(let parts) = value.kind, case .tuple(let elements) = known {
      guard parts.count == elements.count else { return nil }
      var result: [TupleElement] = []
      for (element, part) in zip(elements, parts) {
        guard let type = joined(element.type, part, isZero: isZero) else { return nil }
        result.append(TupleElement(name: element.name, type))
      }
      return .tuple(result)
    }
    if case .pointer = known, takes(known, value) { return known }
    if known == .symbolic(.kernelSymbol), isKernelFunctionName(value) { return known }
    // What gave a name before gives an address, where it can, once all uses are known.
    if known == .symbolic(.probeName), value.type == .symbolic(.kernelSymbol) { return value.type }
    return joined(known, value.type)
  }

  /// Whether it is `func` of the kernel, which is a symbol of it wherever one is wanted.
  private func isKernelFunctionName(_ value: TypedExpression) -> Bool {
    value.kind == .context(.functionName) && instance.traits.space == .kernel
  }

  /// Integers are kept in maps with 64 bits.
  private func stored(_ type: Type) -> Type {
    guard case .integer(let integer) = type else { return type }
    return .integer(IntegerType(bits: 64, signed: integer.isSigned))
  }

  // MARK: - Keys

  /// The key of a map access, with the type all its uses agree on; `nil` for a scalar map.
  mutating func mapKey(_ map: Int, _ indices: [Expression]?, _ range: SourceRange) -> TypedExpression? {
    let parts = indices?.map { keyPart($0) }
    return mapKey(map, parts: parts, range)
  }

  /// As above, for a key already checked; several parts make a tuple.
  mutating func mapKey(_ map: Int, parts: [TypedExpression]?, _ range: SourceRange) -> TypedExpression? {
    let state = environment.maps[map]
    let isKeyed = parts != nil
    if let known = state.isKeyed, known != isKeyed {
      error(
        known
          ? "@\(state.name) is used with a key elsewhere, but not here"
          : "@\(state.name) is used without a key elsewhere, but with one here",
        at: range, notes: [Diagnostic.Note("it was first used here", at: state.range)])
      return nil
    }
    environment.maps[map].isKeyed = isKeyed
    guard let parts = parts.map({ namedProbes($0, map) }) else { return nil }
    let key: TypedExpression
    if parts.count == 1 {
      key = parts[0]
    } else {
      let place = (parts.first?.range ?? range).union(parts.last?.range ?? range)
      key = TypedExpression(.tuple(parts), tuple(parts.map { TupleElement($0.type) }, place), place)
    }
    if key.type == .invalid { return key }
    guard let joined = joined(state.key, key) else {
      error(
        "the key of @\(state.name) is \(state.key?.description ?? "unknown") elsewhere and \(key.type.description) here",
        at: key.range, notes: [Diagnostic.Note("it was first used here", at: state.range)])
      return key
    }
    environment.maps[map].key = joined
    return converted(key, joined)
  }

  /// Literals among the parts of a key as the probes they name, where other uses of the map have `probe` there.
  private mutating func namedProbes(_ parts: [TypedExpression], _ map: Int) -> [TypedExpression] {
    guard let key = environment.maps[map].key else { return parts }
    let known = if parts.count > 1, case .tuple(let elements) = key { elements.map(\.type) } else { [key] }
    guard known.count == parts.count else { return parts }
    var types = known
    let named = parts.indices.map { index -> TypedExpression in
      let part = parts[index]
      if case .symbolic(let symbol) = known[index], case .string(let bytes) = part.kind,
        let number = number(ofLiteral: String(decoding: bytes, as: UTF8.self), symbol)
      {
        return TypedExpression(.integer(number), known[index], part.range)
      }
      if case .string = known[index], case .symbolic(let symbol) = part.type, symbol.facts.literals != nil {
        types[index] = part.type
      }
      return part
    }
    if types != known {
      environment.maps[map].key = types.count == 1 ? types[0] : .tuple(types.map { TupleElement($0) })
    }
    return named
  }

  private mutating func keyPart(_ syntax: Expression) -> TypedExpression {
    let value = expression(syntax)
    switch value.type {
    case .void, .aggregation:
      error("\(value.type.description) cannot be a map key", at: syntax.range)
      return invalid(syntax.range)
    case .bool, .integer, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack,
      .invalid:
      return value
    }
  }

  /// The value that a literal in a key stands for, and one that is never there for what names nothing; `nil` for types
  /// without literals.
  private func number(ofLiteral text: String, _ symbol: SymbolicType) -> Int64? {
    switch symbol.facts.literals {
    case .probes: Int64(probeNameIndices[text] ?? -1)
    case nil: nil
    }
  }

  // MARK: - Conversion

  /// The value as another type that can hold it.
  func converted(_ value: TypedExpression, _ type: Type) -> TypedExpression {
    if value.type == type || type == .invalid || value.type == .invalid { return value }
    if case .integer(let constant) = value.kind, let integer = type.integer, TypeRules.fits(constant, integer) {
      return TypedExpression(.integer(constant), type, value.range)
    }
    if case .string(let bytes) = value.kind, case .string(let capacity) = type, capacity > bytes.count {
      return TypedExpression(value.kind, type, value.range)
    }
    if type == .symbolic(.kernelSymbol), isKernelFunctionName(value) {
      return TypedExpression(.context(.functionAddress), type, value.range)
    }
    if case .tuple(let parts) = value.kind, case .tuple(let elements) = type, elements.count == parts.count {
      let parts = zip(parts, elements).map { converted($0, $1.type) }
      return TypedExpression(.tuple(parts), type, value.range)
    }
    return TypedExpression(.convert(value), type, value.range)
  }
}
