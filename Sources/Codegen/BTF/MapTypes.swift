import TraceLang

/// BTF of the keys and values of a bundle's maps, for those who look at the maps from outside.
public struct MapTypes: Hashable, Sendable, Codable {
  /// Type IDs of one map, for BPF_MAP_CREATE.
  public struct Pair: Hashable, Sendable, Codable {
    public let key: UInt32
    public let value: UInt32
  }

  /// For BPF_BTF_LOAD.
  public let types: [UInt8]
  /// Of the maps that hold something of the script.
  private let described: [Described]

  private struct Described: Hashable, Codable {
    let map: Int
    let pair: Pair
  }

  init(types: [UInt8], pairs: [Pair?]) {
    self.types = types
    described = pairs.enumerated().compactMap { index, pair in pair.map { Described(map: index, pair: $0) } }
  }

  /// The types of a map; `nil` when it holds nothing of the script.
  public func pair(ofMap index: Int) -> Pair? { described.first { $0.map == index }?.pair }
}

extension Bundle {
  /// The types of its maps; `nil` when no map holds anything of the script.
  func describedMaps() -> MapTypes? {
    guard !views.isEmpty else { return nil }
    var describer = TypeDescriber(self)
    let pairs = maps.indices.map { describer.pair(ofMap: $0, in: self) }
    return MapTypes(types: describer.writer.bytes(), pairs: pairs)
  }
}

/// A part of an array map's single value that has a name and a type.
struct DataField {
  let name: String
  let offset: Int
  let size: Int
  let type: BTFWriter.TypeID
}

extension TypeDescriber {
  /// The types of a map's key and value; `nil` for a map that holds nothing of the script.
  mutating func pair(ofMap index: Int, in bundle: Bundle) -> MapTypes.Pair? {
    let spec = bundle.maps[index]
    for view in bundle.views {
      guard let hash = view.content.hash, hash.map == index,
        let key = type(of: view.key ?? .uint64, size: spec.keySize),
        let value = value(of: view, in: hash, size: spec.valueSize)
      else { continue }
      return MapTypes.Pair(key: key.number, value: value.number)
    }
    // BTF counts in bits; a map beyond that is told without its types.
    guard spec.kind == .array, spec.valueSize <= Int(UInt32.max) / 8 else { return nil }
    let fields = dataFields(ofMap: index, in: bundle)
    guard !fields.isEmpty else { return nil }
    let value = writer.structure(
      spec.name, size: UInt32(spec.valueSize),
      fields.map { BTFWriter.Member(name: $0.name, type: $0.type, bitOffset: UInt32($0.offset * 8)) })
    return MapTypes.Pair(key: integer(.uint32).number, value: value.number)
  }

  /// The type of an entry's value in a hash map: that of one value, or an array of those of all CPUs.
  private mutating func value(of view: MapView, in hash: MapView.Hash, size: Int) -> BTFWriter.TypeID? {
    switch hash.values {
    case .shared, .perCPU: return type(of: view.value, size: size)
    case .slots(let stride):
      guard let slot = type(of: view.value, size: stride) else { return nil }
      return array(of: slot, count: size / stride)
    }
  }

  /// What lies in the value of an array map, by offset.
  mutating func dataFields(ofMap index: Int, in bundle: Bundle) -> [DataField] {
    var fields: [DataField] = []
    func add(_ name: String, _ offset: Int, _ size: Int, _ type: BTFWriter.TypeID?) {
      guard let type else { return }
      fields.append(DataField(name: name, offset: offset, size: size, type: type))
    }
    let long = integer(.uint64)
    for view in bundle.views {
      let name = view.name == "@" ? "anonymous" : String(view.name.dropFirst())
      switch view.content {
      case .plain(_, .cells(let cells)) where cells.map == index:
        let value = type(of: view.value, size: view.valueSize)
        if cells.domain.count == 1 {
          add(name, cells.offset, view.valueSize, value)
          add("\(name)_is_set", cells.presence, 8, long)
        } else if let value {
          let cell = writer.structure(
            "", size: UInt32(cells.stride),
            [
              BTFWriter.Member(name: "value", type: value, bitOffset: 0),
              BTFWriter.Member(name: "is_set", type: long, bitOffset: UInt32((cells.presence - cells.offset) * 8)),
            ])
          let count = cells.domain.count
          add(name, cells.offset, cells.stride * count, array(of: cell, count: count))
        }
      case .aggregation(_, .slots(let storage)) where storage.map == index:
        guard let slot = type(of: view.value, size: storage.size) else { continue }
        let count = storage.domain.count
        add("\(name)_is_set", storage.presence, count, array(of: integer(.uint8), count: count))
        guard storage.cpuStride > 0 else {
          add(name, storage.offset, storage.size * count, array(of: slot, count: count))
          continue
        }
        let slots = count == 1 ? slot : array(of: slot, count: count)
        let part = padded(slots, from: storage.size * count, to: storage.cpuStride)
        // The planner rounds up to a power of two.
        let cpus = bundle.settings.possibleCPUs.nextPowerOfTwo
        add(name, storage.offset, storage.cpuStride * cpus, array(of: part, count: cpus))
      case .plain, .aggregation: break
      }
      if let lost = view.lostUpdates, lost.map == index {
        add("\(name)_lost_updates", lost.offset, 8, long)
        add("\(name)_refused_updates", lost.offset + 8, 8, long)
      }
    }
    for entry in bundle.words.entries where entry.place.map == index {
      add(entry.word.name, entry.place.offset, 8, long)
    }
    return fields.sorted { $0.offset < $1.offset }
  }
}
