import CElfutils
import Glibc
import Symbolizer
import TraceLang

// Places in the code that functions and lines of the source stand for.
extension DebugInformation {
  /// More places of one name are not looked for.
  private static let maximumSites = 1 << 14

  /// Where functions are whose names suit: their own code, and where others have them inlined.
  /// - Parameters:
  ///   - name: what their names end with, apart from what a demangler makes of them.
  ///   - known: where those of them are that have a symbol.
  ///   - suits: whether one is meant, by its symbol's name and the source's with its parameters.
  func sites(
    last name: String, known: [UInt64], _ offset: (UInt64) -> UInt64?,
    where suits: (_ symbol: String, _ source: String) -> Bool
  ) -> [DebugSite] {
    var sites: [DebugSite] = []
    for unit in unitsThatMayHave(known) {
      let unit = whole(unit)
      var roots: [(entry: DebugEntry, symbol: String, source: String)] = []
      let hasScopes = Self.hasScopes(unit)
      func look(_ entry: DebugEntry, _ prefix: String) -> Bool {
        guard entry.tag == DW_TAG_subprogram, isCandidate(entry, name) else { return true }
        let symbol = entry.string(DW_AT_linkage_name) ?? entry.string(DW_AT_MIPS_linkage_name) ?? entry.name
        let source = Demangler.text(of: symbol) ?? sourceName(entry, hasScopes ? scope(ofFunction: entry, prefix) : "")
        guard suits(symbol, source) else { return true }
        if entry.has(DW_AT_inline, inherited: false) {
          roots.append((entry, symbol, source))
        } else if let address = entry.entryAddress, let offset = offset(address) {
          sites.append(
            DebugSite(name: symbol, demangled: source == symbol ? nil : source, offset: offset, isInlined: false))
        }
        return sites.count < Self.maximumSites
      }
      if hasScopes { forEachInScopes(of: unit, look) } else { unit.forEachChild { look($0, "") } }
      for root in roots {
        // What whole programs are compiled as one shares its functions between units.
        let places = unit.ranges.isEmpty && units.count > 1 ? inlinedAnywhere(root.entry) : inlined(root.entry)
        for address in places where sites.count < Self.maximumSites {
          guard let offset = offset(address) else { continue }
          sites.append(
            DebugSite(
              name: root.symbol, demangled: root.source == root.symbol ? nil : root.source, offset: offset,
              isInlined: true))
        }
      }
    }
    var seen: Set<UInt64> = []
    return sites.sorted { ($0.isInlined ? 1 : 0, $0.offset) < ($1.isInlined ? 1 : 0, $1.offset) }
      .filter { seen.insert($0.offset).inserted }
      .sorted { ($0.demangled ?? $0.name, $0.name, $0.offset) < ($1.demangled ?? $1.name, $1.name, $1.offset) }
  }

  /// The units that may have more of functions at some places than is there.
  ///
  /// What is written in the file that a unit is of is nowhere else, unless all units are compiled as one, which then is of
  /// no file. So files with the information of a million functions need not be read for each.
  private func unitsThatMayHave(_ known: [UInt64]) -> [DebugEntry] {
    if known.isEmpty { return units }
    var found: [UInt64: DebugEntry] = [:]
    for address in known {
      guard let unit = unit(at: address), let function = function(at: address), let file = function.declaringFile,
        let own = function.compilation?.name, !own.isEmpty, Self.ends(file, with: own) || Self.ends(own, with: file)
      else { return units }
      found[unit.offset] = unit
    }
    return found.values.sorted { $0.offset < $1.offset }.flatMap { [$0] + imports(of: $0) }
  }

  /// The parts of a unit that it shares with others (dwz), those of their parts as well.
  private func imports(of unit: DebugEntry) -> [DebugEntry] {
    var found: [DebugEntry] = []
    var seen: Set<UInt64> = []
    func walk(_ unit: DebugEntry, _ depth: Int) {
      unit.forEachChild { child in
        if child.tag == DW_TAG_imported_unit, let part = child.entry(DW_AT_import, inherited: false),
          let number = number(of: part), seen.insert(number).inserted
        {
          found.append(part)
          if depth < Self.maximumDepth { walk(part, depth + 1) }
        }
        return true
      }
    }
    walk(unit, 0)
    return found
  }

  private func isCandidate(_ entry: DebugEntry, _ name: String) -> Bool {
    if name.isEmpty { return true }
    return name.withCString { entry.isNamed($0) } || entry.string(DW_AT_linkage_name) == name
  }

  /// The namespace of a function, which a definition outside of its class does not stand in.
  private func scope(ofFunction entry: DebugEntry, _ prefix: String) -> String {
    let declared = entry.entry(DW_AT_specification) ?? entry
    return declared.offset == entry.offset ? prefix : scope(of: declared)
  }

  /// "ns::f(int)", for what has no name for the linker.
  private func sourceName(_ function: DebugEntry, _ scope: String) -> String {
    guard Self.isCPlusPlus(function.language) else { return scope + function.name }
    let parameters = function.children(DW_TAG_formal_parameter, limit: 64).filter { !$0.flag(DW_AT_artificial) }
    return "\(scope)\(function.name)(\(parameters.map { text($0.type) }.joined(separator: ", ")))"
  }

  /// Where a function's code begins in others of its unit.
  private func inlined(_ function: DebugEntry) -> [UInt64] {
    var instances: UnsafeMutablePointer<Dwarf_Die>?
    let count = function.with { swtrace_inline_instances($0, &instances, Self.maximumSites) }
    defer { free(instances) }
    return UnsafeBufferPointer(start: instances, count: Int(count)).compactMap { DebugEntry($0).entryAddress }
  }

  /// The same in all units.
  private func inlinedAnywhere(_ function: DebugEntry) -> [UInt64] {
    var found: [UInt64] = []
    let number = number(of: function)
    func walk(_ outer: DebugEntry, _ depth: Int) {
      outer.forEachChild { child in
        if child.tag == DW_TAG_inlined_subroutine, let origin = child.entry(DW_AT_abstract_origin, inherited: false),
          self.number(of: origin) == number, let address = child.entryAddress
        {
          found.append(address)
        }
        if depth < 64, child.isScope || Self.hasCode.contains(child.tag) { walk(child, depth + 1) }
        return found.count < Self.maximumSites
      }
    }
    for unit in units { walk(whole(unit), 0) }
    return found
  }

  private static let hasCode: Set<Int> = [DW_TAG_subprogram, DW_TAG_inlined_subroutine, DW_TAG_lexical_block]

  // MARK: - Lines

  private struct Row {
    let address: UInt64
    let isStatement: Bool
  }

  /// The code of a line of a file, given as the end of its path; of a column, where that is not 0.
  func place(_ file: String, _ line: Int, _ column: Int, _ offset: (UInt64) -> UInt64?) -> SourcePlace {
    // Most lines are of the files that units are named after. Of others, such as headers, all units may have some.
    let own = units.filter { Self.ends($0.name, with: file) || Self.ends(whole($0).name, with: file) }
    let found = place(in: own, file, line, column, offset)
    return found.sites.isEmpty && own.count < units.count ? place(in: units, file, line, column, offset) : found
  }

  private func place(
    in units: [DebugEntry], _ file: String, _ line: Int, _ column: Int, _ offset: (UInt64) -> UInt64?
  ) -> SourcePlace {
    var files: Set<String> = []
    var rows: [Row] = []
    var near: Set<Int> = []
    for unit in units {
      var suits: [UnsafePointer<CChar>: Bool] = [:]
      Self.forEachLine(of: unit) { entry, source in
        if suits[source] == nil {
          let path = String(systemCString: source)
          suits[source] = Self.ends(path, with: file)
          if suits[source] == true { files.insert(Self.shortened(path)) }
        }
        guard suits[source] == true else { return }
        var (number, position, address): (Int32, Int32, Dwarf_Addr) = (0, 0, 0)
        var (isStatement, isEnd) = (false, false)
        guard swtrace_dwarf_lineno(entry, &number) == 0, swtrace_dwarf_linecol(entry, &position) == 0,
          swtrace_dwarf_lineaddr(entry, &address) == 0, swtrace_dwarf_linebeginstatement(entry, &isStatement) == 0,
          swtrace_dwarf_lineendsequence(entry, &isEnd) == 0, !isEnd, number > 0
        else { return }
        if Int(number) != line {
          if column == 0 { near.insert(Int(number)) }
        } else if column != 0, Int(position) != column {
          near.insert(Int(position))
        } else {
          rows.append(Row(address: address, isStatement: isStatement))
        }
      }
    }
    if files.count > 1 || rows.isEmpty {
      let wanted = column == 0 ? line : column
      let next = [near.filter { $0 < wanted }.max(), near.filter { $0 > wanted }.min()].compactMap { $0 }
      return SourcePlace(files: files.sorted(), sites: [], near: rows.isEmpty ? next : [])
    }
    if rows.contains(where: \.isStatement) { rows.removeAll { !$0.isStatement } }
    return SourcePlace(files: files.sorted(), sites: sites(of: rows, line, offset), near: [])
  }

  /// The first of the rows in each function and each part of it that is one inlined there.
  private func sites(of rows: [Row], _ line: Int, _ offset: (UInt64) -> UInt64?) -> [DebugSite] {
    struct Code: Hashable {
      let function: UInt64?
      let parts: [UInt64]
    }
    var seen: Set<Code> = []
    var sites: [DebugSite] = []
    for address in Set(rows.map(\.address)).sorted() where sites.count < Self.maximumSites {
      let function = function(at: address)
      var parts = function.map { inlined(at: address, in: $0) } ?? []
      // The line on which a function is called is not in it.
      while let last = parts.last, last.entryAddress == address, last.number(DW_AT_call_line) == UInt64(line) {
        parts.removeLast()
      }
      let code = Code(function: function.flatMap { number(of: $0) }, parts: parts.compactMap { number(of: $0) })
      guard function == nil || seen.insert(code).inserted, let place = offset(address) else { continue }
      let innermost = parts.last ?? function
      let symbol = innermost.flatMap { sourceNames(of: $0).first } ?? ""
      sites.append(
        DebugSite(name: symbol, demangled: Demangler.text(of: symbol), offset: place, isInlined: !parts.isEmpty))
    }
    return sites
  }

  private static func forEachLine(of unit: DebugEntry, _ body: (OpaquePointer, UnsafePointer<CChar>) -> Void) {
    unit.with { die in
      var lines: OpaquePointer?
      var count = 0
      guard swtrace_dwarf_getsrclines(die, &lines, &count) == 0, let lines else { return }
      for index in 0..<count {
        guard let line = swtrace_dwarf_onesrcline(lines, index), let source = swtrace_dwarf_linesrc(line, nil, nil)
        else { continue }
        body(line, source)
      }
    }
  }

  /// Whether a path is, from some folder on, the one that is asked for.
  static func ends(_ path: String, with end: String) -> Bool {
    let path = shortened(path)
    let end = shortened(end)
    return path == end || !end.hasPrefix("/") && path.hasSuffix("/" + end)
  }

  /// Without "./" and "..".
  private static func shortened(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The files that units are named after, sorted.
  var sources: [String] { Set(units.map { Self.shortened(whole($0).name) }).filter { !$0.isEmpty }.sorted() }
}
