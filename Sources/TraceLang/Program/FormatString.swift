/// A printf format taken apart: literal bytes and conversions in turn.
public struct FormatString: Hashable, Sendable {
  public enum Segment: Hashable, Sendable {
    case literal([UInt8])
    case conversion(FormatDirective)
  }

  public private(set) var segments: [Segment]

  public var conversions: [FormatDirective] {
    segments.compactMap { segment in
      switch segment {
      case .conversion(let directive): directive
      case .literal: nil
      }
    }
  }
}

extension FormatString {
  /// The same with other conversions, as many as it has.
  func replacing(_ conversions: [FormatDirective]) -> FormatString {
    var format = self
    var rest = conversions[...]
    for (index, segment) in segments.enumerated() {
      if case .conversion = segment, let next = rest.popFirst() { format.segments[index] = .conversion(next) }
    }
    return format
  }
}

extension FormatDirective.Conversion {
  /// Whether it prints a number with decimals.
  public var isReal: Bool {
    switch self {
    case .fixed, .exponent, .upperExponent, .general, .upperGeneral: true
    case .decimal, .unsigned, .hex, .upperHex, .octal, .character, .pointer, .string, .buffer, .escapedBuffer,
      .hexBuffer, .allocationFlags:
      false
    }
  }
}

/// One conversion of a printf format: `%-16.3lld`.
public struct FormatDirective: Hashable, Sendable, Codable {
  public enum Conversion: String, Hashable, Sendable, Codable {
    case decimal = "d"
    case unsigned = "u"
    case hex = "x"
    case upperHex = "X"
    case octal = "o"
    case character = "c"
    case pointer = "p"
    /// `%s`: strings, symbols, stacks, addresses, enums and whatever prints as text.
    case string = "s"
    /// `%r`: bytes, printable ones as they are, others as \xNN.
    case buffer = "r"
    /// `%rx`: all bytes as \xNN.
    case escapedBuffer = "rx"
    /// `%rh`: all bytes as NN with spaces between.
    case hexBuffer = "rh"
    /// `%f`: a number with decimals; `%F` is the same.
    case fixed = "f"
    /// `%e`: one digit, decimals, and an exponent of ten.
    case exponent = "e"
    case upperExponent = "E"
    /// `%g`: whichever of `%f` and `%e` suits the number, without zeros at the end.
    case general = "g"
    case upperGeneral = "G"
    /// `%gr`: flags of an allocation of memory by their names, as the kernel's `%pGg`.
    case allocationFlags = "gr"
  }

  public var conversion: Conversion
  /// `-`: pad on the right.
  public var leftAligned = false
  /// `0`: pad with zeros.
  public var zeroPadded = false
  /// `+`
  public var plusSign = false
  /// ` `
  public var spaceSign = false
  /// `#`: 0x, 0.
  public var alternate = false
  /// `'`: thousands separators.
  public var grouped = false
  public var width: Int?
  public var precision: Int?
  /// Bits by the length modifier: hh 8, h 16, l/ll/j/z/t 64; `nil` when none.
  public var lengthBits: Int?
  /// What user space computes of the numbers of the argument, a tuple then; `nil` where it prints as it is sent.
  public var formula: Formula?

  public init(_ conversion: Conversion) { self.conversion = conversion }
}

extension FormatString {
  /// A malformed conversion: byte offset in the format and what is wrong.
  public struct ParseError: Error, Hashable, Sendable {
    public let offset: Int
    public let message: String
  }

  /// Widths and precisions above this are refused.
  public static let maximumWidth = 4096

  public init(parsing format: [UInt8]) throws(ParseError) {
    var segments: [Segment] = []
    var literal: [UInt8] = []
    var position = 0
    while position < format.count {
      guard format[position] == UInt8(ascii: "%") else {
        literal.append(format[position])
        position += 1
        continue
      }
      if position + 1 < format.count, format[position + 1] == UInt8(ascii: "%") {
        literal.append(UInt8(ascii: "%"))
        position += 2
        continue
      }
      // At the end and before what can be no part of a conversion, it is a percent sign.
      if position + 1 == format.count || format[position + 1] < 0x20 || format[position + 1] > 0x7e {
        literal.append(UInt8(ascii: "%"))
        position += 1
        continue
      }
      if !literal.isEmpty { segments.append(.literal(literal)) }
      literal = []
      segments.append(.conversion(try Self.parseDirective(format, &position)))
    }
    if !literal.isEmpty { segments.append(.literal(literal)) }
    self.segments = segments
  }

  /// Reads one conversion from its `%` on and leaves `position` behind it.
  private static func parseDirective(_ format: [UInt8], _ position: inout Int) throws(ParseError) -> FormatDirective {
    let start = position
    position += 1
    var directive = FormatDirective(.decimal)
    func peek(_ ahead: Int = 0) -> UInt8? { position + ahead < format.count ? format[position + ahead] : nil }
    flags: while let byte = peek() {
      switch byte {
      case UInt8(ascii: "-"): directive.leftAligned = true
      case UInt8(ascii: "0"): directive.zeroPadded = true
      case UInt8(ascii: "+"): directive.plusSign = true
      case UInt8(ascii: " "): directive.spaceSign = true
      case UInt8(ascii: "#"): directive.alternate = true
      case UInt8(ascii: "'"): directive.grouped = true
      default: break flags
      }
      position += 1
    }
    func number() throws(ParseError) -> Int? {
      var value: Int?
      while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        if let value, value > maximumWidth {
          throw ParseError(offset: start, message: "a field width or precision is at most \(maximumWidth)")
        }
        position += 1
      }
      return value
    }
    directive.width = try number()
    if peek() == UInt8(ascii: ".") {
      position += 1
      directive.precision = try number() ?? 0
    }
    length: while let byte = peek() {
      switch byte {
      case UInt8(ascii: "h"): directive.lengthBits = directive.lengthBits == 16 ? 8 : 16
      case UInt8(ascii: "l"), UInt8(ascii: "j"), UInt8(ascii: "z"), UInt8(ascii: "t"), UInt8(ascii: "q"),
        UInt8(ascii: "L"):
        directive.lengthBits = 64
      default: break length
      }
      position += 1
    }
    guard let byte = peek() else {
      throw ParseError(offset: start, message: "the format ends inside a conversion; write '%%' for a percent sign")
    }
    position += 1
    switch byte {
    case UInt8(ascii: "d"), UInt8(ascii: "i"): directive.conversion = .decimal
    case UInt8(ascii: "u"): directive.conversion = .unsigned
    case UInt8(ascii: "x"): directive.conversion = .hex
    case UInt8(ascii: "X"): directive.conversion = .upperHex
    case UInt8(ascii: "o"): directive.conversion = .octal
    case UInt8(ascii: "c"): directive.conversion = .character
    case UInt8(ascii: "p"): directive.conversion = .pointer
    case UInt8(ascii: "s"): directive.conversion = .string
    case UInt8(ascii: "g") where peek() == UInt8(ascii: "r"):
      position += 1
      directive.conversion = .allocationFlags
    case UInt8(ascii: "f"), UInt8(ascii: "F"): directive.conversion = .fixed
    case UInt8(ascii: "e"): directive.conversion = .exponent
    case UInt8(ascii: "E"): directive.conversion = .upperExponent
    case UInt8(ascii: "g"): directive.conversion = .general
    case UInt8(ascii: "G"): directive.conversion = .upperGeneral
    case UInt8(ascii: "r"):
      if peek() == UInt8(ascii: "x") {
        position += 1
        directive.conversion = .escapedBuffer
      } else if peek() == UInt8(ascii: "h") {
        position += 1
        directive.conversion = .hexBuffer
      } else {
        directive.conversion = .buffer
      }
    default:
      throw ParseError(
        offset: start,
        message:
          "'\(String(decoding: format[start..<position].filter { $0 > 0x20 }, as: UTF8.self))' is not a conversion; "
          + "there are %d %u %x %X %o %f %e %g %c %p %s %r %rx %rh %gr")
    }
    return directive
  }
}

extension FormatString {
  /// Whether the kernel takes its literal text.
  var isTakenByKernel: Bool {
    segments.allSatisfy { if case .literal(let bytes) = $0 { bytes.allSatisfy(\.isTakenByKernel) } else { true } }
  }
}

extension UInt8 {
  /// Whether the kernel has it in a format (Kernel: lib/vsprintf.c, bpf_bprintf_prepare).
  public var isTakenByKernel: Bool { (0x20..<0x7f).contains(self) || (0x09..<0x0e).contains(self) }
}
