/// Something of an ELF file that has a name and a place in memory.
public struct BinaryVariable: Hashable, Sendable, Codable {
  public enum Place: String, Hashable, Sendable, Codable {
    /// At its address in every process.
    case fixed
    /// As far from the file's code as their addresses say, wherever the file is loaded.
    case relative
    /// In memory that each thread has of its own.
    case threadLocal
  }

  public let name: String
  /// The virtual address that the file gives it.
  public let address: UInt64
  /// In bytes; 0 where the file does not say.
  public let size: UInt64
  public let place: Place

  public init(name: String, address: UInt64, size: UInt64, place: Place) {
    self.name = name
    self.address = address
    self.size = size
    self.place = place
  }

  /// What no two variables share.
  var words: String { "\(name) \(address) \(size) \(place.rawValue)" }
}
