// Which processes descend from which (`Descendants`).
extension Checker {
  /// `descendant`.
  mutating func descends(_ call: BuiltinCall) -> TypedExpression {
    let argument = call.arguments[0]
    guard let number = constant(argument, call.function) else { return invalid(call.range) }
    guard (0...Int64(Int32.max)).contains(number) else {
      error("\(number) is no process ID", at: argument.range)
      return invalid(call.range)
    }
    guard target.has(.btf) else {
      error("descendant() needs the types of the kernel (BTF), and this one has none", at: call.range)
      return invalid(call.range)
    }
    // What cpid is where there is no command.
    if number == 0 { return self.number(0, .bool, call.range) }
    guard let bit = bit(of: UInt64(number), call) else { return invalid(call.range) }
    let range = call.range
    let group = Expression(
      .cast(
        TypeSyntax(.named("uint64"), range),
        Expression(
          .member(Expression(.identifier("curtask"), range), Name("signal", range), arrow: false), range)), range)
    let known = Expression(.index(Expression(.map(Descendants.map), range), [group]), range)
    let isKnown = Self.binary(.bitAnd, known, Self.literal(1 << bit, range))
    return condition(Self.binary(.or, Self.isProcess(Expression(.identifier("pid"), range), UInt64(number)), isKnown))
  }

  /// The ancestor's bit in what is known of a process; reports where there is none left.
  private mutating func bit(of process: UInt64, _ call: BuiltinCall) -> Int? {
    if let known = environment.ancestors.firstIndex(of: process) { return known }
    guard environment.ancestors.count < Descendants.maximumAncestors else {
      error(
        "the script asks for the descendants of more than \(Descendants.maximumAncestors) processes", at: call.range)
      return nil
    }
    environment.ancestors.append(process)
    return environment.ancestors.count - 1
  }

  /// The bits of the ancestors whose process ID a value is.
  mutating func ancestorMask(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    let bits = environment.ancestors.enumerated().map { bit, process in
      Expression(
        .ternary(
          Self.isProcess(arguments[0], process), then: Self.literal(1 << bit, range),
          otherwise: Self.literal(0, range)), range)
    }
    return converted(expression(bits.reduce(Self.literal(0, range)) { Self.binary(.bitOr, $0, $1) }), .uint64)
  }

  static func isProcess(_ value: Expression, _ process: UInt64) -> Expression {
    binary(.equal, value, literal(process, value.range))
  }

  static func literal(_ value: UInt64, _ range: SourceRange) -> Expression {
    Expression(.integer(Expression.IntegerLiteral(value)), range)
  }

  private static func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> Expression {
    Expression(.binary(operation, left, right, operatorRange: left.range), left.range)
  }
}
