// How often a script is walked, and what becomes of maps and variables whose assignments all read what has no type itself,
// as in `@b = @b + 1`.
extension Checker {
  /// What a walk takes operands for that have no type yet. A walk assumes more only when one that assumed less found
  /// nothing new.
  enum Assumption: Int, Comparable {
    /// What is computed from them has no type either, unless it is the same for all operands.
    case nothing
    /// They are of the type of the other side of `?:`, unless that is a number in the script, which may be a null pointer.
    case otherSide
    /// They are of the type of the other operand, of whatever operator.
    case otherOperand
    /// They are of type int64 where a number is asked for.
    case number

    static func < (a: Assumption, b: Assumption) -> Bool { a.rawValue < b.rawValue }
  }

  /// Walks that a script may take besides those that its maps and variables pass their types on in.
  private static let spareWalks = 32

  /// Walks the script until there is nothing to learn from it; the last walk gives its probes. What a walk learns of a
  /// tuple may have gaps (`invalid`) that another fills.
  mutating func inferred(_ instances: [ProbeInstance]) -> [Probe] {
    let before = diagnostics
    var probes: [Probe] = []
    var walks = 0
    while walks < Self.spareWalks + environment.maps.count + environment.places.reduce(0, { $0 + $1.names.count }) {
      let known = environment
      diagnostics = before
      probes = instances.map { walk($0) }
      walks += 1
      if environment != known {
        assumption = .nothing
      } else if !assumesMore(instances) {
        return probes
      }
    }
    for map in environment.maps where map.isOpen {
      error("@\(map.name) is assigned a tuple that holds its own value", at: map.valueRange ?? map.range)
    }
    return probes
  }

  /// Assumes more of what has no type yet, for the next walk; false when there is no such thing or it would not help.
  private mutating func assumesMore(_ instances: [ProbeInstance]) -> Bool {
    guard !diagnostics.hasErrors, environment.maps.allSatisfy({ $0.isAssigned || !$0.isNeeded }) else { return false }
    // Nothing is known of what a block without attach points reads.
    let probes = instances.filter { !$0.attachPoints.isEmpty }.map(\.index)
    guard environment.hasOpenMaps || probes.contains(where: environment.hasOpenVariables) else { return false }
    switch assumption {
    case .nothing: assumption = .otherSide
    case .otherSide: assumption = .otherOperand
    case .otherOperand: assumption = .number
    case .number:
      assumption = .nothing
      if environment.hasOpenMaps {
        environment.closeMaps()
      } else {
        for index in probes { environment.closeVariables(of: index) }
      }
    }
    return true
  }

  /// What is assumed in the probe instance being walked.
  var assumed: Assumption { instance.attachPoints.isEmpty ? .nothing : assumption }

  // MARK: - Operands

  /// A value that may be of any type, as a number if it has none yet.
  func assumedNumber(_ value: TypedExpression) -> TypedExpression {
    value.type == .invalid && assumed >= .number ? TypedExpression(value.kind, .int64, value.range) : value
  }

  /// The sides of `?:`; one that has no type yet is taken to be of the other's.
  func assumedSides(_ a: TypedExpression, _ b: TypedExpression) -> (TypedExpression, TypedExpression) {
    let known = a.type == .invalid ? b : a
    if assumed == .otherSide, case .integer = known.kind { return (a, b) }
    return assumed >= .otherSide ? alike(a, b) : (a, b)
  }

  private func alike(_ a: TypedExpression, _ b: TypedExpression) -> (TypedExpression, TypedExpression) {
    if a.type == .invalid { return (TypedExpression(a.kind, b.type, a.range), b) }
    if b.type == .invalid { return (a, TypedExpression(b.kind, a.type, b.range)) }
    return (a, b)
  }

  /// The operands of an operator; what has no type yet is of the other's type, in arithmetic a number.
  func assumedOperands(
    _ operation: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression
  ) -> (TypedExpression, TypedExpression) {
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or: break
    case .add, .subtract, .multiply, .divide, .modulo, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      let isOther = { (type: Type) in type != .invalid && !type.isInteger && self.assumed >= .otherOperand }
      if isOther(left.type), right.type == .invalid { return (left, TypedExpression(right.kind, .int64, right.range)) }
      if isOther(right.type), left.type == .invalid { return (TypedExpression(left.kind, .int64, left.range), right) }
    }
    let (left, right) = assumed >= .otherOperand ? alike(left, right) : (left, right)
    return (assumedNumber(left), assumedNumber(right))
  }

  /// The result of an operator of which an operand has no type yet.
  func unknown(
    _ operation: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression {
    switch operation {
    case .and: TypedExpression(.and(left, right), .bool, range)
    case .or: TypedExpression(.or(left, right), .bool, range)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      TypedExpression(.compare(.equal, left, right, signed: false), .bool, range)
    case .add, .subtract, .multiply, .divide, .modulo, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight: invalid(range)
    }
  }

  func unknown(_ operation: UnaryOperator, _ operand: TypedExpression, _ range: SourceRange) -> TypedExpression {
    switch operation {
    case .not: TypedExpression(.not(operand), .bool, range)
    case .negate: TypedExpression(.negate(operand), .int64, range)
    case .plus, .complement, .dereference, .addressOf: invalid(range)
    }
  }
}

extension Environment {
  var hasOpenMaps: Bool { maps.contains(where: \.isOpen) }

  func hasOpenVariables(ofInstance instance: Int) -> Bool {
    variables[instance].count < places[instance].names.count || variables[instance].contains { $0?.isOpen ?? true }
  }

  /// Makes numbers of all values and keys of maps, and parts of them, whose type nothing tells.
  mutating func closeMaps() {
    for index in maps.indices {
      maps[index].value = (maps[index].value ?? .invalid).closed
      if maps[index].isKeyed == true { maps[index].key = (maps[index].key ?? .invalid).closed }
    }
  }

  /// Makes numbers of all variables of a probe instance, and parts of them, whose type nothing tells.
  mutating func closeVariables(of instance: Int) {
    let missing = places[instance].names.count - variables[instance].count
    variables[instance] += Array(repeating: nil, count: max(missing, 0))
    variables[instance] = variables[instance].map { ($0 ?? .invalid).closed }
  }
}

extension Environment.MapState {
  /// Whether nothing tells the type of its values or keys, or of a part of them.
  var isOpen: Bool { value?.isOpen ?? true || isKeyed == true && key?.isOpen ?? true }
}

extension Type {
  /// Whether it is not known, or that of a part of a tuple is not.
  var isOpen: Bool { self == .invalid || elements.contains { $0.isOpen } }

  /// It with int64 for what is not known.
  var closed: Type { self == .invalid ? .int64 : mappingElements { $0.closed } }
}
