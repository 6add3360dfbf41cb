/// A file, or a part of one that is read as if it were a file.
package struct FilePart: Sendable {
  /// Open for reading; whose it is, is up to its giver.
  package let descriptor: Int32
  /// Bytes from the start of the file.
  package var start: UInt64 = 0
  /// As far as the file goes, at most.
  package var length = UInt64.max

  package init(descriptor: Int32, start: UInt64 = 0, length: UInt64 = .max) {
    self.descriptor = descriptor
    self.start = start
    self.length = length
  }

  /// The first bytes of a piece, as many as there are.
  package func bytes(at offset: UInt64, atMost count: Int) -> ELFBytes {
    let (place, overflow) = start.addingReportingOverflow(offset)
    guard !overflow, offset < length else { return ELFBytes() }
    return ELFBytes(reading: Int(clamping: min(UInt64(max(count, 0)), length - offset)), at: place, of: descriptor)
  }
}
