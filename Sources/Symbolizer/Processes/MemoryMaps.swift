/// The code that a process has mapped from files: its `/proc/PID/maps` (proc_pid_maps(5)).
package struct MemoryMaps: Sendable {
  /// A file as `maps` names it: its file system's device and its inode.
  package struct File: Hashable, Sendable {
    package let major: UInt32
    package let minor: UInt32
    package let inode: UInt64
  }

  /// A mapped part of a file that can be run.
  package struct Mapping: Sendable {
    package let range: Range<UInt64>
    /// Bytes from the file's start.
    package let offset: UInt64
    package let file: File
    /// In `paths`.
    fileprivate let path: Int

    /// As `/proc/PID/map_files` names it.
    package var name: String { "\(String(range.lowerBound, radix: 16))-\(String(range.upperBound, radix: 16))" }
  }

  /// Ascending by address, as the kernel lists them.
  package private(set) var mappings: [Mapping] = []
  /// Memory that is no file's and can be run, such as what just-in-time compilers write; ascending by address.
  package private(set) var unnamed: [Range<UInt64>] = []
  /// Where the vDSO is.
  package private(set) var virtualLibrary: Range<UInt64>?
  private var paths: [[UInt8]] = []
  private var pathCost = 0
  private var pathOf: [File: Int] = [:]
  /// Bytes that were read.
  package private(set) var length = 0

  /// More is not read: 65,530 mappings, the kernel's default limit, take about half of it when they have no long names.
  package static let maximumLength = 8 << 20

  /// Reads lines as `forEachLine` gives them, each to the closure it is called with, until that returns false.
  package init<Failure: Error>(
    lines forEachLine: ((UnsafeRawBufferPointer) -> Bool) throws(Failure) -> Void
  ) throws(Failure) {
    var maps = MemoryMaps()
    try forEachLine { line in
      maps.length += line.count + 1
      maps.take(line)
      return maps.length < Self.maximumLength
    }
    self = maps
  }

  private init() {}

  /// The memory it takes, in bytes.
  package var cost: Int { mappings.count * MemoryLayout<Mapping>.stride + pathCost }

  package func mapping(at address: UInt64) -> Mapping? {
    var low = 0
    var high = mappings.count
    while low < high {
      let middle = (low + high) / 2
      if mappings[middle].range.lowerBound <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, mappings[low - 1].range.contains(address) else { return nil }
    return mappings[low - 1]
  }

  /// The path by which the process's file was opened, as the kernel writes it: newlines are "\012".
  package func path(of mapping: Mapping) -> [UInt8] { paths[mapping.path] }

  /// The path that a file had before it was deleted, as far as `maps` says that it was.
  static func pathBeforeDeletion(_ path: [UInt8]) -> [UInt8] {
    let mark = Array(" (deleted)".utf8)
    return path.suffix(mark.count).elementsEqual(mark) ? Array(path.dropLast(mark.count)) : path
  }

  /// "55d0-55d8 r-xp 00001000 08:01 1234   /usr/bin/x"; passes over memory that is not a file's or cannot be run.
  private mutating func take(_ line: UnsafeRawBufferPointer) {
    var scanner = MapsLine(rest: line[...])
    guard let start = scanner.hexadecimal(), scanner.skip("-"), let end = scanner.hexadecimal(), start < end,
      scanner.skip(" "), let rights = scanner.word(), rights.count == 4,
      rights[rights.startIndex + 2] == UInt8(ascii: "x"),
      scanner.skip(" "), let offset = scanner.hexadecimal(), scanner.skip(" "),
      let major = scanner.hexadecimal(), scanner.skip(":"), let minor = scanner.hexadecimal(), scanner.skip(" "),
      let inode = scanner.decimal(), case let path = scanner.path()
    else { return }
    if path.isEmpty || path.starts(with: "[anon:".utf8), unnamed.last.map({ $0.upperBound <= start }) ?? true {
      unnamed.append(start..<end)
    }
    if path.elementsEqual(VirtualLibrary.name) { virtualLibrary = start..<end }
    guard path.first == UInt8(ascii: "/"), mappings.last.map({ $0.range.upperBound <= start }) ?? true
    else { return }
    let file = File(major: UInt32(clamping: major), minor: UInt32(clamping: minor), inode: inode)
    let place: Int
    if let known = pathOf[file] {
      place = known
    } else {
      place = paths.count
      paths.append(Array(path))
      pathCost += path.count + 64
      pathOf[file] = place
    }
    mappings.append(Mapping(range: start..<end, offset: offset, file: file, path: place))
  }
}

/// The fields of a line, from left to right.
private struct MapsLine {
  var rest: Slice<UnsafeRawBufferPointer>

  mutating func hexadecimal() -> UInt64? { number(radix: 16) }
  mutating func decimal() -> UInt64? { number(radix: 10) }

  private mutating func number(radix: UInt64) -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    while let byte = rest.first, let digit = Self.digit(byte), digit < radix {
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      guard !overflow else { return nil }
      value = product &+ digit
      digits += 1
      rest = rest.dropFirst()
    }
    return digits > 0 ? value : nil
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }

  mutating func skip(_ byte: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func word() -> Slice<UnsafeRawBufferPointer>? {
    let word = rest.prefix { $0 != UInt8(ascii: " ") }
    rest = rest[word.endIndex...]
    return word.isEmpty ? nil : word
  }

  func path() -> Slice<UnsafeRawBufferPointer> { rest.drop { $0 == UInt8(ascii: " ") } }
}
