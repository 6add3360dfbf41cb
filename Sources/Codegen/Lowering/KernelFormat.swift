import TraceLang

/// Text and numbers that the kernel's own printf puts together (Kernel: lib/vsprintf.c, bpf_bprintf_prepare).
struct KernelFormat {
  /// Of the kernel's printf while there are numbers, else plain text.
  private(set) var format: [UInt8] = []
  private(set) var words: [Operand] = []

  var isPlain: Bool { words.isEmpty }

  mutating func append(_ literal: [UInt8]) {
    format += isPlain ? literal : Self.escaped(literal)
  }

  mutating func append(_ directive: FormatDirective, _ word: Operand) {
    beginWord(word)
    if directive.conversion == .pointer { format += Array("0x".utf8) }
    format.append(UInt8(ascii: "%"))
    if directive.leftAligned { format.append(UInt8(ascii: "-")) }
    if directive.zeroPadded { format.append(UInt8(ascii: "0")) }
    if directive.plusSign { format.append(UInt8(ascii: "+")) }
    if directive.spaceSign { format.append(UInt8(ascii: " ")) }
    if let width = directive.width { format += Array("\(width)".utf8) }
    let letter = directive.conversion == .pointer ? "x" : directive.conversion.rawValue
    format += Array("ll\(letter)".utf8)
  }

  /// The address of a string that ends.
  mutating func append(string address: Operand) {
    beginWord(address)
    format += Array("%s".utf8)
  }

  private mutating func beginWord(_ word: Operand) {
    if isPlain { format = Self.escaped(format) }
    words.append(word)
  }

  private static func escaped(_ literal: [UInt8]) -> [UInt8] {
    literal.flatMap { $0 == UInt8(ascii: "%") ? [$0, $0] : [$0] }
  }
}
