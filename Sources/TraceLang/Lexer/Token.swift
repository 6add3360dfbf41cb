/// One lexical element: what it is and the bytes it covers.
struct Token: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// A word; keywords are told from names by the parser, as `struct` members may be called `config`.
    case identifier
    /// `$name`
    case variable
    /// `$1`
    case positional
    /// `$#`
    case positionalCount
    /// `@name` or `@`
    case map
    /// A digit and all letters, digits and underscores after it.
    case integer
    /// `"..."`, escapes not yet replaced.
    case string
    /// `'...'`, which the language does not have.
    case character
    /// A `#` and the rest of its line, continuation lines included.
    case directive
    case punctuator(Punctuator)
    /// A `"` without its end; covers the rest of the line.
    case unterminatedString
    /// A `/*` without its end; covers the rest of the text.
    case unterminatedComment
    /// A run of bytes that start nothing.
    case unknown
    case end
  }

  let kind: Kind
  /// The offset of the first byte.
  let lower: Int
  /// The offset behind the last byte.
  let upper: Int
  /// Whether a line end stands between this token and the one before it.
  let startsLine: Bool
  /// Whether a comment stands between this token and the one before it.
  let followsComment: Bool
}

/// An operator or a bracket, named by its text.
enum Punctuator: String, Hashable, Sendable {
  case leftParen = "("
  case rightParen = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case question = "?"
  case dot = "."
  case range = ".."
  case arrow = "->"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case ampersand = "&"
  case pipe = "|"
  case caret = "^"
  case exclamation = "!"
  case tilde = "~"
  case less = "<"
  case greater = ">"
  case lessEqual = "<="
  case greaterEqual = ">="
  case equalEqual = "=="
  case exclamationEqual = "!="
  case ampersandAmpersand = "&&"
  case pipePipe = "||"
  case lessLess = "<<"
  case greaterGreater = ">>"
  case plusPlus = "++"
  case minusMinus = "--"
  case equal = "="
  case plusEqual = "+="
  case minusEqual = "-="
  case starEqual = "*="
  case slashEqual = "/="
  case percentEqual = "%="
  case ampersandEqual = "&="
  case pipeEqual = "|="
  case caretEqual = "^="
  case lessLessEqual = "<<="
  case greaterGreaterEqual = ">>="
}

extension Punctuator {
  /// The operator this is between two operands.
  var binaryOperator: BinaryOperator? {
    switch self {
    case .star: .multiply
    case .slash: .divide
    case .percent: .modulo
    case .plus: .add
    case .minus: .subtract
    case .lessLess: .shiftLeft
    case .greaterGreater: .shiftRight
    case .less: .less
    case .lessEqual: .lessOrEqual
    case .greater: .greater
    case .greaterEqual: .greaterOrEqual
    case .equalEqual: .equal
    case .exclamationEqual: .notEqual
    case .ampersand: .bitAnd
    case .caret: .bitXor
    case .pipe: .bitOr
    case .ampersandAmpersand: .and
    case .pipePipe: .or
    case .leftParen, .rightParen, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .comma, .semicolon, .colon,
      .question, .dot, .range, .arrow, .exclamation, .tilde, .plusPlus, .minusMinus, .equal, .plusEqual, .minusEqual,
      .starEqual, .slashEqual, .percentEqual, .ampersandEqual, .pipeEqual, .caretEqual, .lessLessEqual,
      .greaterGreaterEqual:
      nil
    }
  }

  /// The operator this is in front of an operand.
  var unaryOperator: UnaryOperator? {
    if self == .exclamation { return .not }
    if self == .tilde { return .complement }
    if self == .minus { return .negate }
    if self == .plus { return .plus }
    if self == .star { return .dereference }
    if self == .ampersand { return .addressOf }
    return nil
  }

  /// The operator of a compound assignment such as `+=`.
  var compoundOperator: BinaryOperator? {
    if self == .plusEqual { return .add }
    if self == .minusEqual { return .subtract }
    if self == .starEqual { return .multiply }
    if self == .slashEqual { return .divide }
    if self == .percentEqual { return .modulo }
    if self == .ampersandEqual { return .bitAnd }
    if self == .pipeEqual { return .bitOr }
    if self == .caretEqual { return .bitXor }
    if self == .lessLessEqual { return .shiftLeft }
    if self == .greaterGreaterEqual { return .shiftRight }
    return nil
  }
}
