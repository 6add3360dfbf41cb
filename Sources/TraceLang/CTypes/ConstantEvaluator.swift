/// Computes integer constant expressions of C on syntax: array lengths, bit widths, enumerators and `#if`.
struct ConstantEvaluator {
  /// The value of a name, or `nil` when it names no constant.
  let name: (String) -> Int64?
  /// The value of a call such as `defined(X)`.
  var call: (Name, [Expression]) -> Int64? = { _, _ in nil }
  /// Bytes of a type.
  var size: (TypeSyntax) -> Int? = { _ in nil }

  /// `nil` for what is not constant.
  func value(_ expression: Expression) -> Int64? {
    switch expression.kind {
    case .integer(let literal): return Int64(bitPattern: literal.value)
    case .boolean(let value): return value ? 1 : 0
    case .identifier(let text): return name(text)
    case .call(let callee, let arguments): return call(callee, arguments)
    case .unary(let operation, let operand): return value(operand).flatMap { unary(operation, $0) }
    case .binary(let operation, let left, let right, _): return binary(operation, left, right)
    case .ternary(let condition, let then, let otherwise):
      guard let test = value(condition) else { return nil }
      return test != 0 ? then.map { value($0) } ?? test : value(otherwise)
    case .cast(let type, let operand):
      guard let operand = value(operand), case .named(let name) = type.kind,
        case .integer(let integer)? = Checker.builtinTypes[name]
      else { return nil }
      return Checker.truncated(operand, to: integer)
    case .sizeofType(let type): return size(type).map { Int64($0) }
    case .comptime(let operand): return value(operand)
    case .block(let block): return block.statements.isEmpty ? block.result.flatMap { value($0) } : nil
    case .decimal, .string, .positional, .positionalCount, .variable, .map, .index, .member, .element, .step, .tuple,
      .record,
      .sizeofValue, .offsetofType, .offsetofValue, .type, .conditional, .invalid:
      return nil
    }
  }

  private func unary(_ operation: UnaryOperator, _ operand: Int64) -> Int64? {
    switch operation {
    case .not: operand == 0 ? 1 : 0
    case .complement: ~operand
    case .negate: 0 &- operand
    case .plus: operand
    case .dereference, .addressOf: nil
    }
  }

  private func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> Int64? {
    guard let x = value(left) else { return nil }
    switch operation {
    case .and: return x == 0 ? 0 : value(right).map { $0 != 0 ? 1 : 0 }
    case .or: return x != 0 ? 1 : value(right).map { $0 != 0 ? 1 : 0 }
    case .multiply, .divide, .modulo, .add, .subtract, .shiftLeft, .shiftRight, .less, .lessOrEqual, .greater,
      .greaterOrEqual, .equal, .notEqual, .bitAnd, .bitXor, .bitOr:
      guard let y = value(right) else { return nil }
      return apply(operation, x, y)
    }
  }

  private func apply(_ operation: BinaryOperator, _ x: Int64, _ y: Int64) -> Int64? {
    switch operation {
    case .multiply: x &* y
    case .divide: y == 0 ? nil : Checker.fold(.divide, x, y, signed: true)
    case .modulo: y == 0 ? nil : Checker.fold(.modulo, x, y, signed: true)
    case .add: x &+ y
    case .subtract: x &- y
    case .shiftLeft: x &<< y
    case .shiftRight: x &>> y
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .greater: x > y ? 1 : 0
    case .greaterOrEqual: x >= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .bitAnd: x & y
    case .bitXor: x ^ y
    case .bitOr: x | y
    case .and, .or: nil
    }
  }
}
