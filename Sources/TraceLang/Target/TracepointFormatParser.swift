/// Reads a tracepoint's `format` file (Kernel: Documentation/trace/events.rst, "Event formats").
///
/// Lines other than the ID and the fields are passed over. The file's sizes are right where the C type's natural size
/// is another: every argument of a syscall takes 8 bytes.
public struct TracepointFormatParser {
  /// Records are smaller than this; a larger offset or size is refused.
  public static let maximumRecordSize = 1 << 20

  private let name: TracepointName

  private init(name: TracepointName) { self.name = name }

  /// - Throws: when there is no ID or a field's line cannot be understood; the message names the tracepoint.
  public static func parse(_ bytes: [UInt8], name: TracepointName) throws(TargetError) -> TracepointFormat {
    try TracepointFormatParser(name: name).format(bytes)
  }

  private func format(_ bytes: [UInt8]) throws(TargetError) -> TracepointFormat {
    var id: UInt64?
    var fields: [TracepointFormat.Field] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let line = line.trimmingBlanks
      if let value = line.value(of: "ID:") {
        id = value.decimal
      } else if line.value(of: "field:") != nil {
        guard let field = field(line) else {
          let text = String(decoding: line, as: UTF8.self)
          throw TargetError("the format of \(label) has a field that is not understood: \(text)")
        }
        fields.append(field)
      }
    }
    guard let id else { throw TargetError("the format of \(label) has no ID line") }
    return TracepointFormat(name: name, id: id, fields: fields)
  }

  private var label: String { "tracepoint:\(name.category):\(name.event)" }

  /// "field:int dfd;\toffset:16;\tsize:8;\tsigned:0;"
  private func field(_ line: ArraySlice<UInt8>) -> TracepointFormat.Field? {
    var declaration: ArraySlice<UInt8>?
    var offset: UInt64?
    var size: UInt64?
    var isSigned = false
    for part in line.split(separator: UInt8(ascii: ";")) {
      let part = part.trimmingBlanks
      if let value = part.value(of: "field:") {
        declaration = value
      } else if let value = part.value(of: "offset:") {
        offset = value.decimal
      } else if let value = part.value(of: "size:") {
        size = value.decimal
      } else if let value = part.value(of: "signed:") {
        isSigned = value.decimal == 1
      }
    }
    guard let declaration, let parsed = FieldDeclaration(declaration),
      let offset, offset <= Self.maximumRecordSize, let size, size <= Self.maximumRecordSize
    else { return nil }
    return TracepointFormat.Field(
      name: parsed.name,
      declaration: String(decoding: declaration, as: UTF8.self),
      type: parsed.type(
        size: Int(size), isSigned: isSigned, isRegister: name.category == "syscalls", pointers: name.pointerSpace),
      offset: Int(offset),
      size: Int(size),
      isDataLocation: parsed.location == .absolute,
      isRelative: parsed.location == .relative)
  }
}

extension TracepointName {
  /// Where the pointers in this tracepoint's records point: a syscall's arguments are the caller's.
  public var pointerSpace: AddressSpace { category == "syscalls" ? .user : .kernel }
}

extension TracepointFormat {
  /// The fields as members of `args`, at their offsets from the record's start.
  public var layout: RecordLayout {
    let members = fields.map { field in
      RecordLayout.Member(
        name: field.name,
        type: field.type,
        offset: field.offset,
        location: field.isDataLocation ? .absolute : field.isRelative ? .relative : nil)
    }
    return RecordLayout(
      name: RecordReference.tracepoint(name).name,
      isUnion: false,
      size: fields.map { $0.offset + $0.size }.max() ?? 0,
      members: members)
  }
}

extension ArraySlice<UInt8> {
  /// Without the spaces and tabs at both ends.
  fileprivate var trimmingBlanks: ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
      return []
    }
    return self[start...end]
  }

  /// What follows a key and the blanks behind it; `nil` when this does not begin with the key.
  fileprivate func value(of key: StaticString) -> ArraySlice<UInt8>? {
    key.withUTF8Buffer { key in starts(with: key) ? dropFirst(key.count).trimmingBlanks : nil }
  }

  /// A decimal number of at most 18 digits.
  fileprivate var decimal: UInt64? {
    guard (1...18).contains(count) else { return nil }
    return reduce(UInt64?.some(0)) { value, digit in
      guard let value, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      return value * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
  }
}
