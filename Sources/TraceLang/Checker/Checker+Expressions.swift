extension Checker {
  mutating func expression(_ expression: Expression) -> TypedExpression {
    let range = expression.range
    countStep(at: range)
    switch expression.kind {
    case .integer(let literal):
      let value = Int64(bitPattern: literal.value)
      return TypedExpression(.integer(value), value < 0 ? .uint64 : .int64, range)
    case .decimal:
      error(
        "floating-point numbers are not supported", at: range,
        notes: [Diagnostic.Note("printf's %f, %e and %g take them, in sums, products and quotients alone")])
      return invalid(range)
    case .string(let bytes):
      guard bytes.count < Self.maximumLiteral else {
        error("the string is too long: at most \(Self.maximumLiteral - 1) bytes are allowed", at: range)
        return invalid(range)
      }
      return string(bytes, range)
    case .boolean(let value): return TypedExpression(.integer(value ? 1 : 0), .bool, range)
    case .identifier(let name):
      let value = identifier(Name(name, range))
      return value.type.isArguments ? fields(of: value) ?? invalid(range) : value
    case .positional(let number): return positional(number, range)
    case .positionalCount: return TypedExpression(.integer(Int64(options.parameterBytes.count)), .int64, range)
    case .variable(let name):
      guard let variable = scope.lookup(name) else {
        undefinedVariable(Name(name, range))
        return invalid(range)
      }
      return TypedExpression(.variable(variable.id), variableType(variable.id), range)
    case .map(let name): return mapRead(name, nil, range)
    case .index(let base, let indices): return index(base, indices, range)
    case .member(let base, let name, _):
      return part(of: base, name, range) ?? member(place(base), name, range)
    case .element(let base, let index, let indexRange): return element(place(base), index, indexRange, range)
    case .call(let name, let arguments): return call(name, arguments, range)
    case .unary(let operation, let operand): return unary(operation, operand, range)
    case .step(let step, let operand): return self.step(step, operand, range)
    case .binary(let operation, let left, let right, let operatorRange):
      return binary(operation, self.expression(left), self.expression(right), range, operatorRange)
    case .ternary(let condition, let then, let otherwise): return ternary(condition, then, otherwise, range)
    case .cast(let type, let operand): return cast(type, operand, range)
    case .tuple(let parts):
      let parts = parts.map { self.expression($0) }
      return TypedExpression(.tuple(parts), tuple(parts.map { TupleElement($0.type) }, range), range)
    case .record(let members):
      let parts = members.map { self.expression($0.value) }
      let elements = zip(members, parts).map { TupleElement(name: $0.name.text, $1.type) }
      return TypedExpression(.tuple(parts), tuple(elements, range), range)
    case .sizeofType(let type):
      guard let type = self.type(type) else { return invalid(range) }
      return TypedExpression(.integer(Int64(size(of: type))), .uint64, range)
    case .sizeofValue(let operand):
      let type = place(operand).type
      if type == .invalid { return invalid(range) }
      return TypedExpression(.integer(Int64(size(of: type))), .uint64, range)
    case .offsetofType(let type, let path):
      guard let type = self.type(type) else { return invalid(range) }
      return offset(in: type, path, range)
    case .offsetofValue(let operand, let path): return offset(in: place(operand).type, path, range)
    case .type:
      error("a type is not a value here", at: range)
      return invalid(range)
    case .block(let block): return blockValue(block, range)
    case .conditional(let conditional): return choice(conditional, range)
    case .comptime(let operand):
      let value = self.expression(operand)
      if value.isConstant || value.type == .invalid { return value }
      error("this is not known at compile time", at: operand.range)
      return invalid(range)
    case .invalid: return invalid(range)
    }
  }

  /// An expression that is asked for a part, its size or its type: `args` then is what the probe is given, not its fields as a value.
  mutating func place(_ syntax: Expression) -> TypedExpression {
    guard case .identifier(let name) = syntax.kind else { return expression(syntax) }
    countStep(at: syntax.range)
    return identifier(Name(name, syntax.range))
  }

  /// An expression used as a condition; strings and structs have no truth.
  mutating func condition(_ syntax: Expression) -> TypedExpression {
    let value = expression(syntax)
    if case .string(let bytes) = value.kind { return number(bytes.isEmpty ? 0 : 1, .bool, syntax.range) }
    if value.type != .invalid, !value.type.isScalar {
      let hint = comparisonHint(syntax)
      error(
        "a condition must be a number, a pointer or a bool, not \(value.type.description)", at: syntax.range,
        notes: hint.notes, fixIts: hint.fixIts)
    }
    return value
  }

  /// An expression that must be an integer.
  mutating func integerOperand(_ syntax: Expression) -> TypedExpression {
    let value = assumedNumber(expression(syntax))
    if value.type == .invalid || value.type.isInteger { return value }
    if case .pointer = value.type { return TypedExpression(.convert(value), .uint64, value.range) }
    error("this must be an integer, not \(value.type.description)", at: syntax.range)
    return invalid(syntax.range)
  }

  func string(_ bytes: [UInt8], _ range: SourceRange) -> TypedExpression {
    TypedExpression(.string(bytes), .string(capacity: bytes.count + 1), range)
  }

  mutating func undefinedVariable(_ name: Name) {
    if let place = scope.ended[name.text] {
      environment.hoist(name.text, at: place, inInstance: instance.index)
      return
    }
    let hint = diagnostics.advice {
      Suggestions.hint(for: name.text, among: scope.visibleNames, at: name.range, prefix: "$")
    }
    error(
      "the variable $\(name.text) is used before it is assigned", at: name.range, notes: hint.notes,
      fixIts: hint.fixIts)
  }

  private mutating func positional(_ number: Int, _ range: SourceRange) -> TypedExpression {
    guard number >= 1, number <= options.parameterBytes.count else {
      missingParameter(number, range)
      return TypedExpression(.integer(0), .int64, range)
    }
    let bytes = options.parameterBytes[number - 1]
    return Self.number(spelledBy: bytes, range) ?? string(bytes, range)
  }

  /// Tells that a parameter of the command line is asked for and not given.
  mutating func missingParameter(_ number: Int, _ range: SourceRange) {
    diagnostics.warning("the script is given no parameter $\(number): it is 0, or empty as a text", at: range)
  }

  // MARK: - Maps

  mutating func mapRead(_ name: String, _ indices: [Expression]?, _ range: SourceRange) -> TypedExpression {
    let map = environment.map(named: name, at: range)
    environment.maps[map].isRead = true
    let key = mapKey(map, indices, range)
    let type = mapValueType(map)
    guard case .aggregation(let aggregation) = type else {
      return TypedExpression(.map(MapID(map), key: key), type, range)
    }
    guard let integer = aggregation.integerType else {
      error(
        "@\(name) gathers \(aggregation.functionName)() and has no single value; print(@\(name)) shows it", at: range)
      return invalid(range)
    }
    return TypedExpression(.map(MapID(map), key: key), .integer(integer), range)
  }

  private mutating func index(_ base: Expression, _ indices: [Expression], _ range: SourceRange) -> TypedExpression {
    if case .map(let name) = base.kind { return mapRead(name, indices, range) }
    let array = place(base)
    guard indices.count == 1, let first = indices.first else {
      error("an array takes one index", at: range)
      return invalid(range)
    }
    let position = integerOperand(first)
    switch array.type {
    case .array(let element, let count):
      if case .integer(let constant) = position.kind, count > 0, !(0..<Int64(count)).contains(constant) {
        error("the index \(constant) is outside the array of \(count)", at: first.range)
        return invalid(range)
      }
      return sized(TypedExpression(.index(array, converted(position, .int64)), element, range))
    case .pointer(let element, _):
      return sized(TypedExpression(.index(array, converted(position, .int64)), element, range))
    case .string(let capacity):
      if case .integer(let constant) = position.kind, !(0..<Int64(capacity)).contains(constant) {
        error("the index \(constant) is outside the string of \(capacity) bytes", at: first.range)
        return invalid(range)
      }
      return libraryValue(.byte(of: array, at: converted(position, .int64)), .int8, range)
    case .tuple:
      guard case .integer(let constant) = position.kind else {
        error("the index of a tuple must be known at compile time", at: first.range)
        return invalid(range)
      }
      return element(array, Int(constant), first.range, range)
    case .invalid:
      return invalid(range)
    case .void, .bool, .integer, .buffer, .record, .enumeration, .symbolic, .stack, .aggregation:
      error("\(array.type.description) cannot be indexed", at: base.range)
      return invalid(range)
    }
  }

  private mutating func element(
    _ base: TypedExpression, _ index: Int, _ indexRange: SourceRange, _ range: SourceRange
  ) -> TypedExpression {
    guard case .tuple(let elements) = base.type else {
      if base.type != .invalid { error("\(base.type.description) is not a tuple", at: base.range) }
      return invalid(range)
    }
    guard elements.indices.contains(index) else {
      error("the tuple has \(elements.count) elements; the last is .\(elements.count - 1)", at: indexRange)
      return invalid(range)
    }
    return TypedExpression(.element(base, index), elements[index].type, range)
  }

  mutating func blockValue(_ block: Block, _ range: SourceRange) -> TypedExpression {
    guard let result = block.result else {
      error("a block used as a value must end with an expression without ';'", at: range)
      return invalid(range)
    }
    scope.push()
    defer { scope.pop() }
    let statements = block.statements.flatMap { statement($0) }
    let value = expression(result)
    return TypedExpression(.block(statements, value), value.type, range)
  }

  // MARK: - Members

  mutating func member(_ base: TypedExpression, _ name: Name, _ range: SourceRange) -> TypedExpression {
    if base.type == .invalid { return invalid(range) }
    if case .tuple(let elements) = base.type {
      if let index = elements.firstIndex(where: { $0.name == name.text }) {
        if case .tuple(let parts) = base.kind, base.isConstant { return converted(parts[index], elements[index].type) }
        return TypedExpression(.element(base, index), elements[index].type, range)
      }
      error("the tuple has no field '\(name.text)'", at: name.range)
      return invalid(range)
    }
    if base.kind == .context(.result), base.type == .uint64, let type = resultWithMembers() {
      return member(TypedExpression(.convert(base), type, base.range), name, range)
    }
    guard let reference = base.type.recordOfMembers else {
      error("\(base.type.description) has no fields", at: base.range)
      return invalid(range)
    }
    guard let layout = target.layout(of: reference) else {
      error("the members of \(base.type.description) are not known on this machine", at: base.range)
      return invalid(range)
    }
    guard let member = find(name.text, in: layout) else {
      let hint = diagnostics.advice {
        let names = memberNames(layout).filter { !isHidden($0, of: reference) }
        var hint = Suggestions.hint(for: name.text, among: names, at: name.range)
        hint.notes.append(.init("there are \(Suggestions.some(of: names, nearestTo: name.text))"))
        return hint
      }
      error(
        "\(title(reference)) has no field '\(name.text)'", at: name.range,
        notes: hint.notes + declaration(of: reference), fixIts: hint.fixIts)
      return invalid(range)
    }
    if isHidden(member.name, of: reference) {
      error(
        "programs may not read \(name.text)", at: name.range,
        notes: [Diagnostic.Note("the kernel hides the common fields of tracepoints; pid, tid and cpu are builtins")])
      return invalid(range)
    }
    if case .parameters(let binary, let offset, let inlined) = reference,
      case .unreadable(let obstacle)? = target.debugFunction(in: binary, at: offset, inlined: inlined)?
        .place(of: member.name)
    {
      let notes = inlined.map { name in
        [Diagnostic.Note("at one of the places where the compiler has put \(name)() into another function")]
      }
      error(
        "the parameter '\(member.name)' of \(title(reference)) \(obstacle.text)", at: name.range, notes: notes ?? [])
      return invalid(range)
    }
    return TypedExpression(.member(base, member), scripted(valueType(member, base)), range)
  }

  /// Whether the verifier keeps a field from programs: those at the start of a tracepoint's record, which all tracepoints
  /// have (Kernel: tp_prog_is_valid_access).
  func isHidden(_ name: String, of reference: RecordReference) -> Bool {
    guard case .tracepoint = reference else { return false }
    return name.hasPrefix("common_")
  }

  func title(_ reference: RecordReference) -> String {
    switch reference {
    case .tracepoint(let name): "tracepoint:\(name.category):\(name.event)"
    case .function(let name): "\(instance.traits.typeName):\(name)"
    case .parameters: instance.attachPoints.first.map { probeNames[$0.nameIndex] } ?? "the probe"
    case .script, .btf, .named, .debug: "struct \(reference.name)"
    }
  }

  /// The type a member is read as: `char x[n]` is a string, and pointers stay in their struct's address space.
  func valueType(_ member: RecordLayout.Member, _ base: TypedExpression) -> Type {
    if member.location != nil {
      if case .string = member.type { return .pointer(.int8, .kernel) }
      if case .array(let element, _) = member.type { return .pointer(element, .kernel) }
      return member.type
    }
    if case .enumeration(.named(let name), let integer) = member.type {
      guard case .enumeration(let reference, _)? = target.kernelType(named: name) else { return .integer(integer) }
      return .enumeration(reference, integer)
    }
    if case .array(.int8, let count) = member.type, count > 0 { return .string(capacity: count) }
    return space(of: base).map { placed(member.type, in: $0) } ?? member.type
  }

  /// The address space of a struct or array that a pointer leads to; `nil` for a value of its own.
  private func space(of base: TypedExpression) -> AddressSpace? {
    if case .pointer(_, let space) = base.type { return space }
    if case .dereference(let pointer) = base.kind { return space(of: pointer) }
    if case .member(let outer, _) = base.kind { return space(of: outer) }
    if case .index(let outer, _) = base.kind { return space(of: outer) }
    return nil
  }

  /// A type whose pointers, as far as nothing else is said of them, lead to a space.
  private func placed(_ type: Type, in space: AddressSpace) -> Type {
    if case .pointer(let target, .unknown) = type { return .pointer(placed(target, in: space), space) }
    if case .array(let element, let count) = type { return .array(placed(element, in: space), count: count) }
    return type
  }

  /// A member by name, those of anonymous structs and unions included, with its offset from the outermost start.
  func find(_ name: String, in layout: RecordLayout) -> RecordLayout.Member? {
    for member in layout.members {
      if member.name == name { return member }
      guard member.name.isEmpty, case .record(let inner) = member.type, let nested = target.layout(of: inner),
        let found = find(name, in: nested)
      else { continue }
      return found.moved(by: member.offset)
    }
    return nil
  }

  private func memberNames(_ layout: RecordLayout) -> [String] {
    layout.members.flatMap { member -> [String] in
      guard member.name.isEmpty else { return [member.name] }
      guard case .record(let inner) = member.type, let nested = target.layout(of: inner) else { return [] }
      return memberNames(nested)
    }
  }

  mutating func offset(in type: Type, _ path: [Name], _ range: SourceRange) -> TypedExpression {
    var type = type
    var offset = 0
    for name in path {
      guard case .record(let reference) = type, let layout = target.layout(of: reference) else {
        if type != .invalid { error("\(type.description) has no fields", at: name.range) }
        return invalid(range)
      }
      guard let member = find(name.text, in: layout) else {
        let hint = diagnostics.advice {
          Suggestions.hint(for: name.text, among: memberNames(layout), at: name.range)
        }
        error(
          "\(title(reference)) has no field '\(name.text)'", at: name.range,
          notes: hint.notes + declaration(of: reference), fixIts: hint.fixIts)
        return invalid(range)
      }
      offset += member.offset
      type = member.type
    }
    return TypedExpression(.integer(Int64(offset)), .uint64, range)
  }

  func size(of type: Type) -> Int { type.size { self.target.layout(of: $0)?.size ?? 0 } }
}
