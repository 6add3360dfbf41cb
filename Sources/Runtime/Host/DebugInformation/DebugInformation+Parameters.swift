import CElfutils
import TraceLang

// Where a function's parameters are.
extension DebugInformation {
  /// More parameters are not read.
  private static let maximumParameters = 1024

  /// The function that the code at an address belongs to, and its parameters there.
  /// - Parameter inlined: the name of one that begins there as part of it.
  func function(at address: UInt64, inlined: String?) -> DebugFunction? {
    guard let function = function(at: address) else { return nil }
    guard let inlined else {
      return described(function, parameters(of: function, at: address, isEntered: function.entryAddress == address))
    }
    // A line's code may begin in the middle of it.
    let part =
      self.inlined(inlined, at: address, in: function)
      ?? self.inlined(at: address, in: function).last { sourceNames(of: $0).contains(inlined) }
    guard let part else { return nil }
    let places = parameterEntries(of: part).map {
      ($0, place(of: $0, at: address, in: function) ?? .unreadable(.optimizedAway))
    }
    return described(part, places)
  }

  private func described(_ function: DebugEntry, _ parameters: [(DebugEntry, ParameterPlace)]) -> DebugFunction {
    let result = languageType(function.type)
    return DebugFunction(
      name: function.name,
      parameters: parameters.enumerated().map { number, parameter in
        let (entry, place) = parameter
        let type = languageType(entry.type)
        let name = entry.name
        return DebugParameter(
          name: name.isEmpty ? "arg\(number)" : name, type: type == .void ? .uint64 : type, declared: text(entry.type),
          place: place)
      }, result: result == .void ? nil : result)
  }

  /// What it may be named by: its symbol's name and the source's.
  func sourceNames(of function: DebugEntry) -> [String] {
    [function.string(DW_AT_linkage_name), function.string(DW_AT_MIPS_linkage_name), function.name].compactMap { $0 }
  }

  private func parameterEntries(of function: DebugEntry) -> [DebugEntry] {
    var source: DebugEntry? = function
    for _ in 0..<4 {
      guard let entry = source else { break }
      let found = entry.children(DW_TAG_formal_parameter, limit: Self.maximumParameters)
      // Go has results among them, by this attribute.
      if !found.isEmpty { return found.filter { !isGo(function) || !$0.flag(DW_AT_variable_parameter) } }
      source =
        entry.entry(DW_AT_abstract_origin, inherited: false) ?? entry.entry(DW_AT_specification, inherited: false)
    }
    return []
  }

  private func isGo(_ entry: DebugEntry) -> Bool { entry.language == DW_LANG_Go }

  private func parameters(
    of function: DebugEntry, at address: UInt64, isEntered: Bool
  ) -> [(DebugEntry, ParameterPlace)] {
    let entries = parameterEntries(of: function)
    let told = entries.map { place(of: $0, at: address, in: function, isEntered: isEntered) }
    guard isEntered else { return Array(zip(entries, told.map { $0 ?? .unreadable(.optimizedAway) })) }
    let usual = convention(of: function).places(of: entries.map { handed($0.type) })
    // A function that is handed one thing in another way than usual was made by the compiler out of the source's.
    let isUsual = zip(told, usual).allSatisfy { told, usual in told.map { agrees($0, usual) } ?? true }
    let places = zip(told, usual).map { told, usual in told ?? (isUsual ? usual : .unreadable(.optimizedAway)) }
    return Array(zip(entries, places))
  }

  private func agrees(_ told: ParameterPlace, _ usual: ParameterPlace) -> Bool {
    if case .unreadable = told { return true }
    if case .constant = usual { return true }
    return usual == .unreadable(.unknown) || told == usual
  }

  // MARK: - The convention

  private func convention(of function: DebugEntry) -> CallingConvention {
    guard isGo(function) else {
      return .c(architecture, isResultHidden: isReturnedInMemory(function.type))
    }
    let producer = function.compilation?.string(DW_AT_producer) ?? ""
    let version = producer.split(separator: " ").lazy.filter { $0.hasPrefix("go1.") }
      .compactMap { Int($0.dropFirst(4).prefix { $0.isNumber }) }.first
    return .go(architecture, usesRegisters: version.map { $0 >= 17 } ?? true)
  }

  private func isReturnedInMemory(_ type: DebugEntry?) -> Bool {
    switch kind(type) {
    case .memory, .reference: true
    case .word, .floating, .words, .nothing, .unknown: false
    }
  }

  private func handed(_ type: DebugEntry?) -> (kind: CallingConvention.Kind, size: Int, alignment: Int) {
    let size = underlying(type).map { $0.tag == DW_TAG_pointer_type ? 8 : extent(of: $0) ?? 8 } ?? 8
    var scalars: [Scalar] = []
    let alignment = gather(type, at: 0, into: &scalars, depth: 0) ? scalars.map(\.size).max() ?? 1 : 8
    return (kind(type), size, min(max(alignment, 1), 16))
  }

  /// DW_CC_pass_by_reference and DW_CC_pass_by_value, which older headers do not have.
  private static let byReference: UInt64 = 4
  private static let byValue: UInt64 = 5

  private func kind(_ entry: DebugEntry?) -> CallingConvention.Kind {
    guard let type = underlying(entry) else { return .unknown }
    switch type.tag {
    case DW_TAG_pointer_type, DW_TAG_reference_type, DW_TAG_rvalue_reference_type, DW_TAG_enumeration_type,
      DW_TAG_unspecified_type, DW_TAG_subroutine_type:
      return .word
    case DW_TAG_ptr_to_member_type:
      return underlying(type.type)?.tag == DW_TAG_subroutine_type ? .words([.number, .number]) : .word
    case DW_TAG_base_type, DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type, DW_TAG_array_type:
      break
    default: return .unknown
    }
    guard let size = extent(of: type) else { return .unknown }
    if isGo(type) { return goKind(type, size) }
    if type.tag == DW_TAG_base_type { return baseKind(type, size) }
    if type.language == DW_LANG_Rust { return rustKind(type, size) }
    if Self.isCPlusPlus(type.language) {
      switch type.number(DW_AT_calling_convention) {
      case Self.byReference: return .reference
      case Self.byValue: break
      default: if isCopiedByFunction(type) { return .reference }
      }
    }
    return recordKind(type, size)
  }

  /// Whether values of a C++ class are made and destroyed by functions of its own (Itanium C++ ABI, "non-trivial for the
  /// purposes of calls"), told by what it declares.
  private func isCopiedByFunction(_ entry: DebugEntry?, depth: Int = 0) -> Bool {
    guard depth < Self.maximumDepth, let type = underlying(entry), type.isRecord else { return false }
    var isCopied = false
    let name = type.name
    type.forEachChild { child in
      switch child.tag {
      case DW_TAG_subprogram where !child.flag(DW_AT_artificial) && !child.has(DW_AT_defaulted):
        let parameters = child.children(DW_TAG_formal_parameter, limit: 2)
        let copies = parameters.count == 2 && child.name == name && isReference(parameters[1].type, to: type)
        isCopied = copies || child.name.hasPrefix("~") || child.has(DW_AT_virtuality)
      case DW_TAG_inheritance:
        isCopied = child.has(DW_AT_virtuality) || isCopiedByFunction(child.type, depth: depth + 1)
      case DW_TAG_member where !child.has(DW_AT_external, inherited: false):
        isCopied = isCopiedByFunction(child.type, depth: depth + 1)
      default: break
      }
      return !isCopied
    }
    return isCopied
  }

  private func isReference(_ entry: DebugEntry?, to type: DebugEntry) -> Bool {
    guard let reference = underlying(entry),
      [DW_TAG_reference_type, DW_TAG_rvalue_reference_type].contains(reference.tag)
    else { return false }
    return underlying(reference.type)?.offset == type.offset
  }

  private func extent(of type: DebugEntry) -> Int? {
    guard type.tag != DW_TAG_array_type else {
      return languageType(type).size { self.layout(of: $0) }
    }
    return type.number(DW_AT_byte_size).flatMap { $0 <= 1 << 28 ? Int($0) : nil }
  }

  private func layout(of reference: RecordReference) -> Int {
    guard case .debug(_, let number, _) = reference else { return 0 }
    return layout(of: number)?.size ?? 0
  }

  private func baseKind(_ type: DebugEntry, _ size: Int) -> CallingConvention.Kind {
    switch Int(clamping: type.number(DW_AT_encoding) ?? 0) {
    case DW_ATE_float:
      if size <= 8 { return .floating }
      // The x87 form on x86-64; elsewhere a register of its own holds 16 bytes.
      return architecture == .x86_64 ? .memory(alignment: 16) : .floating
    case DW_ATE_complex_float, DW_ATE_decimal_float: return .unknown
    default: return size <= 8 ? .word : size == 16 ? .words([.number, .number]) : .unknown
    }
  }

  private func recordKind(_ type: DebugEntry, _ size: Int) -> CallingConvention.Kind {
    if size == 0 { return Self.isCPlusPlus(type.language) ? .unknown : .nothing }
    var scalars: [Scalar] = []
    guard gather(type, at: 0, into: &scalars, depth: 0) else { return .unknown }
    let alignment = scalars.map(\.size).max() ?? 1
    switch architecture {
    case .x86_64:
      if size > 16 || scalars.contains(where: { $0.offset % $0.size != 0 || $0.size > 8 && $0.isFloating }) {
        return .memory(alignment: alignment)
      }
      return .words(
        (0..<(size + 7) / 8).map { word in
          let here = scalars.filter { $0.offset / 8 == word || $0.size > 8 }
          return !here.isEmpty && here.allSatisfy(\.isFloating) ? .floating : .number
        })
    case .aarch64:
      if scalars.allSatisfy(\.isFloating), scalars.count <= 4, Set(scalars.map(\.size)).count == 1 {
        return .words(scalars.map { _ in .floating })
      }
      return size > 16 ? .reference : .words(Array(repeating: .number, count: (size + 7) / 8))
    }
  }

  /// Rust's own convention is not fixed: these are the cases in which all its versions agree.
  private func rustKind(_ type: DebugEntry, _ size: Int) -> CallingConvention.Kind {
    if size == 0 { return .nothing }
    if size > 16 { return .reference }
    var scalars: [Scalar] = []
    guard gather(type, at: 0, into: &scalars, depth: 0), !scalars.isEmpty, scalars.count <= 2,
      scalars.enumerated().allSatisfy({ $1.offset == $0 * 8 && $1.size <= 8 })
    else { return .unknown }
    return .words(scalars.map { $0.isFloating ? .floating : .number })
  }

  private func goKind(_ type: DebugEntry, _ size: Int) -> CallingConvention.Kind {
    if size == 0 { return .nothing }
    var scalars: [Scalar] = []
    guard gather(type, at: 0, into: &scalars, depth: 0, arrays: 1) else {
      return .memory(alignment: 8)
    }
    // A register for each part, however small it is: a record of small ones lies in none as it lies in memory.
    let isSpread = scalars.enumerated().contains { $1.offset != $0 * 8 }
    if isSpread, scalars.count > 1 { return .unknown }
    return .words(scalars.map { $0.isFloating ? .floating : .number })
  }

  private struct Scalar {
    let offset: Int
    let size: Int
    let isFloating: Bool
  }

  /// The numbers and addresses that a type is made of; false where they cannot be told or are many.
  /// - Parameter arrays: the most elements of an array.
  private func gather(
    _ entry: DebugEntry?, at offset: Int, into scalars: inout [Scalar], depth: Int, arrays: Int = 16
  ) -> Bool {
    guard depth < Self.maximumDepth, scalars.count <= 64, let type = underlying(entry) else { return false }
    func add(_ type: Type) -> Bool {
      if case .record(.debug(_, let number, _)) = type {
        guard let inner = self.entry(numbered: number) else { return false }
        return gather(inner, at: offset, into: &scalars, depth: depth + 1, arrays: arrays)
      }
      let size = type.size { self.layout(of: $0) }
      if size > 0 { scalars.append(Scalar(offset: offset, size: size, isFloating: false)) }
      return true
    }
    switch type.tag {
    case DW_TAG_base_type:
      guard let size = extent(of: type), size > 0 else { return false }
      let isFloating = Int(clamping: type.number(DW_AT_encoding) ?? 0) == DW_ATE_float
      scalars.append(Scalar(offset: offset, size: size, isFloating: isFloating))
      return true
    case DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type:
      var isKnown = extent(of: type).map { $0 <= 4096 } ?? false
      type.forEachChild { child in
        switch child.tag {
        case DW_TAG_member, DW_TAG_inheritance:
          if child.has(DW_AT_external, inherited: false) { return true }
          if child.has(DW_AT_bit_size) {
            scalars.append(Scalar(offset: offset, size: 1, isFloating: false))
            return true
          }
          guard let start = child.number(DW_AT_data_member_location) ?? (type.tag == DW_TAG_union_type ? 0 : nil),
            start <= 4096
          else {
            isKnown = false
            return false
          }
          isKnown = gather(child.type, at: offset + Int(start), into: &scalars, depth: depth + 1, arrays: arrays)
          return isKnown
        case DW_TAG_variant_part:
          isKnown = false
          return false
        default: return true
        }
      }
      return isKnown
    case DW_TAG_array_type:
      guard case .array(let element, let count) = languageType(type) else {
        if case .string(let count) = languageType(type), count <= arrays {
          for index in 0..<count { scalars.append(Scalar(offset: offset + index, size: 1, isFloating: false)) }
          return true
        }
        return false
      }
      guard count <= arrays else { return false }
      let size = element.size { self.layout(of: $0) }
      for index in 0..<count {
        guard gather(type.type, at: offset + index * size, into: &scalars, depth: depth + 1, arrays: arrays) else {
          return false
        }
      }
      return true
    default: return add(languageType(type))
    }
  }
}
