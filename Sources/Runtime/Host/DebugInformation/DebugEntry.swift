import CElfutils
import Glibc

/// An entry of debug information (DIE) with its attributes, as libdw reads them. It is there as long as its image.
struct DebugEntry {
  private let die: Dwarf_Die

  init(_ die: Dwarf_Die) { self.die = die }

  /// Calls a function of libdw, which notes in an entry what it has found of it.
  func with<Result>(_ body: (UnsafeMutablePointer<Dwarf_Die>) -> Result) -> Result {
    var die = die
    return withUnsafeMutablePointer(to: &die, body)
  }

  /// DW_TAG_...; 0 for what cannot be read.
  var tag: Int { max(0, Int(with(swtrace_dwarf_tag))) }

  /// Bytes from the start of its section.
  var offset: UInt64 { with(swtrace_dwarf_dieoffset) }

  /// The unit that it is in: `Dwarf_CU *`.
  var unit: OpaquePointer? { die.cu }

  /// The file that it is in: `Dwarf *`.
  var owner: OpaquePointer? { die.cu.flatMap { swtrace_dwarf_cu_getdwarf($0) } }

  /// The entry of its unit as a whole.
  var compilation: DebugEntry? {
    var result = Dwarf_Die()
    return with { swtrace_dwarf_diecu($0, &result, nil, nil) } == nil ? nil : DebugEntry(result)
  }

  /// Longer names are cut.
  private static let maximumName = 4096

  private static func text(_ start: UnsafePointer<CChar>?) -> String? {
    guard let start else { return nil }
    let bytes = UnsafeRawBufferPointer(start: start, count: strnlen(start, maximumName))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// "" for one without a name, its own or that of what it is an instance of.
  var name: String { Self.text(with(swtrace_dwarf_diename)) ?? "" }

  /// Whether its name is what the bytes, which end in a 0, say.
  func isNamed(_ name: UnsafePointer<CChar>) -> Bool {
    with { die in swtrace_dwarf_diename(die).map { strncmp($0, name, Self.maximumName) == 0 } ?? false }
  }

  // MARK: - Attributes

  /// An attribute of its own; with `inherited` also of what it is an instance of.
  private func attribute(_ name: Int, inherited: Bool = true) -> Dwarf_Attribute? {
    var attribute = Dwarf_Attribute()
    let found = with {
      inherited
        ? swtrace_dwarf_attr_integrate($0, UInt32(name), &attribute) : swtrace_dwarf_attr($0, UInt32(name), &attribute)
    }
    return found == nil ? nil : attribute
  }

  func has(_ name: Int, inherited: Bool = true) -> Bool { attribute(name, inherited: inherited) != nil }

  func flag(_ name: Int) -> Bool {
    guard var attribute = attribute(name) else { return false }
    var value = false
    return swtrace_dwarf_formflag(&attribute, &value) == 0 && value
  }

  func number(_ name: Int) -> UInt64? {
    guard var attribute = attribute(name) else { return nil }
    var value: Dwarf_Word = 0
    return swtrace_dwarf_formudata(&attribute, &value) == 0 ? value : nil
  }

  /// With the sign, where the form of the attribute has one.
  func signedNumber(_ name: Int) -> (value: Int64, isSigned: Bool)? {
    guard var attribute = attribute(name) else { return nil }
    let form = Int(swtrace_dwarf_whatform(&attribute))
    if form == DW_FORM_sdata || form == DW_FORM_implicit_const {
      var value: Dwarf_Sword = 0
      return swtrace_dwarf_formsdata(&attribute, &value) == 0 ? (value, true) : nil
    }
    var value: Dwarf_Word = 0
    return swtrace_dwarf_formudata(&attribute, &value) == 0 ? (Int64(bitPattern: value), false) : nil
  }

  func address(_ name: Int) -> UInt64? {
    guard var attribute = attribute(name, inherited: false) else { return nil }
    var value: Dwarf_Addr = 0
    return swtrace_dwarf_formaddr(&attribute, &value) == 0 ? value : nil
  }

  func string(_ name: Int, inherited: Bool = true) -> String? {
    guard var attribute = attribute(name, inherited: inherited) else { return nil }
    return Self.text(swtrace_dwarf_formstring(&attribute))
  }

  /// The entry that an attribute names.
  func entry(_ name: Int, inherited: Bool = true) -> DebugEntry? {
    guard var attribute = attribute(name, inherited: inherited) else { return nil }
    var result = Dwarf_Die()
    return swtrace_dwarf_formref_die(&attribute, &result) == nil ? nil : DebugEntry(result)
  }

  /// What it is of: DW_AT_type.
  var type: DebugEntry? { entry(DW_AT_type) }

  /// What DW_AT_location or the like says for a place in the code, and whether that is for this place alone; `nil` where it
  /// says nothing, or several things.
  func expression(_ name: Int, at address: UInt64) -> (operations: [Dwarf_Op], isForPlace: Bool)? {
    guard var attribute = attribute(name, inherited: false) else { return nil }
    var operations: UnsafeMutablePointer<Dwarf_Op>?
    var count = 0
    guard swtrace_dwarf_getlocation_addr(&attribute, address, &operations, &count, 1) == 1, let operations else {
      return nil
    }
    let isWhole = [DW_FORM_exprloc, DW_FORM_block, DW_FORM_block1, DW_FORM_block2, DW_FORM_block4].contains(
      Int(swtrace_dwarf_whatform(&attribute)))
    return (Array(UnsafeBufferPointer(start: operations, count: count)), !isWhole)
  }

  /// The one expression that an attribute has for all places.
  func expression(_ name: Int) -> [Dwarf_Op]? {
    guard var attribute = attribute(name) else { return nil }
    var operations: UnsafeMutablePointer<Dwarf_Op>?
    var count = 0
    guard swtrace_dwarf_getlocation(&attribute, &operations, &count) == 0, let operations else { return nil }
    return Array(UnsafeBufferPointer(start: operations, count: count))
  }

  // MARK: - Code

  /// Where its code is; more ranges than a few thousand are not read.
  var ranges: [Range<UInt64>] {
    with { die in
      var ranges: [Range<UInt64>] = []
      var base: Dwarf_Addr = 0
      var position = 0
      for _ in 0..<4096 {
        var (start, end): (Dwarf_Addr, Dwarf_Addr) = (0, 0)
        position = swtrace_dwarf_ranges(die, position, &base, &start, &end)
        guard position > 0 else { break }
        if start < end { ranges.append(start..<end) }
      }
      return ranges
    }
  }

  func contains(_ address: UInt64) -> Bool { with { swtrace_dwarf_haspc($0, address) } > 0 }

  /// Where its code is entered.
  var entryAddress: UInt64? {
    if let address = address(DW_AT_entry_pc) { return address }
    let start = address(DW_AT_low_pc) ?? ranges.first?.lowerBound
    // Since DWARF 5 it may say how far from the start that is.
    if has(DW_AT_entry_pc, inherited: false), let start, let distance = number(DW_AT_entry_pc) {
      return start &+ distance
    }
    return start
  }

  /// The path of the file that declares it. `dwarf_decl_file` ends the process where the list of files is damaged.
  var declaringFile: String? {
    guard let index = number(DW_AT_decl_file), index > 0, index <= UInt64(Int32.max), let unit = compilation else {
      return nil
    }
    return unit.with { die in
      var files: OpaquePointer?
      var count = 0
      guard swtrace_dwarf_getsrcfiles(die, &files, &count) == 0, let files, Int(index) < count else { return nil }
      return Self.text(swtrace_dwarf_filesrc(files, Int(index), nil, nil))
    }
  }

  // MARK: - Entries in it

  /// Calls `body` with each entry right below it, until it returns false.
  func forEachChild(_ body: (DebugEntry) -> Bool) {
    var next = Dwarf_Die()
    guard with({ swtrace_dwarf_child($0, &next) }) == 0 else { return }
    var last: UInt64 = 0
    while true {
      let entry = DebugEntry(next)
      // In damaged files one may name an earlier one as the next.
      let offset = entry.offset
      guard offset > last, body(entry) else { return }
      last = offset
      var current = next
      guard swtrace_dwarf_siblingof(&current, &next) == 0 else { return }
    }
  }

  func children(_ tag: Int, limit: Int = .max) -> [DebugEntry] {
    var found: [DebugEntry] = []
    forEachChild { child in
      if child.tag == tag { found.append(child) }
      return found.count < limit
    }
    return found
  }
}

extension DebugEntry {
  /// Whether it is a part of a program whose names are known outside by its own: a namespace, class or the like.
  var isScope: Bool {
    [
      DW_TAG_namespace, DW_TAG_module, DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type,
      DW_TAG_enumeration_type,
    ].contains(tag)
  }

  var isRecord: Bool { [DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type].contains(tag) }

  var isDeclaration: Bool { has(DW_AT_declaration, inherited: false) }

  /// What it was compiled from: DW_LANG_...
  var language: Int { Int(clamping: compilation?.number(DW_AT_language) ?? 0) }
}
