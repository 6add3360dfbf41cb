/// A braced list of statements; as an expression its value is `result`.
public struct Block: Sendable {
  public var statements: [Statement]
  /// The last expression when no `;` follows it: `{ let $x = 1; $x + 1 }`.
  public var result: Expression?
  public var range: SourceRange

  public init(statements: [Statement], result: Expression? = nil, range: SourceRange) {
    self.statements = statements
    self.result = result
    self.range = range
  }
}

public struct Statement: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Sendable {
    case expression(Expression)
    /// `target = value`, `target += value`; the operation is `nil` for plain `=`.
    case assign(target: Expression, operation: BinaryOperator?, value: Expression)
    /// `_ = value`
    case discard(Expression)
    /// `let $x: type = value`
    case declare(Name, type: TypeSyntax?, value: Expression?)
    case conditional(If)
    case whileLoop(condition: Expression, body: Block)
    case unroll(count: Expression, body: Block)
    /// `for ($kv : @map) { }`
    case forMap(variable: Name, map: Expression, body: Block)
    /// `for ($i : start..end) { }`
    case forRange(variable: Name, start: Expression, end: Expression, body: Block)
    case block(Block)
    case breakLoop
    case continueLoop
    case returnProbe(Expression?)
    /// A preprocessor line between statements; none is left after expansion.
    case directive(Directive)
    /// What could not be parsed; an error was reported.
    case invalid
  }

  /// `if (condition) { } else if ... else { }`
  public struct If: Sendable {
    public var condition: Expression
    public var then: Block
    public var otherwise: Otherwise?

    public init(condition: Expression, then: Block, otherwise: Otherwise?) {
      self.condition = condition
      self.then = then
      self.otherwise = otherwise
    }
  }

  public indirect enum Otherwise: Sendable {
    case block(Block)
    case conditional(If, SourceRange)
  }
}
