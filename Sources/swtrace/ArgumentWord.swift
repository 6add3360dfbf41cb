import ArgumentParser

/// A word of the command line, byte by byte: what is not UTF-8 stays as it is.
struct ArgumentWord: Hashable, ExpressibleByArgument, ExpressibleByStringLiteral {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(stringLiteral text: String) { bytes = Array(text.utf8) }

  /// For messages: bytes that are not UTF-8 are repaired.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// For calls of the C library.
  var cString: [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

  // MARK: As ArgumentParser has words

  /// A byte that is not UTF-8 becomes the character of private use with the byte's number from here on. Such characters
  /// of the word itself are taken for bytes, too, so that each word has a text of its own.
  private static let standIns: UInt32 = 0x10FF00

  /// The word as a string that `init(argument:)` gives its bytes back from.
  var argument: String {
    var text = String.UnicodeScalarView()
    func append(_ bytes: ArraySlice<UInt8>) {
      for byte in bytes { text.append(Unicode.Scalar(Self.standIns + UInt32(byte)) ?? "\u{FFFD}") }
    }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        let end = offset + encoded.count
        if scalar.value < Self.standIns { text.append(scalar) } else { append(bytes[offset..<end]) }
        offset = end
      case .error(let length):
        append(bytes[offset..<offset + length])
        offset += length
      case .emptyInput: return String(text)
      }
    }
  }

  init(argument: String) {
    var bytes: [UInt8] = []
    for scalar in argument.unicodeScalars {
      if scalar.value >= Self.standIns {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += Array(String(scalar).utf8)
      }
    }
    self.bytes = bytes
  }
}
