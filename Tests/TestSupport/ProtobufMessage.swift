/// A protocol buffer taken apart (https://protobuf.dev/programming-guides/encoding), without knowing its fields.
public struct ProtobufMessage {
  public enum Value: Equatable {
    case number(UInt64)
    case bytes([UInt8])
  }

  public struct Malformed: Error {}

  public private(set) var fields: [(number: Int, value: Value)] = []

  public init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let tag = try Self.varint(&rest)
      switch tag & 7 {
      case 0: fields.append((Int(tag >> 3), .number(try Self.varint(&rest))))
      case 2:
        let count = Int(try Self.varint(&rest))
        guard count <= rest.count else { throw Malformed() }
        fields.append((Int(tag >> 3), .bytes(Array(rest.prefix(count)))))
        rest = rest.dropFirst(count)
      default: throw Malformed()
      }
    }
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
    var number: UInt64 = 0
    for position in 0..<10 {
      guard let byte = bytes.popFirst() else { throw Malformed() }
      number |= UInt64(byte & 0x7f) << UInt64(position * 7)
      if byte < 0x80 { return number }
    }
    throw Malformed()
  }

  /// The one number of a field; 0 where it is not there.
  public func number(_ field: Int) -> UInt64 {
    for (number, value) in fields where number == field { if case .number(let value) = value { return value } }
    return 0
  }

  public func texts(_ field: Int) -> [String] { pieces(field).map { String(decoding: $0, as: UTF8.self) } }

  public func messages(_ field: Int) throws -> [ProtobufMessage] { try pieces(field).map(ProtobufMessage.init) }

  /// Numbers that stand in one piece.
  public func packed(_ field: Int) throws -> [UInt64] {
    var numbers: [UInt64] = []
    for piece in pieces(field) {
      var rest = piece[...]
      while !rest.isEmpty { numbers.append(try Self.varint(&rest)) }
    }
    return numbers
  }

  private func pieces(_ field: Int) -> [[UInt8]] {
    fields.compactMap { number, value in
      guard number == field, case .bytes(let bytes) = value else { return nil }
      return bytes
    }
  }
}

/// A profile of pprof as a test reads it.
public struct PprofProfile {
  public struct Sample: Equatable {
    /// Functions from the innermost on, "?" for a place without one.
    public let functions: [String]
    public let values: [Int64]
    /// "comm=cat"
    public let labels: [String]

    public init(functions: [String], values: [Int64], labels: [String]) {
      self.functions = functions
      self.values = values
      self.labels = labels
    }
  }

  public let message: ProtobufMessage
  public let strings: [String]
  /// "count/count"
  public let types: [String]
  public let samples: [Sample]

  public init(_ bytes: [UInt8]) throws {
    let message = try ProtobufMessage(bytes)
    let strings = message.texts(6)
    func text(_ index: UInt64) -> String { strings[Int(index)] }
    var functions: [UInt64: String] = [:]
    for function in try message.messages(5) { functions[function.number(1)] = text(function.number(2)) }
    var locations: [UInt64: [String]] = [:]
    for location in try message.messages(4) {
      let lines = try location.messages(4).map { functions[$0.number(1)] ?? "no function \($0.number(1))" }
      locations[location.number(1)] = lines.isEmpty ? ["?"] : lines
    }
    self.message = message
    self.strings = strings
    types = try message.messages(1).map { "\(text($0.number(1)))/\(text($0.number(2)))" }
    samples = try message.messages(2).map { sample in
      Sample(
        functions: try sample.packed(1).flatMap { locations[$0] ?? ["no location \($0)"] },
        values: try sample.packed(2).map(Int64.init(bitPattern:)),
        labels: try sample.messages(3).map { label in
          let string = label.number(2)
          return "\(text(label.number(1)))=\(string == 0 ? String(Int64(bitPattern: label.number(3))) : text(string))"
        })
    }
  }
}
