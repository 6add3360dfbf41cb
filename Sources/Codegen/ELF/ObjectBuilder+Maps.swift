import TraceLang

extension ObjectBuilder {
  /// Adds all maps: mappable arrays of zeros as `.bss`, frozen ones as `.rodata`, the rest as definitions in `.maps`.
  mutating func addMaps() throws(BundleError) {
    var definitions: [(index: Int, symbol: ELFWriter.SymbolID, variable: BTFWriter.TypeID)] = []
    let size = MapDefinition.size
    let isDefined = bundle.maps.map { !$0.isZeros && !$0.isConstant }
    let section = isDefined.contains(true) ? elf.addSection(".maps", .data, alignment: 8) : nil
    for (index, spec) in bundle.maps.enumerated() {
      if let section, isDefined[index] {
        guard spec.initialValue.isEmpty, !spec.isFrozen else {
          throw BundleError("an object cannot hold the initial value of the map \(spec.name), which is no single array")
        }
        let name = unique(spec.name)
        let offset = elf.append([UInt8](repeating: 0, count: size), to: section)
        let symbol = elf.addSymbol(
          ELFWriter.Symbol(name: name, kind: .object, isGlobal: true, section: section, offset: offset, size: size))
        let definition = MapDefinition(spec, types.pair(ofMap: index, in: bundle))
        let variable = types.writer.variable(name, type: definition.type(&types), .global)
        definitions.append((index, symbol, variable))
        mapSymbols.append(symbol)
      } else {
        mapSymbols.append(addData(index, spec))
      }
    }
    guard !definitions.isEmpty else { return }
    _ = types.writer.dataSection(
      ".maps", size: UInt32(definitions.count * size),
      definitions.enumerated().map { ($1.variable, UInt32($0 * size), UInt32(size)) })
  }

  /// A section of its own for an array of one value; the first of a kind has the kind's own name.
  private mutating func addData(_ index: Int, _ spec: MapSpec) -> ELFWriter.SymbolID {
    let base = spec.isZeros ? ".bss" : ".rodata"
    let isFirst = bundle.maps.firstIndex { $0.isZeros == spec.isZeros && $0.isConstant == spec.isConstant } == index
    let name = isFirst ? base : "\(base).\(spec.name)"
    let padding = [UInt8](repeating: 0, count: spec.valueSize - spec.initialValue.count)
    let section =
      spec.isZeros
      ? elf.addSection(name, .zeros(spec.valueSize), alignment: 64)
      : elf.addSection(name, .readOnlyData, alignment: 64, spec.initialValue + padding)
    var fields = types.dataFields(ofMap: index, in: bundle)
    if fields.isEmpty {
      let bytes = types.array(of: types.integer(.uint8), count: spec.valueSize)
      fields = [DataField(name: spec.name, offset: 0, size: spec.valueSize, type: bytes)]
    }
    var variables: [(variable: BTFWriter.TypeID, offset: UInt32, size: UInt32)] = []
    for field in fields {
      let name = unique(field.name)
      variables.append(
        (types.writer.variable(name, type: field.type, .global), UInt32(field.offset), UInt32(field.size)))
      _ = elf.addSymbol(
        ELFWriter.Symbol(
          name: name, kind: .object, isGlobal: true, section: section, offset: field.offset, size: field.size))
    }
    _ = types.writer.dataSection(name, size: UInt32(spec.valueSize), variables)
    return elf.addSymbol(
      ELFWriter.Symbol(name: "", kind: .section, isGlobal: false, section: section, offset: 0, size: 0))
  }
}

extension MapSpec {
  /// What a `.bss` section becomes: zeros that user space maps.
  fileprivate var isZeros: Bool {
    kind == .array && maxEntries == 1 && initialValue.isEmpty && flags == .mappable && !isFrozen && valueSize > 0
  }

  /// What a `.rodata` section becomes: frozen, and read only for programs.
  fileprivate var isConstant: Bool {
    kind == .array && maxEntries == 1 && isFrozen && flags.contains(.readOnlyForPrograms) && valueSize > 0
  }
}

/// A map as the members of a structure in BTF (libbpf: parse_btf_map_def): numbers are the lengths of arrays that
/// members point to, types are what members point to.
private struct MapDefinition {
  /// Five pointers at most.
  static let size = 40

  private let numbers: [(name: String, value: Int)]
  private let pair: MapTypes.Pair?

  init(_ spec: MapSpec, _ pair: MapTypes.Pair?) {
    self.pair = pair
    var numbers = [("type", Int(spec.kind.rawValue)), ("max_entries", spec.maxEntries)]
    if spec.flags.rawValue != 0 { numbers.append(("map_flags", Int(spec.flags.rawValue))) }
    // A ring buffer has neither keys nor values.
    if pair == nil, spec.keySize > 0 { numbers += [("key_size", spec.keySize), ("value_size", spec.valueSize)] }
    self.numbers = numbers
  }

  func type(_ types: inout TypeDescriber) -> BTFWriter.TypeID {
    var members: [BTFWriter.Member] = []
    func add(_ name: String, _ target: BTFWriter.TypeID, _ types: inout TypeDescriber) {
      let pointer = types.writer.pointer(to: target)
      members.append(BTFWriter.Member(name: name, type: pointer, bitOffset: UInt32(members.count * 64)))
    }
    for number in numbers { add(number.name, types.array(of: types.integer(.int32), count: number.value), &types) }
    if let pair {
      add("key", BTFWriter.TypeID(number: pair.key), &types)
      add("value", BTFWriter.TypeID(number: pair.value), &types)
    }
    return types.writer.structure("", size: UInt32(Self.size), members)
  }
}
