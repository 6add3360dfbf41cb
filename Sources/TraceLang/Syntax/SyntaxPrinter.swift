/// Prints syntax as formatted source: two spaces for each level, one statement on a line, comments kept.
/// Printing what was parsed from printed source gives the same text again.
public struct SyntaxPrinter {
  /// Lines are broken behind this column where the syntax has a place for it.
  static let lineLength = 80

  var output: [UInt8] = []
  var lineStart = 0
  private var indent = 0
  private let comments: [Comment]
  private var commentIndex = 0
  /// The text that the syntax was parsed from; spelling and blank lines are taken from it.
  let file: SourceFile?
  /// The offset in `file` behind what was printed last.
  private var lastOffset: Int?
  private var wantsBlankLine = false
  private var atBlockStart = false
  /// Blocks that were printed, also those that were taken back.
  private var blockCount = 0
  /// The start of the line that a `//` comment was printed on last.
  private var lineCommentStart: Int?
  /// Whether the expression that is printed next may be broken over lines.
  var mayBreak = false

  private init(comments: [Comment], file: SourceFile?) {
    self.comments = comments
    self.file = file
  }

  /// A script as formatted source; with its sources, literals and C declarations keep their spelling.
  public static func print(_ script: Script, in sources: SourceMap? = nil) -> String {
    String(decoding: bytes(of: script, in: sources), as: UTF8.self)
  }

  /// The same as bytes, which keep what is not UTF-8.
  public static func bytes(of script: Script, in sources: SourceMap? = nil) -> [UInt8] {
    var printer = SyntaxPrinter(comments: script.comments, file: sources?[script.range.source])
    printer.write(script)
    return printer.output
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
  mutating func write(_ text: String) {
    if text.utf8.contains(String.standInLead) {
      output += text.systemBytes
    } else {
      output.append(contentsOf: text.utf8)
    }
  }

  /// The length of the current line.
  var column: Int { output.count - lineStart }

  mutating func write(_ bytes: some Sequence<UInt8>) { output.append(contentsOf: bytes) }

  /// What printing can go back to.
  private struct Mark {
    let count: Int
    let lineStart: Int
    let commentIndex: Int
    let lastOffset: Int?
  }

  private mutating func goBack(to mark: Mark) {
    output.removeSubrange(mark.count...)
    lineStart = mark.lineStart
    commentIndex = mark.commentIndex
    lastOffset = mark.lastOffset
    lineCommentStart = nil
  }

  /// Writes something; where its line comes out longer than allowed less `reserve`, writes it again in another way.
  mutating func write(
    reserving reserve: Int = 0, _ first: (inout SyntaxPrinter) -> Void, orElse second: (inout SyntaxPrinter) -> Void
  ) {
    let mark = Mark(count: output.count, lineStart: lineStart, commentIndex: commentIndex, lastOffset: lastOffset)
    let blocks = blockCount
    first(&self)
    // Blocks are laid out by themselves; going back over them would take time exponential in their nesting.
    guard blockCount == blocks, isTooLong(from: mark.lineStart, reserving: reserve) else { return }
    goBack(to: mark)
    second(&self)
  }

  private func isTooLong(from start: Int, reserving reserve: Int) -> Bool {
    if column + reserve > Self.lineLength { return true }
    return output[start..<lineStart].split(separator: UInt8(ascii: "\n")).contains { $0.count > Self.lineLength }
  }

  /// Writes something in one line or, where it does not fit, with breaks.
  mutating func writeBreakable(reserving reserve: Int = 0, _ content: (inout SyntaxPrinter) -> Void) {
    let outer = mayBreak
    mayBreak = false
    write(reserving: reserve, content) { printer in
      printer.mayBreak = true
      content(&printer)
    }
    mayBreak = outer
  }

  /// Writes something behind a space, or on a line of its own where it does not fit.
  mutating func writeFilled(reserving reserve: Int, _ content: (inout SyntaxPrinter) -> Void) {
    write(reserving: reserve) { printer in
      printer.writeSpace()
      content(&printer)
    } orElse: { printer in
      printer.continueLine()
      printer.writeBreakable(reserving: reserve, content)
    }
  }

  var isAtLineStart: Bool { output[lineStart...].allSatisfy { $0 == UInt8(ascii: " ") } }

  /// Writes a space unless there is one.
  mutating func writeSpace() { if output.last != UInt8(ascii: " ") { write(" ") } }

  /// Whether what ends at an offset and what starts at another stand on different lines of the source.
  func isBroken(from lower: Int32, to upper: Int32) -> Bool {
    guard let file, lower < upper else { return false }
    return file.bytes[Int(lower)..<Int(upper)].contains(UInt8(ascii: "\n"))
  }

  /// Starts a line that continues the one before it.
  mutating func continueLine() {
    if isAtLineStart { return }
    while output.last == UInt8(ascii: " ") { output.removeLast() }
    output.append(UInt8(ascii: "\n"))
    lineStart = output.count
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (indent + 2) * 2))
  }

  /// Starts a line.
  private mutating func beginLine() {
    output.append(UInt8(ascii: "\n"))
    lineStart = output.count
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
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
    let breaks = mayBreak
    mayBreak = false
    blockCount += 1
    defer { mayBreak = breaks }
    if isEmpty, !hasComments(before: end) {
      write("{}")
    } else {
      write("{")
      indent += 1
      trailingComments(before: range.lower)
      printed(to: range.lower + 1)
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
      if isTrailing(comment), !endsInLineComment { write(" ") } else { beginLine(at: Int(comment.range.lower)) }
      write(comment)
      printed(to: comment.range.upper)
    }
  }

  /// Prints the comments up to an offset behind what was printed last, whatever their lines were.
  mutating func trailingComments(before offset: some BinaryInteger) {
    while hasComments(before: Int(offset)) {
      let comment = comments[commentIndex]
      commentIndex += 1
      if endsInLineComment { beginLine() } else { write(" ") }
      write(comment)
    }
  }

  /// Prints the comments inside of an expression where they stand, in front of what is printed next.
  mutating func inlineComments(before offset: some BinaryInteger) {
    while hasComments(before: Int(offset)) {
      let comment = comments[commentIndex]
      commentIndex += 1
      if startsLine(comment) {
        continueLine()
      } else if let last = output.last, !" ([{".utf8.contains(last) {
        write(" ")
      }
      let isAlone = isAtLineStart
      write(comment)
      if isAlone || endsInLineComment { continueLine() } else { write(" ") }
    }
  }

  /// The offset of the first token in a range that is not an opening parenthesis.
  func start(of range: SourceRange) -> Int {
    guard let file, hasComments(before: Int(range.upper)) else { return Int(range.lower) }
    let lexer = Lexer(bytes: file.bytes)
    var token = lexer.token(at: Int(range.lower))
    while token.kind == .punctuator(.leftParen) { token = lexer.token(at: token.upper) }
    return min(token.lower, Int(range.upper))
  }

  /// Takes back the space behind a comment.
  mutating func dropSpace() {
    let end = output.lastIndex { $0 != UInt8(ascii: " ") } ?? 0
    if output.last == UInt8(ascii: " "), output[end] != UInt8(ascii: "\n") { output.removeLast() }
  }

  /// Whether what is printed next must stand on another line.
  private var endsInLineComment: Bool { lineCommentStart == lineStart }

  /// Whether nothing but white space stands in front of a comment on its line.
  private func startsLine(_ comment: Comment) -> Bool {
    guard let file else { return false }
    var offset = Int(comment.range.lower)
    while offset > 0, file.bytes[offset - 1] != UInt8(ascii: "\n") {
      offset -= 1
      if !file.bytes[offset].isWhitespace { return false }
    }
    return offset > 0
  }

  /// Leaves out the comments up to an offset, as they are part of text printed as it is.
  mutating func skipComments(before offset: some BinaryInteger) {
    while hasComments(before: Int(offset)) { commentIndex += 1 }
  }

  private func isTrailing(_ comment: Comment) -> Bool {
    guard let file, let lastOffset, !output.isEmpty, lastOffset <= Int(comment.range.lower) else { return false }
    return file.position(at: lastOffset).line == file.position(at: Int(comment.range.lower)).line
  }

  /// A comment's text; the lines of a `/* */` move with its first, and those that start with `*` are aligned under it.
  private mutating func write(_ comment: Comment) {
    let bytes =
      file.map { $0.bytes[Int(comment.range.lower)..<Int(comment.range.upper)] } ?? ArraySlice(comment.text.utf8)
    let margin = margin(of: comment)
    defer { if comment.text.hasPrefix("//") { lineCommentStart = lineStart } }
    let column = column
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      var line = line
      while let last = line.last, last.isWhitespace { line = line.dropLast() }
      if number > 0 {
        output.append(UInt8(ascii: "\n"))
        lineStart = output.count
        let content = line.drop { $0.isWhitespace }
        if content.first == UInt8(ascii: "*") {
          output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: column + 1))
          line = content
        } else if !margin.isEmpty, !line.isEmpty, line.starts(with: margin) {
          output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: column))
          line = line.dropFirst(margin.count)
        }
      }
      output.append(contentsOf: line)
    }
  }

  /// The white space in front of a comment that starts its line.
  private func margin(of comment: Comment) -> ArraySlice<UInt8> {
    guard let file, startsLine(comment) else { return [] }
    let line = file.position(at: Int(comment.range.lower))
    return file.line(line.line).prefix(line.column - 1)
  }
}

extension SourceFile {
  /// The bytes of a range of this text.
  func bytes(_ range: SourceRange) -> ArraySlice<UInt8> { bytes[Int(range.lower)..<Int(range.upper)] }
}
