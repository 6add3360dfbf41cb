/// Prints syntax as formatted source: two spaces for each level, one statement on a line, comments kept.
/// Printing what was parsed from printed source gives the same text again.
public struct SyntaxPrinter {
  /// Lines are broken behind this column where the syntax has a place for it.
  static let lineLength = 100

  private(set) var output: [UInt8] = []
  private var lineStart = 0
  private var indent = 0
  private let comments: [Comment]
  private var commentIndex = 0
  /// The text that the syntax was parsed from; spelling and blank lines are taken from it.
  let file: SourceFile?
  /// The offset in `file` behind what was printed last.
  private var lastOffset: Int?
  private var wantsBlankLine = false
  private var atBlockStart = false
  /// Whether the call that is printed next may be broken over lines.
  var breaksArguments = false

  private init(comments: [Comment], file: SourceFile?) {
    self.comments = comments
    self.file = file
  }

  /// A script as formatted source; with its sources, literals and C declarations keep their spelling.
  public static func print(_ script: Script, in sources: SourceMap? = nil) -> String {
    var printer = SyntaxPrinter(comments: script.comments, file: sources?[script.range.source])
    printer.write(script)
    return String(decoding: printer.output, as: UTF8.self)
  }

  public static func print(_ expression: Expression) -> String {
    var printer = SyntaxPrinter(comments: [], file: nil)
    printer.write(expression)
    return String(decoding: printer.output, as: UTF8.self)
  }

  public static func print(_ type: TypeSyntax) -> String {
    var printer = SyntaxPrinter(comments: [], file: nil)
    printer.write(type)
    return String(decoding: printer.output, as: UTF8.self)
  }

  /// The text between quotes that stands for some bytes.
  static func escaped(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      switch byte {
      case 0x0a: text += "\\n"
      case 0x09: text += "\\t"
      case 0x0d: text += "\\r"
      case UInt8(ascii: "\""): text += "\\\""
      case UInt8(ascii: "\\"): text += "\\\\"
      case 0x20..<0x7f: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
      }
    }
    return text
  }
}

// MARK: Output

extension SyntaxPrinter {
  mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

  /// The length of the current line.
  var column: Int { output.count - lineStart }

  /// Writes something again in another way when its line came out too long.
  mutating func retryIfLong(from mark: Int, _ again: (inout SyntaxPrinter) -> Void) {
    guard column > Self.lineLength, lineStart <= mark else { return }
    output.removeSubrange(mark...)
    again(&self)
  }

  /// Writes something again in another way.
  mutating func retry(from mark: Int, _ again: (inout SyntaxPrinter) -> Void) {
    output.removeSubrange(mark...)
    again(&self)
  }

  /// Starts a line that continues the one before it.
  mutating func continueLine() {
    output.append(UInt8(ascii: "\n"))
    lineStart = output.count
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (indent + 2) * 2))
  }

  /// Starts the line of what stands at an offset; blank lines in front of it become one.
  mutating func beginLine(at offset: Int) {
    if !output.isEmpty { output.append(UInt8(ascii: "\n")) }
    if !output.isEmpty, wantsBlankLine || hasBlankLine(before: offset) { output.append(UInt8(ascii: "\n")) }
    wantsBlankLine = false
    atBlockStart = false
    lineStart = output.count
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
  }

  /// Says where the source of what was just printed ends.
  mutating func printed(to offset: some BinaryInteger) { lastOffset = Int(offset) }

  mutating func wantBlankLine() { if !output.isEmpty { wantsBlankLine = true } }

  private func hasBlankLine(before offset: Int) -> Bool {
    guard let file, let lastOffset, !atBlockStart else { return false }
    return file.position(at: offset).line - file.position(at: lastOffset).line > 1
  }

  /// `{`, the lines of a block, `}`; the current line stays current.
  mutating func braces(_ range: SourceRange, isEmpty: Bool, _ content: (inout SyntaxPrinter) -> Void) {
    let end = max(Int(range.lower), Int(range.upper) - 1)
    if isEmpty, !hasComments(before: end) {
      write("{}")
    } else {
      write("{")
      printed(to: range.lower + 1)
      indent += 1
      atBlockStart = true
      content(&self)
      flushComments(before: end)
      indent -= 1
      atBlockStart = true
      wantsBlankLine = false
      beginLine(at: end)
      write("}")
    }
    printed(to: range.upper)
  }
}

// MARK: Comments

extension SyntaxPrinter {
  func hasComments(before offset: Int) -> Bool {
    commentIndex < comments.count && Int(comments[commentIndex].range.lower) < offset
  }

  /// Prints the comments up to an offset: behind what stands on their line, or on lines of their own.
  mutating func flushComments(before offset: some BinaryInteger) {
    while hasComments(before: Int(offset)) {
      let comment = comments[commentIndex]
      commentIndex += 1
      if isTrailing(comment) { write(" ") } else { beginLine(at: Int(comment.range.lower)) }
      write(comment)
      printed(to: comment.range.upper)
    }
  }

  /// Leaves out the comments up to an offset, as they are part of text printed as it is.
  mutating func skipComments(before offset: some BinaryInteger) {
    while hasComments(before: Int(offset)) { commentIndex += 1 }
  }

  private func isTrailing(_ comment: Comment) -> Bool {
    guard let file, let lastOffset, !output.isEmpty, lastOffset <= Int(comment.range.lower) else { return false }
    return file.position(at: lastOffset).line == file.position(at: Int(comment.range.lower)).line
  }

  /// A comment's text; the lines of a `/* */` that start with `*` are aligned under it.
  private mutating func write(_ comment: Comment) {
    let lines = comment.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      var line = line
      while let last = line.last, last.isWhitespace { line = line.dropLast() }
      if number > 0 {
        output.append(UInt8(ascii: "\n"))
        lineStart = output.count
        let content = line.drop { $0.isWhitespace }
        if content.first == UInt8(ascii: "*") {
          output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2 + 1))
          line = content
        }
      }
      output.append(contentsOf: line)
    }
  }
}
