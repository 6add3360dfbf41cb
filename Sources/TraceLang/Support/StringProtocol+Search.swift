extension StringProtocol {
  /// Where a text that is not empty begins first, in bytes from the start; `nil` where it does not stand here.
  ///
  /// The standard library's search comes with all of its regular expressions, a megabyte of every executable.
  public func byteOffset(of text: String) -> Int? {
    utf8.withContiguousBytes { bytes in
      text.utf8.withContiguousBytes { wanted in
        guard let first = wanted.first, wanted.count <= bytes.count else { return nil }
        return (0...bytes.count - wanted.count).first { start in
          bytes[start] == first && bytes[start...].starts(with: wanted)
        }
      }
    }
  }

  /// Whether a text that is not empty stands here, byte for byte.
  public func contains(text: String) -> Bool { byteOffset(of: text) != nil }
}

extension Collection<UInt8> {
  fileprivate func withContiguousBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withContiguousStorageIfAvailable(body) ?? Array(self).withUnsafeBufferPointer(body)
  }
}
