/// The members of a struct or union.
public struct RecordLayout: Hashable, Sendable, Codable {
  public struct Member: Hashable, Sendable, Codable {
    /// "" for an anonymous struct or union, whose members are reached through it.
    public let name: String
    public let type: Type
    /// Bytes from the record's start; of a bit-field, of its storage unit.
    public let offset: Int
    public let bitField: BitField?
    /// `__data_loc` and `__rel_loc` fields of tracepoints.
    public let location: DataLocation?

    public init(
      name: String, type: Type, offset: Int, bitField: BitField? = nil, location: DataLocation? = nil
    ) {
      self.name = name
      self.type = type
      self.offset = offset
      self.bitField = bitField
      self.location = location
    }

    /// The member as part of a record that its own one starts so many bytes into.
    public func moved(by bytes: Int) -> Member {
      Member(name: name, type: type, offset: offset + bytes, bitField: bitField, location: location)
    }
  }

  public struct BitField: Hashable, Sendable, Codable {
    /// Bits from the least significant bit of the value loaded at the member's offset (little endian).
    public let shift: Int
    public let width: Int

    public init(shift: Int, width: Int) {
      self.shift = shift
      self.width = width
    }
  }

  public enum DataLocation: String, Hashable, Sendable, Codable {
    case absolute, relative
  }

  public let name: String
  public let isUnion: Bool
  /// In bytes.
  public let size: Int
  public let members: [Member]

  public init(name: String, isUnion: Bool, size: Int, members: [Member]) {
    self.name = name
    self.isUnion = isUnion
    self.size = size
    self.members = members
  }
}
