import CElfutils
import Glibc
import Symbolizer
import TraceLang

/// What a binary's debug information says, read as far as it is asked for.
///
/// All of it may be damaged: references lead in circles, sizes and depths are any. What is followed here has a bound, and
/// libdw is asked with a guard (`swtrace_dwarf_...`), since it crashes over some of it: `swtrace_libdw_crashed` tells.
final class DebugInformation {
  let path: String
  let architecture: Machine.Architecture
  /// `Dwarf *`
  let dwarf: OpaquePointer
  /// The file that has the information.
  private let image: DebugImage
  /// The binary itself, whose tables for unwinding the other file does not have.
  private let binary: DebugImage
  /// `Dwarf_CFI *` of either.
  private(set) lazy var unwinding: [OpaquePointer] = [swtrace_dwarf_getcfi_elf(binary.elf)].compactMap { $0 }

  /// Units of code in the order of the file, and then of its supplement; of split ones what stands in their place.
  private(set) lazy var units = findUnits(of: dwarf) + (swtrace_dwarf_getalt(dwarf).map { findUnits(of: $0) } ?? [])
  /// By the start of code.
  private lazy var unitRanges = findUnitRanges()
  private var isLost = false
  /// By `Dwarf_CU *`: the place in the file itself of the unit that another file has the rest of.
  private var splitUnits: [OpaquePointer: UInt64] = [:]
  /// By `Dwarf *`: the same of the first unit that the other file has the rest of.
  private var splitFiles: [OpaquePointer: UInt64] = [:]
  private var functionsOfUnits: [UInt64: [CodeRange]] = [:]
  private var scopesOfUnits: [UInt64: [UInt64: String]] = [:]
  var weights: [UInt64: Int?] = [:]

  struct CodeRange {
    let range: Range<UInt64>
    let entry: DebugEntry
  }

  /// Deeper entries are not looked for.
  static let maximumDepth = 32

  /// - Parameters:
  ///   - image: the file that has what there is of the binary at `path`.
  /// - Returns: `nil` for a file that has none.
  init?(_ path: String, _ architecture: Machine.Architecture, binary: DebugImage, image: DebugImage) {
    guard let dwarf = image.dwarf else { return nil }
    self.path = path
    self.architecture = architecture
    self.binary = binary
    self.image = image
    self.dwarf = dwarf
  }

  /// Leaves what libdw has as it is, for good: it crashed.
  func abandon() {
    isLost = true
    image.abandon()
    binary.abandon()
  }

  deinit {
    if isLost { return }
    for table in unwinding { dwarf_cfi_end(table) }
  }

  // MARK: - Units

  private func findUnits(of dwarf: OpaquePointer) -> [DebugEntry] {
    var found: [DebugEntry] = []
    var unit: OpaquePointer?
    while true {
      var next: OpaquePointer?
      var die = Dwarf_Die()
      var type: UInt8 = 0
      guard swtrace_dwarf_get_units(dwarf, unit, &next, nil, &type, &die, nil) == 0, let next, next != unit else {
        break
      }
      unit = next
      if [DW_UT_compile, DW_UT_skeleton, DW_UT_partial].contains(Int(type)) { found.append(DebugEntry(die)) }
    }
    return found
  }

  private func findUnitRanges() -> [CodeRange] {
    units.flatMap { unit in unit.ranges.map { CodeRange(range: $0, entry: unit) } }
      .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
  }

  func unit(at address: UInt64) -> DebugEntry? {
    var die = Dwarf_Die()
    if swtrace_dwarf_addrdie(dwarf, address, &die) != nil { return DebugEntry(die) }
    return Self.innermost(unitRanges, at: address)
  }

  /// Of ranges by their start the last that has an address; such as lie in each other do not overlap in many.
  private static func innermost(_ ranges: [CodeRange], at address: UInt64) -> DebugEntry? {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].range.lowerBound <= address { low = middle + 1 } else { high = middle }
    }
    return ranges[..<low].suffix(64).last { $0.range.contains(address) }?.entry
  }

  /// A unit with all that is in it, also where that lies in a file of its own.
  func whole(_ unit: DebugEntry) -> DebugEntry {
    var type: UInt8 = 0
    guard let handle = unit.unit, swtrace_dwarf_cu_info(handle, nil, &type, nil, nil, nil, nil, nil) == 0,
      Int(type) == DW_UT_skeleton
    else { return unit }
    var split = Dwarf_Die()
    guard unit.with(swtrace_dwarf_can_be_joined) != 0,
      swtrace_dwarf_cu_info(handle, nil, nil, nil, &split, nil, nil, nil) == 0, let rest = split.cu
    else { return unit }
    splitUnits[rest] = unit.offset
    return DebugEntry(split)
  }

  /// Why nothing is known of the functions of the unit that has an address, where its other part is not read.
  func missing(at address: UInt64) -> [String] {
    guard let unit = unit(at: address), let part = unit.string(DW_AT_dwo_name) ?? unit.string(DW_AT_GNU_dwo_name),
      whole(unit).owner == dwarf
    else { return [] }
    let version = DebugImage.libraryVersion
    let package = image.packagePath.map { path in
      DebugImage.readsPackages
        ? "'\(path)' does not have it"
        : "'\(path)' is not read: libdw 0.\(version), which this is linked with, cannot, and 0.191 can"
    }
    return ["its debug information is in '\(part)', which is not found"] + (package.map { [$0] } ?? [])
  }

  // MARK: - Numbers for entries

  /// In the upper half of an entry's number: in the file shared with others (dwz), in .debug_types, else the unit that is
  /// split, or 0.
  private static let shared: UInt64 = 0xFFFF_FFFF
  private static let types: UInt64 = 0xFFFF_FFFE

  /// What tells an entry from all others of the binary, in every process; `nil` for one that cannot be told.
  func number(of entry: DebugEntry) -> UInt64? {
    let offset = entry.offset
    guard offset > 0, offset <= UInt64(UInt32.max), let owner = entry.owner else { return nil }
    if owner == dwarf {
      var (type, version): (UInt8, Dwarf_Half) = (0, 0)
      guard let unit = entry.unit, swtrace_dwarf_cu_info(unit, &version, &type, nil, nil, nil, nil, nil) == 0 else {
        return nil
      }
      return Int(type) == DW_UT_type && version < 5 ? Self.types << 32 | offset : offset
    }
    if owner == swtrace_dwarf_getalt(dwarf) { return Self.shared << 32 | offset }
    guard let unit = entry.unit.flatMap({ splitUnits[$0] }) ?? firstUnit(in: owner), unit < Self.types - 1 else {
      return nil
    }
    return (unit + 1) << 32 | offset
  }

  /// Where the first unit is that another file has the rest of: that of units of types there, which nothing here stands for.
  private func firstUnit(in owner: OpaquePointer) -> UInt64? {
    if let known = splitFiles[owner] { return known }
    // A file of one unit is known by that; a package (.dwp) has all.
    let found =
      image.packagePath == nil
      ? splitUnits.first { swtrace_dwarf_cu_getdwarf($0.key) == owner }?.value
      : units.first { whole($0).owner == owner }?.offset
    splitFiles[owner] = found
    return found
  }

  func entry(numbered number: UInt64) -> DebugEntry? {
    let offset = number & 0xFFFF_FFFF
    var die = Dwarf_Die()
    switch number >> 32 {
    case 0: return swtrace_dwarf_offdie(dwarf, offset, &die) == nil ? nil : DebugEntry(die)
    case Self.types: return swtrace_dwarf_offdie_types(dwarf, offset, &die) == nil ? nil : DebugEntry(die)
    case Self.shared:
      guard let other = swtrace_dwarf_getalt(dwarf) else { return nil }
      return swtrace_dwarf_offdie(other, offset, &die) == nil ? nil : DebugEntry(die)
    case let unit:
      guard swtrace_dwarf_offdie(dwarf, unit - 1, &die) != nil, let owner = whole(DebugEntry(die)).owner, owner != dwarf
      else {
        return nil
      }
      return swtrace_dwarf_offdie(owner, offset, &die) == nil ? nil : DebugEntry(die)
    }
  }

  // MARK: - Functions

  /// The function that the code at an address belongs to.
  func function(at address: UInt64) -> DebugEntry? {
    guard let unit = unit(at: address) else { return nil }
    let key = unit.offset
    if functionsOfUnits[key] == nil {
      var found: [CodeRange] = []
      forEachInScopes(of: whole(unit)) { entry, _ in
        if entry.tag == DW_TAG_subprogram {
          for range in entry.ranges { found.append(CodeRange(range: range, entry: entry)) }
        }
        return true
      }
      functionsOfUnits[key] = found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
    return Self.innermost(functionsOfUnits[key] ?? [], at: address)
  }

  /// The functions that begin with code at an address as parts of others, the outermost first.
  func inlined(at address: UInt64, in function: DebugEntry) -> [DebugEntry] {
    var found: [DebugEntry] = []
    var next: DebugEntry? = function
    for _ in 0..<256 {
      guard let outer = next else { break }
      next = nil
      outer.forEachChild { child in
        switch child.tag {
        // The first instruction may be counted among those of what is around it.
        case DW_TAG_inlined_subroutine where child.contains(address) || child.entryAddress == address:
          found.append(child)
          next = child
        case DW_TAG_lexical_block where child.contains(address): next = child
        default: break
        }
        return next == nil
      }
    }
    return found
  }

  /// What has the code that a function begins with at an address as part of another one.
  func inlined(_ name: String, at address: UInt64, in function: DebugEntry) -> DebugEntry? {
    var found: DebugEntry?
    func walk(_ outer: DebugEntry, _ depth: Int) {
      outer.forEachChild { child in
        guard [DW_TAG_inlined_subroutine, DW_TAG_lexical_block].contains(child.tag) else { return true }
        if child.tag == DW_TAG_inlined_subroutine, child.entryAddress == address, sourceNames(of: child).contains(name)
        {
          found = child
        } else if depth < 64 {
          walk(child, depth + 1)
        }
        return found == nil
      }
    }
    walk(function, 0)
    return found
  }

  /// Calls `body` with each entry of a unit or of a namespace or class in it, and the name of that: "ns::C::", until it
  /// returns false.
  func forEachInScopes(of unit: DebugEntry, _ body: (DebugEntry, String) -> Bool) {
    var goesOn = true
    func walk(_ outer: DebugEntry, _ prefix: String, _ depth: Int) {
      outer.forEachChild { child in
        goesOn = body(child, prefix)
        if goesOn, depth < Self.maximumDepth, child.isScope, !child.isDeclaration || child.tag == DW_TAG_namespace {
          let name = child.name
          walk(child, name.isEmpty ? prefix : "\(prefix)\(name)::", depth + 1)
        }
        return goesOn
      }
    }
    walk(unit, "", 0)
  }

  /// What an entry's name is in, where its language has such: "ns::C::".
  func scope(of entry: DebugEntry) -> String {
    guard let unit = entry.compilation, Self.hasScopes(unit) else { return "" }
    guard let key = number(of: unit) else { return "" }
    if scopesOfUnits[key] == nil {
      var scopes: [UInt64: String] = [:]
      forEachInScopes(of: unit) { entry, prefix in
        if !prefix.isEmpty { scopes[entry.offset] = prefix }
        return true
      }
      scopesOfUnits[key] = scopes
    }
    return scopesOfUnits[key]?[entry.offset] ?? ""
  }

  /// Whether names in a unit lie in namespaces.
  static func hasScopes(_ unit: DebugEntry) -> Bool {
    isCPlusPlus(Int(clamping: unit.number(DW_AT_language) ?? 0)) || unit.language == DW_LANG_Rust
  }

  static func isCPlusPlus(_ language: Int) -> Bool {
    // DW_LANG_C_plus_plus_17 and _20, which are newer than these headers.
    [DW_LANG_C_plus_plus, DW_LANG_C_plus_plus_03, DW_LANG_C_plus_plus_11, DW_LANG_C_plus_plus_14, 0x2a, 0x2b].contains(
      language)
  }
}
