/// The category and event of a tracepoint: `syscalls`, `sys_enter_openat`.
public struct TracepointName: Hashable, Sendable, Codable {
  public let category: String
  public let event: String

  public init(category: String, event: String) {
    self.category = category
    self.event = event
  }
}

/// A tracepoint's record as its `format` file gives it (Kernel: Documentation/trace/events.rst, "Event formats").
public struct TracepointFormat: Hashable, Sendable, Codable {
  public struct Field: Hashable, Sendable, Codable {
    public let name: String
    /// The C declaration as written: "const char * filename", "char comm[16]", "__data_loc char[] name".
    public let declaration: String
    public let type: Type
    public let offset: Int
    public let size: Int
    /// `__data_loc`: the field holds offset (low 16 bits) and length (high 16) of the data in the record.
    public let isDataLocation: Bool
    /// `__rel_loc`: as `__data_loc`, but the offset counts from the field's end.
    public let isRelative: Bool

    public init(
      name: String, declaration: String, type: Type, offset: Int, size: Int, isDataLocation: Bool = false,
      isRelative: Bool = false
    ) {
      self.name = name
      self.declaration = declaration
      self.type = type
      self.offset = offset
      self.size = size
      self.isDataLocation = isDataLocation
      self.isRelative = isRelative
    }
  }

  public let name: TracepointName
  public let id: UInt64
  /// All fields in order, the `common_` ones first.
  public let fields: [Field]

  public init(name: TracepointName, id: UInt64, fields: [Field]) {
    self.name = name
    self.id = id
    self.fields = fields
  }
}

extension TracepointName {
  /// "category:event".
  var text: String { "\(category):\(event)" }

  /// - Returns: `nil` for a text that has no colon.
  init?(text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    self.init(category: String(text[..<colon]), event: String(text[text.index(after: colon)...]))
  }
}
