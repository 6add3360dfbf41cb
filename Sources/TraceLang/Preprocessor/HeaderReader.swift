/// Runs a C preprocessor.
public protocol HeaderReader {
  /// The text with its includes and its `#define`s in place, as `cc -E -dD` gives it.
  /// - Parameter folders: searched for headers first.
  func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8]
}

public enum HeaderReaderError: Error, Hashable, Sendable {
  /// No C preprocessor is installed.
  case notInstalled
  /// It failed; its first words on why.
  case failed(String)
}
