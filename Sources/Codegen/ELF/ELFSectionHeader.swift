/// An entry of the section header table (gABI, "Section Header Table").
struct ELFSectionHeader {
  static let size = 64

  enum Kind: UInt32 {
    case null = 0
    case bits = 1
    case symbols = 2
    case strings = 3
    case noBits = 8
    case relocations = 9
  }

  struct Flags: OptionSet {
    let rawValue: UInt64
    static let writable = Flags(rawValue: 1)
    static let allocated = Flags(rawValue: 2)
    static let executable = Flags(rawValue: 4)
  }

  var name: UInt32 = 0
  var type = Kind.null
  var flags: Flags = []
  var offset: UInt64 = 0
  var size: UInt64 = 0
  var link: UInt32 = 0
  var info: UInt32 = 0
  var alignment: UInt64 = 0
  var entrySize: UInt64 = 0

  init() {}

  init(name: UInt32, type: Kind) {
    self.name = name
    self.type = type
    alignment = 1
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(word: name)
    bytes.append(word: type.rawValue)
    bytes.append(word64: flags.rawValue)
    bytes.append(word64: 0)
    bytes.append(word64: offset)
    bytes.append(word64: size)
    bytes.append(word: link)
    bytes.append(word: info)
    bytes.append(word64: alignment)
    bytes.append(word64: entrySize)
  }
}

/// A string table; equal strings are kept once.
struct ELFStrings {
  private(set) var bytes: [UInt8] = [0]
  private var offsets: [String: UInt32] = ["": 0]

  mutating func offset(of text: String) -> UInt32 {
    if let offset = offsets[text] { return offset }
    let offset = UInt32(bytes.count)
    bytes += text.utf8.filter { $0 != 0 }
    bytes.append(0)
    offsets[text] = offset
    return offset
  }
}

extension [UInt8] {
  /// Appends a little-endian 16-bit number.
  mutating func append(half: UInt16) {
    append(UInt8(truncatingIfNeeded: half))
    append(UInt8(truncatingIfNeeded: half >> 8))
  }
}
