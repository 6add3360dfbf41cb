public struct Expression: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Sendable {
    case integer(IntegerLiteral)
    /// `1000.5`, which only numbers with decimals in formats are made of.
    case decimal(DecimalLiteral)
    /// The bytes after escapes are replaced.
    case string([UInt8])
    case boolean(Bool)
    /// A builtin, an enumerator, a macro or its parameter, a word argument such as `perf`.
    case identifier(String)
    /// `$1`; 1-based.
    case positional(Int)
    /// `$#`
    case positionalCount
    /// `$name`
    case variable(String)
    /// `@name`, or the whole map; "" for `@`.
    case map(String)
    /// `@m[a, b]`, `array[i]`, `tuple[0]`
    case index(Expression, [Expression])
    /// `base.name` or `base->name`
    case member(Expression, Name, arrow: Bool)
    /// `tuple.0`
    case element(Expression, Int, SourceRange)
    case call(Name, [Expression])
    case unary(UnaryOperator, Expression)
    /// `x++`, `--x` and so on.
    case step(Step, Expression)
    case binary(BinaryOperator, Expression, Expression, operatorRange: SourceRange)
    /// `condition ? then : otherwise`; `then` is `nil` for `a ?: b`.
    case ternary(Expression, then: Expression?, otherwise: Expression)
    case cast(TypeSyntax, Expression)
    case tuple([Expression])
    /// `(name = value, ...)`
    case record([(name: Name, value: Expression)])
    case sizeofType(TypeSyntax)
    case sizeofValue(Expression)
    case offsetofType(TypeSyntax, path: [Name])
    case offsetofValue(Expression, path: [Name])
    /// A type where a macro or `typeof` takes one.
    case type(TypeSyntax)
    /// `{ ...; value }`
    case block(Block)
    /// `if cond { a } else { b }` as a value.
    case conditional(Statement.If)
    /// `comptime expression`: must be known at compile time.
    case comptime(Expression)
    /// What could not be parsed; an error was reported.
    case invalid
  }

  public struct IntegerLiteral: Hashable, Sendable {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }
  }

  public struct DecimalLiteral: Hashable, Sendable {
    /// All digits as one whole number.
    public var digits: UInt64
    /// How many of them come after the point, 1 at least.
    public var places: Int

    public init(digits: UInt64, places: Int) {
      self.digits = digits
      self.places = places
    }

    public var text: String {
      let digits = String(digits)
      let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
      return "\(padded.dropLast(places)).\(padded.suffix(places))"
    }
  }

  public struct Step: Hashable, Sendable {
    /// +1 or -1.
    public var amount: Int
    public var isPrefix: Bool

    public init(amount: Int, isPrefix: Bool) {
      self.amount = amount
      self.isPrefix = isPrefix
    }
  }
}

extension Expression {
  /// The name and arguments of what may be a call, with parentheses or without; `nil` for all else.
  var call: (name: Name, arguments: [Expression])? {
    if case .call(let name, let arguments) = kind { return (name, arguments) }
    if case .identifier(let text) = kind { return (Name(text, range), []) }
    return nil
  }
}

public enum UnaryOperator: String, Sendable, Codable {
  case not = "!"
  case complement = "~"
  case negate = "-"
  case plus = "+"
  case dereference = "*"
  case addressOf = "&"
}

/// Binary operators with the precedence of C (bpftrace docs/language.md, "Operators and Expressions").
public enum BinaryOperator: String, Sendable, Codable {
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case add = "+"
  case subtract = "-"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="
  case bitAnd = "&"
  case bitXor = "^"
  case bitOr = "|"
  case and = "&&"
  case or = "||"

  /// 10 for `*`, `/`, `%` down to 1 for `||`; all are left-associative.
  public var precedence: Int {
    switch self {
    case .multiply, .divide, .modulo: 10
    case .add, .subtract: 9
    case .shiftLeft, .shiftRight: 8
    case .less, .lessOrEqual, .greater, .greaterOrEqual: 7
    case .equal, .notEqual: 6
    case .bitAnd: 5
    case .bitXor: 4
    case .bitOr: 3
    case .and: 2
    case .or: 1
    }
  }

  public var isComparison: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    case .multiply, .divide, .modulo, .add, .subtract, .shiftLeft, .shiftRight, .bitAnd, .bitXor, .bitOr, .and, .or:
      false
    }
  }
}
