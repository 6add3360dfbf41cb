/// Names of files, words of a command line and values of environment variables as text: the system has bytes there that
/// need not be UTF-8.
extension String {
  /// A byte that is not UTF-8 becomes the character of private use with the byte's number from here on. Such characters
  /// of the bytes themselves are taken for bytes, too, so that all bytes have a text of their own.
  fileprivate static let standIns: UInt32 = 0x10ff00

  /// The first byte of each of these characters in UTF-8: a text without it is its own bytes.
  public static let standInLead: UInt8 = 0xf4

  /// The text that `systemBytes` gives these bytes back from.
  public init(systemBytes bytes: some Collection<UInt8>) {
    if !bytes.contains(Self.standInLead), let text = String(validating: bytes, as: UTF8.self) {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    func append(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { text.append(Unicode.Scalar(Self.standIns + UInt32(byte)) ?? "\u{fffd}") }
    }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var rest = bytes[...]
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.value < Self.standIns { text.append(scalar) } else { append(encoded) }
        rest = rest.dropFirst(encoded.count)
      case .error(let length):
        append(rest.prefix(length))
        rest = rest.dropFirst(length)
      case .emptyInput:
        self = String(text)
        return
      }
    }
  }

  /// What the system is given for this text.
  public var systemBytes: [UInt8] {
    guard utf8.contains(Self.standInLead) else { return Array(utf8) }
    var bytes: [UInt8] = []
    for scalar in unicodeScalars {
      if let byte = scalar.systemByte { bytes.append(byte) } else { bytes += Array(String(scalar).utf8) }
    }
    return bytes
  }

  /// The same for the C library.
  public var systemCString: [CChar] { systemBytes.map { CChar(bitPattern: $0) } + [0] }

  /// A text of the C library's, to its 0.
  public init(systemCString text: UnsafePointer<CChar>) {
    var end = text
    while end.pointee != 0 { end += 1 }
    self.init(systemBytes: UnsafeBufferPointer(start: text, count: end - text).map { UInt8(bitPattern: $0) })
  }
}

extension Unicode.Scalar {
  /// The byte that this character stands for in a text of `systemBytes`.
  var systemByte: UInt8? { value >= String.standIns ? UInt8(truncatingIfNeeded: value) : nil }
}
