extension JSONValue {
  public enum Style: Hashable, Sendable {
    /// No blanks: {"a":[1,2]}
    case compact
    /// "{"a": [1, 2]}": a blank behind each colon and comma, on one line.
    case spaced
    /// A container on one line where it fits in `width` bytes, else each of its values on a line of its own.
    case pretty(width: Int)
  }

  /// The text in UTF-8, without a newline at the end; equal values give equal bytes.
  public func encoded(_ style: Style = .compact) -> [UInt8] {
    var printer = JSONPrinter()
    switch style {
    case .compact: printer.flat(self, separator: [UInt8(ascii: ",")], colon: [UInt8(ascii: ":")])
    case .spaced: printer.flat(self)
    case .pretty(let width): printer.pretty(self, indent: 0, used: 0, width: width)
    }
    return printer.bytes
  }
}

private struct JSONPrinter {
  var bytes: [UInt8] = []

  mutating func flat(_ value: JSONValue, separator: [UInt8] = Array(", ".utf8), colon: [UInt8] = Array(": ".utf8)) {
    switch value {
    case .null, .bool, .integer, .unsigned, .number, .string: scalar(value)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(contentsOf: separator) }
        flat(element, separator: separator, colon: colon)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(contentsOf: separator) }
        string(member.key)
        bytes.append(contentsOf: colon)
        flat(member.value, separator: separator, colon: colon)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// `used` bytes are on the line already or must follow the value on it.
  mutating func pretty(_ value: JSONValue, indent: Int, used: Int, width: Int) {
    if value.flatWidth(limit: width - used) != nil { return flat(value) }
    switch value {
    case .null, .bool, .integer, .unsigned, .number, .string: scalar(value)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        newLine(indent: indent + 2, isFirst: index == 0)
        pretty(element, indent: indent + 2, used: indent + 3, width: width)
      }
      closing("]", indent: indent)
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        newLine(indent: indent + 2, isFirst: index == 0)
        let start = bytes.count
        string(member.key)
        bytes.append(contentsOf: ": ".utf8)
        pretty(member.value, indent: indent + 2, used: indent + 3 + bytes.count - start, width: width)
      }
      closing("}", indent: indent)
    }
  }

  private mutating func newLine(indent: Int, isFirst: Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
  }

  private mutating func closing(_ bracket: Unicode.Scalar, indent: Int) {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
    bytes.append(UInt8(ascii: bracket))
  }

  private mutating func scalar(_ value: JSONValue) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    case .unsigned(let value): bytes.append(contentsOf: String(value).utf8)
    case .number(let value): bytes.append(contentsOf: (value.isFinite ? String(value) : "null").utf8)
    case .string(let value): string(value)
    case .array, .object: break
    }
  }

  private mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case 0x08: bytes.append(contentsOf: "\\b".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0C: bytes.append(contentsOf: "\\f".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(byte < 0x10 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONValue {
  /// The bytes this takes on one line; `nil` as soon as it is seen to be more than `limit`.
  fileprivate func flatWidth(limit: Int) -> Int? {
    var width: Int
    switch self {
    case .null: width = 4
    case .bool(let value): width = value ? 4 : 5
    case .integer(let value): width = String(value).utf8.count
    case .unsigned(let value): width = String(value).utf8.count
    case .number(let value): width = String(value).utf8.count
    case .string(let value): width = value.utf8.count + 2
    case .array(let elements):
      width = 2
      for (index, element) in elements.enumerated() {
        width += index > 0 ? 2 : 0
        guard let inner = element.flatWidth(limit: limit - width) else { return nil }
        width += inner
      }
    case .object(let members):
      width = 2
      for (index, member) in members.enumerated() {
        width += member.key.utf8.count + 4 + (index > 0 ? 2 : 0)
        guard let inner = member.value.flatWidth(limit: limit - width) else { return nil }
        width += inner
      }
    }
    return width <= limit ? width : nil
  }
}
