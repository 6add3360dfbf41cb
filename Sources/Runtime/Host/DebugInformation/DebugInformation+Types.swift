import CElfutils
import TraceLang

// Types, as the language has them.
extension DebugInformation {
  /// A type or record of more bytes is damaged.
  private static let maximumSize = 1 << 28
  /// Members and constants of more are not read.
  private static let maximumMembers = 1 << 14
  /// Members of a record and of all records in it.
  private static let maximumWeight = 1 << 16

  private static let transparent: Set<Int> = [
    DW_TAG_typedef, DW_TAG_const_type, DW_TAG_volatile_type, DW_TAG_restrict_type, DW_TAG_atomic_type,
    DW_TAG_immutable_type, DW_TAG_packed_type, DW_TAG_shared_type,
  ]

  /// The type that a name or qualifier stands for; `nil` for void.
  func underlying(_ entry: DebugEntry?) -> DebugEntry? {
    var entry = entry
    for _ in 0..<Self.maximumDepth {
      guard let type = entry else { return nil }
      if !Self.transparent.contains(type.tag) { return type }
      entry = type.type
    }
    return nil
  }

  /// What the language makes of a type; what it has no type for is bytes, a function is void.
  func languageType(_ entry: DebugEntry?, depth: Int = 0) -> Type {
    guard depth < Self.maximumDepth, let type = underlying(entry) else { return .void }
    switch type.tag {
    case DW_TAG_base_type: return number(type)
    case DW_TAG_pointer_type, DW_TAG_reference_type, DW_TAG_rvalue_reference_type:
      return .pointer(languageType(type.type, depth: depth + 1), .user)
    case DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type:
      guard let number = number(of: type) else { return .void }
      return .record(.debug(binary: path, entry: number, name: qualifiedName(type)))
    case DW_TAG_enumeration_type:
      guard let number = number(of: type) else { return .void }
      let reference = EnumReference.debug(binary: path, entry: number, name: qualifiedName(type))
      return .enumeration(reference, integer(ofEnumeration: type))
    case DW_TAG_array_type: return array(type, depth)
    case DW_TAG_ptr_to_member_type:
      // Of a function it is two words (Itanium C++ ABI).
      return underlying(type.type)?.tag == DW_TAG_subroutine_type ? .array(.uint64, count: 2) : .uint64
    case DW_TAG_unspecified_type where type.name == "decltype(nullptr)": return .pointer(.void, .user)
    default: return .void
    }
  }

  private func number(_ type: DebugEntry) -> Type {
    guard let size = size(type), size > 0 else { return .void }
    switch Int(clamping: type.number(DW_AT_encoding) ?? 0) {
    case DW_ATE_boolean where size == 1: return .bool
    case DW_ATE_signed, DW_ATE_signed_char: return integer(size, isSigned: true)
    case DW_ATE_unsigned, DW_ATE_unsigned_char, DW_ATE_boolean, DW_ATE_address, DW_ATE_UTF:
      return integer(size, isSigned: false)
    default: return .array(.uint8, count: size)
    }
  }

  private func integer(_ size: Int, isSigned: Bool) -> Type {
    switch size {
    case 1, 2, 4, 8: .integer(IntegerType(bits: size * 8, signed: isSigned))
    case 16: .array(.uint64, count: 2)
    default: .array(.uint8, count: size)
    }
  }

  private func integer(ofEnumeration type: DebugEntry) -> IntegerType {
    guard case .integer(let base)? = underlying(type.type).map({ number($0) }) else {
      let size = size(type) ?? 4
      let isSigned = constants(of: type).contains { $0.value < 0 }
      return IntegerType(bits: [1, 2, 4, 8].contains(size) ? size * 8 : 32, signed: isSigned)
    }
    return base
  }

  private func array(_ type: DebugEntry, _ depth: Int) -> Type {
    let counts = type.children(DW_TAG_subrange_type, limit: Self.maximumDepth).map { range -> Int in
      if let count = range.number(DW_AT_count) { return Int(clamping: count) }
      guard let last = range.signedNumber(DW_AT_upper_bound)?.value else { return 0 }
      let (count, overflow) = last.subtractingReportingOverflow(range.signedNumber(DW_AT_lower_bound)?.value ?? 0)
      // -1 is how some compilers end an array without elements.
      return overflow ? 0 : max(0, Int(clamping: count &+ 1))
    }
    let element = underlying(type.type)
    var result = languageType(element, depth: depth + 1 + counts.count)
    for count in (counts.isEmpty ? [0] : counts).reversed() {
      let size = max(result.size { self.recordSize($0) }, 1)
      let count = count <= Self.maximumSize / size ? count : 0
      if case .integer(let character) = result, character.bits == 8, count > 0, isCharacter(type.type) {
        result = .string(capacity: count)
      } else {
        result = .array(result, count: count)
      }
    }
    return result
  }

  /// Whether it is `char`, also by another name, or one with a sign by its own: `uint8_t` and its kin are numbers.
  private func isCharacter(_ entry: DebugEntry?) -> Bool {
    guard let type = underlying(entry), type.tag == DW_TAG_base_type else { return false }
    let name = type.name
    return name == "char" || entry?.tag == type.tag && ["signed char", "unsigned char"].contains(name)
  }

  /// In bytes, as the entry itself has it.
  private func size(_ type: DebugEntry) -> Int? {
    guard let size = type.number(DW_AT_byte_size), size <= UInt64(Self.maximumSize) else { return nil }
    return Int(size)
  }

  private func recordSize(_ reference: RecordReference) -> Int {
    guard case .debug(_, let number, _) = reference, let type = entry(numbered: number) else { return 0 }
    return size(type) ?? 0
  }

  // MARK: - Records

  /// The members of a record, those of what it inherits from as of a struct without a name.
  func layout(of number: UInt64) -> RecordLayout? {
    guard let layout = wholeLayout(of: number) else { return nil }
    let members = layout.members.filter { member in
      guard case .debug(_, let inner, _)? = member.type.recordByValue else { return true }
      return weight(of: inner, [number]) != nil
    }
    return RecordLayout(name: layout.name, isUnion: layout.isUnion, size: layout.size, members: members)
  }

  /// The members of a record and of all that it contains; `nil` where it has no size, contains itself or is without end.
  private func weight(of number: UInt64, _ outer: Set<UInt64>) -> Int? {
    if let known = weights[number] { return known }
    guard outer.count < Self.maximumDepth, !outer.contains(number), let layout = wholeLayout(of: number) else {
      return nil
    }
    var sum = layout.members.count
    for member in layout.members {
      guard case .debug(_, let inner, _)? = member.type.recordByValue else { continue }
      guard let weight = weight(of: inner, outer.union([number])), sum + weight <= Self.maximumWeight else {
        weights[number] = .some(nil)
        return nil
      }
      sum += weight
    }
    weights[number] = sum
    return sum
  }

  private func wholeLayout(of number: UInt64) -> RecordLayout? {
    guard var type = entry(numbered: number), type.isRecord else { return nil }
    if type.isDeclaration {
      guard let definition = definition(of: type) else { return nil }
      type = definition
    }
    guard let size = size(type) else { return nil }
    var members: [RecordLayout.Member] = []
    type.forEachChild { child in
      if let member = member(child, of: size), lies(member, within: size) { members.append(member) }
      return members.count < Self.maximumMembers
    }
    return RecordLayout(
      name: qualifiedName(type), isUnion: type.tag == DW_TAG_union_type, size: size, members: members)
  }

  private func member(_ entry: DebugEntry, of recordSize: Int) -> RecordLayout.Member? {
    let isBase = entry.tag == DW_TAG_inheritance
    guard isBase || entry.tag == DW_TAG_member, !entry.has(DW_AT_external, inherited: false) else { return nil }
    let type = languageType(entry.type)
    let name = isBase ? "" : entry.name
    guard let width = entry.number(DW_AT_bit_size), width > 0, width <= 64 else {
      return memberOffset(entry).map { RecordLayout.Member(name: name, type: type, offset: $0) }
    }
    guard let bits = firstBit(of: entry, type, width: Int(width)), bits >= 0 else { return nil }
    return RecordLayout.Member(bitField: name, type: type, bits: bits, width: Int(width), recordSize: recordSize)
  }

  /// Bits from the start of the record (DWARF 5, 5.7.6, and DWARF 3, 5.5.6).
  private func firstBit(of entry: DebugEntry, _ type: Type, width: Int) -> Int? {
    let limit = Self.maximumSize * 8
    if let bits = entry.number(DW_AT_data_bit_offset) { return bits <= UInt64(limit) ? Int(bits) : nil }
    guard let start = memberOffset(entry) else { return nil }
    guard let fromTop = entry.number(DW_AT_bit_offset) else { return start * 8 }
    let storage = entry.number(DW_AT_byte_size).map { Int(clamping: min($0, 8)) } ?? type.integer?.size ?? 8
    // From the highest bit of its storage down; it may also reach into what is below that, as a number below 0.
    guard let distance = Int(exactly: Int64(bitPattern: fromTop)), abs(distance) <= 64 else { return nil }
    return start * 8 + storage * 8 - distance - width
  }

  /// `nil` where that is to be computed, as for what is inherited virtually.
  private func memberOffset(_ entry: DebugEntry) -> Int? {
    guard entry.has(DW_AT_data_member_location) else { return 0 }
    if let offset = entry.number(DW_AT_data_member_location) {
      return offset <= UInt64(Self.maximumSize) ? Int(offset) : nil
    }
    guard let operations = entry.expression(DW_AT_data_member_location), operations.count == 1,
      Int(operations[0].atom) == DW_OP_plus_uconst, operations[0].number <= UInt64(Self.maximumSize)
    else { return nil }
    return Int(operations[0].number)
  }

  private func lies(_ member: RecordLayout.Member, within size: Int) -> Bool {
    if let inner = member.type.recordByValue, case .debug(_, let number, _) = inner,
      entry(numbered: number)?.isDeclaration != false
    {
      return false
    }
    if member.type == .void { return false }
    return member.offset >= 0 && member.offset <= size - member.type.size { self.recordSize($0) }
  }

  // MARK: - Enums

  func constants(of number: UInt64) -> [EnumeratorName] {
    guard let type = entry(numbered: number), type.tag == DW_TAG_enumeration_type else { return [] }
    return constants(of: type)
  }

  func constants(of type: DebugEntry) -> [EnumeratorName] {
    var found: [EnumeratorName] = []
    type.forEachChild { child in
      if child.tag == DW_TAG_enumerator, let value = child.signedNumber(DW_AT_const_value)?.value {
        found.append(EnumeratorName(name: child.name, value: value))
      }
      return found.count < Self.maximumMembers
    }
    return found
  }
}
