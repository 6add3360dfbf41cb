/// A function of an ELF file.
public struct BinaryFunction: Hashable, Sendable, Codable {
  public let name: String
  /// Bytes from the start of the file to its code.
  public let offset: UInt64
  /// In bytes; 0 where the file does not say.
  public let size: UInt64

  public init(name: String, offset: UInt64, size: UInt64) {
    self.name = name
    self.offset = offset
    self.size = size
  }
}
