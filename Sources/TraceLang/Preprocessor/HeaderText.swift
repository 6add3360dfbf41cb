/// What a preprocessed text defines and declares, as text until it is asked for.
struct HeaderText {
  private(set) var defines: [String: String] = [:]
  /// Structs, unions, enums and typedefs, one after the other; functions and variables are left out.
  private(set) var declarations: [UInt8] = []
  /// Headers that were not found: `#pragma` lines that `request` makes the preprocessor keep.
  private(set) var missing: [String] = []

  private static let missingPragma = "swtrace_missing "

  /// A text for the preprocessor in which headers that do not exist are no errors.
  static func request(_ lines: [String]) -> String {
    lines.map { line in
      guard line.hasPrefix("#include ") else { return line + "\n" }
      let header = line.dropFirst("#include ".count)
      return "#if __has_include(\(header))\n\(line)\n#else\n#pragma \(missingPragma)\(header)\n#endif\n"
    }.joined()
  }

  init(_ bytes: [UInt8]) {
    var code: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if line.first == UInt8(ascii: "#") {
        directive(String(systemBytes: line.dropFirst()))
      } else {
        code += line
        code.append(UInt8(ascii: "\n"))
      }
    }
    declarations = Self.declarations(in: code)
  }

  private mutating func directive(_ text: String) {
    if text.hasPrefix("define ") {
      let rest = text.dropFirst("define ".count)
      defines[String(rest.prefix(while: \.isWordPart))] = String(rest)
    } else if text.hasPrefix("undef ") {
      defines[String(text.dropFirst("undef ".count))] = nil
    } else if text.hasPrefix("pragma " + Self.missingPragma) {
      missing.append(String(text.dropFirst("pragma ".count + Self.missingPragma.count)))
    }
  }

  /// The top-level pieces that our parser may understand.
  private static func declarations(in code: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var start = 0
    var depth = 0
    var hasBraces = false
    var hasParens = false
    for (offset, byte) in code.enumerated() {
      switch byte {
      case UInt8(ascii: "{"):
        depth += 1
        hasBraces = true
      case UInt8(ascii: "("), UInt8(ascii: "="): if depth == 0, !hasBraces { hasParens = true }
      case UInt8(ascii: "}"):
        depth = max(0, depth - 1)
        // The body of a function ends without ';'.
        if depth == 0, hasParens {
          start = offset + 1
          hasBraces = false
          hasParens = false
        }
      case UInt8(ascii: ";") where depth == 0:
        let piece = code[start...offset]
        if isType(piece, hasBraces: hasBraces, hasParens: hasParens) {
          kept += piece
          kept.append(UInt8(ascii: "\n"))
        }
        start = offset + 1
        hasBraces = false
        hasParens = false
      default: break
      }
    }
    return kept
  }

  private static func isType(_ piece: ArraySlice<UInt8>, hasBraces: Bool, hasParens: Bool) -> Bool {
    let text = piece.drop(while: \.isWhitespace)
    let extensionWord = Array("__extension__".utf8)
    let rest = (text.starts(with: extensionWord) ? text.dropFirst(extensionWord.count) : text).drop(
      while: \.isWhitespace)
    if rest.starts(with: "typedef".utf8) { return true }
    return hasBraces && !hasParens
      && ["struct", "union", "enum"].contains { rest.starts(with: $0.utf8) }
  }
}
