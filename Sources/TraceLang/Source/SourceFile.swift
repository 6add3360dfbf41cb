/// Identifies one source text of a compilation: its index in the `SourceMap`.
public struct SourceID: Hashable, Sendable, Codable {
  public let index: UInt16

  public init(_ index: Int) { self.index = UInt16(truncatingIfNeeded: index) }
}

/// A half-open range of UTF-8 byte offsets in one source text.
public struct SourceRange: Hashable, Sendable, Codable {
  public let source: SourceID
  public let lower: Int32
  public let upper: Int32

  public init(_ source: SourceID, _ lower: Int, _ upper: Int) {
    self.source = source
    self.lower = Int32(truncatingIfNeeded: lower)
    self.upper = Int32(truncatingIfNeeded: max(lower, upper))
  }

  /// The smallest range that covers both, in `self`'s source.
  public func union(_ other: SourceRange) -> SourceRange {
    SourceRange(source, Int(min(lower, other.lower)), Int(max(upper, other.upper)))
  }

  /// The empty range just behind this one.
  public var end: SourceRange { SourceRange(source, Int(upper), Int(upper)) }
}

/// A 1-based line and column; the column counts UTF-8 bytes.
public struct SourcePosition: Hashable, Sendable, Codable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One text and the name it is shown under ("stdin", a path).
public struct SourceFile: Sendable {
  /// Sources longer than this are refused, so that offsets fit `SourceRange`.
  public static let maximumLength = Int(Int32.max)

  public let name: String
  public let bytes: [UInt8]
  /// The offset of each line's first byte, ascending; never empty.
  private let lineStarts: [Int32]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts: [Int32] = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(Int32(truncatingIfNeeded: offset + 1))
    }
    lineStarts = starts
  }

  public init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The line and column of a byte offset; offsets past the end are clamped.
  public func position(at offset: Int) -> SourcePosition {
    let clamped = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= clamped { low = middle } else { high = middle }
    }
    return SourcePosition(line: low + 1, column: clamped - Int(lineStarts[low]) + 1)
  }

  /// The bytes of a 1-based line without its line end.
  public func line(_ number: Int) -> ArraySlice<UInt8> {
    guard number >= 1, number <= lineStarts.count else { return [] }
    let start = Int(lineStarts[number - 1])
    var end = number < lineStarts.count ? Int(lineStarts[number]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return bytes[start..<end]
  }

  /// The text of a range, invalid UTF-8 repaired.
  public func text(_ range: SourceRange) -> String {
    let lower = min(max(Int(range.lower), 0), bytes.count)
    let upper = min(max(Int(range.upper), lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }
}

/// All source texts of one compilation, in the order they were added.
public struct SourceMap: Sendable {
  public private(set) var files: [SourceFile] = []

  public init() {}

  public init(_ file: SourceFile) { files = [file] }

  public mutating func add(_ file: SourceFile) -> SourceID {
    files.append(file)
    return SourceID(files.count - 1)
  }

  public subscript(id: SourceID) -> SourceFile { files[Int(id.index)] }

  public func text(_ range: SourceRange) -> String { self[range.source].text(range) }

  public func position(_ range: SourceRange) -> SourcePosition { self[range.source].position(at: Int(range.lower)) }
}
