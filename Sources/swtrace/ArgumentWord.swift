import ArgumentParser
import TraceLang

/// A word of the command line, byte by byte: what is not UTF-8 stays as it is.
struct ArgumentWord: Hashable, ExpressibleByArgument, ExpressibleByStringLiteral {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(stringLiteral text: String) { bytes = Array(text.utf8) }

  /// The word as `systemBytes` has it: for messages, for ArgumentParser, and as the name of a file.
  var text: String { String(systemBytes: bytes) }

  /// For calls of the C library.
  var cString: [CChar] { text.systemCString }

  init(argument: String) { bytes = argument.systemBytes }
}
