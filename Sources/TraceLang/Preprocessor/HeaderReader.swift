/// Runs a C preprocessor.
public protocol HeaderReader {
  /// The text with its includes and its `#define`s in place, as `cc -E -dD` gives it.
  /// - Parameter folders: searched for headers first.
  func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8]
}

public enum HeaderReaderError: Error, Hashable, Sendable {
  /// No C preprocessor is installed.
  case notInstalled
  /// It failed; its first words on why, and the path of the header it was reading, where that is known.
  case failed(String, header: String?)
  /// A header, by the name it is included by, is a device or a pipe, which need not end.
  case notAFile(header: String)
}
