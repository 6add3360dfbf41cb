/// A shell pattern over bytes: `*`, `?`, `[a-z]`, `[!x]` (or `[^x]`) and `\` before a byte meant literally.
///
/// Matching keeps one place to come back to, so it takes time linear in the text for each `*` tried and no stack.
public struct Glob: Hashable, Sendable {
  private enum Element: Hashable, Sendable {
    case literal(UInt8)
    case any
    case anySequence
    case oneOf([ClosedRange<UInt8>], negated: Bool)

    func accepts(_ byte: UInt8) -> Bool {
      switch self {
      case .literal(let expected): byte == expected
      case .any: true
      case .anySequence: false
      case .oneOf(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
      }
    }
  }

  private let elements: [Element]

  public init(_ pattern: some StringProtocol) {
    var reader = PatternReader(bytes: Array(pattern.utf8))
    elements = reader.elements()
  }

  /// The pattern that only `text` matches.
  public static func escaped(_ text: some StringProtocol) -> String {
    var pattern = ""
    for character in text {
      if "*?[\\".contains(character) { pattern.append("\\") }
      pattern.append(character)
    }
    return pattern
  }

  /// The only text this pattern matches; `nil` when there may be more than one.
  public var literal: String? {
    var bytes: [UInt8] = []
    for element in elements {
      guard case .literal(let byte) = element else { return nil }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes every match begins with.
  public var prefix: [UInt8] {
    var bytes: [UInt8] = []
    for element in elements {
      guard case .literal(let byte) = element else { break }
      bytes.append(byte)
    }
    return bytes
  }

  /// The bytes each element takes, in order; `nil` for `*`.
  var sets: [Set<UInt8>?] {
    elements.map { element in
      if element == .anySequence { return nil }
      return Set((UInt8.min...UInt8.max).filter(element.accepts))
    }
  }

  /// Whether every text matches.
  public var matchesAnything: Bool { elements == [.anySequence] }

  public func matches(_ text: some StringProtocol) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { matches(UnsafeRawBufferPointer($0)) }
      ?? Array(text.utf8).withUnsafeBytes { matches($0) }
  }

  public func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    var index = 0
    var retry: (index: Int, position: Int)?
    while position < text.count {
      if index < elements.count, elements[index] == .anySequence {
        index += 1
        retry = (index, position)
      } else if index < elements.count, elements[index].accepts(text[position]) {
        index += 1
        position += 1
      } else if let last = retry {
        index = last.index
        position = last.position + 1
        retry = (index, position)
      } else {
        return false
      }
    }
    return elements[index...].allSatisfy { $0 == .anySequence }
  }
}

extension Glob {
  /// Turns a pattern's text into elements; a `[` that is never closed is literal.
  private struct PatternReader {
    let bytes: [UInt8]
    var offset = 0

    mutating func elements() -> [Element] {
      var result: [Element] = []
      while offset < bytes.count {
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "*"):
          if result.last != .anySequence { result.append(.anySequence) }
        case UInt8(ascii: "?"): result.append(.any)
        case UInt8(ascii: "["): result.append(set() ?? .literal(byte))
        case UInt8(ascii: "\\") where offset < bytes.count:
          result.append(.literal(bytes[offset]))
          offset += 1
        default: result.append(.literal(byte))
        }
      }
      return result
    }

    /// A set after its `[`; a `]` that comes first is a member.
    private mutating func set() -> Element? {
      var at = offset
      var negated = false
      if at < bytes.count, bytes[at] == UInt8(ascii: "!") || bytes[at] == UInt8(ascii: "^") {
        negated = true
        at += 1
      }
      let first = at
      var ranges: [ClosedRange<UInt8>] = []
      while at < bytes.count, bytes[at] != UInt8(ascii: "]") || at == first {
        let lower = bytes[at]
        if at + 2 < bytes.count, bytes[at + 1] == UInt8(ascii: "-"), bytes[at + 2] != UInt8(ascii: "]") {
          if lower <= bytes[at + 2] { ranges.append(lower...bytes[at + 2]) }
          at += 3
        } else {
          ranges.append(lower...lower)
          at += 1
        }
      }
      guard at < bytes.count else { return nil }
      offset = at + 1
      return .oneOf(ranges, negated: negated)
    }
  }
}
