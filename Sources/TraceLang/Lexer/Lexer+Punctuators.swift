extension Lexer {
  /// The longest operator or bracket at an offset and its length in bytes.
  func punctuator(_ start: Int) -> (Punctuator, Int)? {
    let next = byte(start + 1)
    let isAssigned = next == UInt8(ascii: "=")
    switch bytes[start] {
    case UInt8(ascii: "("): return (.leftParen, 1)
    case UInt8(ascii: ")"): return (.rightParen, 1)
    case UInt8(ascii: "["): return (.leftBracket, 1)
    case UInt8(ascii: "]"): return (.rightBracket, 1)
    case UInt8(ascii: "{"): return (.leftBrace, 1)
    case UInt8(ascii: "}"): return (.rightBrace, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: ":"): return (.colon, 1)
    case UInt8(ascii: "?"): return (.question, 1)
    case UInt8(ascii: "~"): return (.tilde, 1)
    case UInt8(ascii: "."): return next == UInt8(ascii: ".") ? (.range, 2) : (.dot, 1)
    case UInt8(ascii: "+"):
      if next == UInt8(ascii: "+") { return (.plusPlus, 2) }
      return isAssigned ? (.plusEqual, 2) : (.plus, 1)
    case UInt8(ascii: "-"):
      if next == UInt8(ascii: "-") { return (.minusMinus, 2) }
      if next == UInt8(ascii: ">") { return (.arrow, 2) }
      return isAssigned ? (.minusEqual, 2) : (.minus, 1)
    case UInt8(ascii: "*"): return isAssigned ? (.starEqual, 2) : (.star, 1)
    case UInt8(ascii: "/"): return isAssigned ? (.slashEqual, 2) : (.slash, 1)
    case UInt8(ascii: "%"): return isAssigned ? (.percentEqual, 2) : (.percent, 1)
    case UInt8(ascii: "^"): return isAssigned ? (.caretEqual, 2) : (.caret, 1)
    case UInt8(ascii: "!"): return isAssigned ? (.exclamationEqual, 2) : (.exclamation, 1)
    case UInt8(ascii: "="): return isAssigned ? (.equalEqual, 2) : (.equal, 1)
    case UInt8(ascii: "&"):
      if next == UInt8(ascii: "&") { return (.ampersandAmpersand, 2) }
      return isAssigned ? (.ampersandEqual, 2) : (.ampersand, 1)
    case UInt8(ascii: "|"):
      if next == UInt8(ascii: "|") { return (.pipePipe, 2) }
      return isAssigned ? (.pipeEqual, 2) : (.pipe, 1)
    case UInt8(ascii: "<"):
      if next == UInt8(ascii: "<") {
        return byte(start + 2) == UInt8(ascii: "=") ? (.lessLessEqual, 3) : (.lessLess, 2)
      }
      return isAssigned ? (.lessEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"):
      if next == UInt8(ascii: ">") {
        return byte(start + 2) == UInt8(ascii: "=") ? (.greaterGreaterEqual, 3) : (.greaterGreater, 2)
      }
      return isAssigned ? (.greaterEqual, 2) : (.greater, 1)
    default: return nil
    }
  }
}
