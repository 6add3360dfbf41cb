import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Reads, zeroes and clears the script's maps, whatever their storage.
final class MapReader {
  private let views: [MapView]
  private let maps: [LoadedMap]
  private let possibleCPUs: Int
  /// Slots that `zero` left as keys with the value 0, by view.
  private var zeroedSlots: [Int: Set<Int>] = [:]

  init(bundle: Bundle, maps: [LoadedMap]) {
    views = bundle.views
    possibleCPUs = bundle.settings.possibleCPUs
    self.maps = maps
  }

  /// The 64-bit counter at a place of a mapped array.
  func counter(at place: MapView.Place) -> UInt64 {
    guard let base = maps[place.map].mapping?.base else { return 0 }
    return swtrace_load_acquire_64(base + place.offset)
  }

  /// All entries, those of several CPUs merged; in no order.
  func entries(of index: Int) -> MapEntries {
    let view = views[index]
    switch view.storage {
    case .hash(let map, let perCPU): return hashEntries(view, maps[map], perCPU: perCPU)
    case .global(let map, let offset, let presence):
      var entries = MapEntries(keySize: 0, valueSize: view.valueSize)
      guard let base = maps[map].mapping?.base, base.load(fromByteOffset: presence, as: UInt8.self) != 0 else {
        return entries
      }
      entries.append(
        key: UnsafeRawBufferPointer(start: nil, count: 0),
        value: UnsafeRawBufferPointer(start: base + offset, count: view.valueSize))
      return entries
    case .slots(let map, let offset, let stride, let slotSize, let domain):
      return slotEntries(index, maps[map], Slots(offset: offset, stride: stride, size: slotSize, domain: domain))
    }
  }

  /// The merged value of one key, or zeros when there is none.
  func value(of index: Int, key: UnsafeRawPointer) -> [UInt8] {
    let view = views[index]
    if case .hash(let map, let perCPU) = view.storage {
      let merger = ValueMerger(view: view, stride: Self.stride(view), cpus: perCPU ? possibleCPUs : 1)
      var raw = [UInt8](repeating: 0, count: perCPU ? merger.stride * possibleCPUs : view.valueSize)
      guard bpf_map_lookup_elem(maps[map].fd, key, &raw) == 0 else { return Array(raw.prefix(view.valueSize)) }
      return raw.withUnsafeBytes { merger.merged($0) }
    }
    let entries = entries(of: index)
    for position in 0..<entries.count {
      let value: [UInt8]? = entries.withEntry(position) { candidate, value in
        guard memcmp(candidate, key, entries.keySize) == 0 else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: entries.valueSize))
      }
      if let value { return value }
    }
    return [UInt8](repeating: 0, count: view.valueSize)
  }

  /// Removes every key.
  func clear(_ index: Int) {
    let view = views[index]
    switch view.storage {
    case .hash(let map, _): forEachKey(of: maps[map]) { _ = bpf_map_delete_elem(maps[map].fd, $0) }
    case .global(let map, let offset, let presence):
      guard let base = maps[map].mapping?.base else { return }
      base.storeBytes(of: 0, toByteOffset: presence, as: UInt8.self)
      memset(base + offset, 0, view.valueSize)
    case .slots(let map, let offset, let stride, let slotSize, let domain):
      zeroedSlots[index] = nil
      forEachSlot(maps[map], Slots(offset: offset, stride: stride, size: slotSize, domain: domain)) { _, slot in
        memset(slot, 0, slotSize)
      }
    }
  }

  /// Sets every key's value to 0 and keeps the keys.
  func zero(_ index: Int) {
    let view = views[index]
    switch view.storage {
    case .hash(let map, let perCPU):
      let zeros = [UInt8](repeating: 0, count: perCPU ? Self.stride(view) * possibleCPUs : view.valueSize)
      let exists: UInt64 = 2  // Kernel: include/uapi/linux/bpf.h, BPF_EXIST.
      forEachKey(of: maps[map]) { _ = bpf_map_update_elem(maps[map].fd, $0, zeros, exists) }
    case .global(let map, let offset, _):
      if let base = maps[map].mapping?.base { memset(base + offset, 0, view.valueSize) }
    case .slots(let map, let offset, let stride, let slotSize, let domain):
      var touched = zeroedSlots[index] ?? []
      forEachSlot(maps[map], Slots(offset: offset, stride: stride, size: slotSize, domain: domain)) { number, slot in
        if !isZero(slot, slotSize) { touched.insert(number) }
        memset(slot, 0, slotSize)
      }
      zeroedSlots[index] = touched
    }
  }
}

extension MapReader {
  private struct Slots {
    let offset: Int
    /// Bytes from a CPU's slots to the next one's; 0 when all CPUs share one.
    let stride: Int
    let size: Int
    let domain: MapView.Domain

    var count: Int {
      switch domain {
      case .scalar: 1
      case .probes(_, let count), .integers(let count): count
      }
    }

    /// The number that stands for a slot in keys.
    func key(_ index: Int) -> Int {
      switch domain {
      case .scalar, .integers: index
      case .probes(let base, _): base + index
      }
    }
  }

  private static func stride(_ view: MapView) -> Int { (view.valueSize + 7) / 8 * 8 }

  private func forEachSlot(_ map: LoadedMap, _ slots: Slots, _ body: (Int, UnsafeMutableRawPointer) -> Void) {
    guard let base = map.mapping?.base else { return }
    for cpu in 0..<(slots.stride == 0 ? 1 : possibleCPUs) {
      for index in 0..<slots.count {
        body(index, base + slots.offset + cpu * slots.stride + index * slots.size)
      }
    }
  }

  private func isZero(_ slot: UnsafeRawPointer, _ size: Int) -> Bool {
    UnsafeRawBufferPointer(start: slot, count: size).allSatisfy { $0 == 0 }
  }

  private func slotEntries(_ index: Int, _ map: LoadedMap, _ slots: Slots) -> MapEntries {
    let view = views[index]
    var entries = MapEntries(keySize: view.key == nil ? 0 : view.keySize, valueSize: view.valueSize)
    guard let base = map.mapping?.base else { return entries }
    let zeroed = zeroedSlots[index] ?? []
    let merger = ValueMerger(view: view, stride: slots.stride, cpus: slots.stride == 0 ? 1 : possibleCPUs)
    for number in 0..<slots.count {
      let start = base + slots.offset + number * slots.size
      let value = merger.merged(
        UnsafeRawBufferPointer(start: start, count: (merger.cpus - 1) * slots.stride + slots.size))
      guard zeroed.contains(number) || value.contains(where: { $0 != 0 }) else { continue }
      var key = UInt64(slots.key(number)).littleEndian
      withUnsafeBytes(of: &key) { key in
        let padded = Array(key.prefix(entries.keySize)) + [UInt8](repeating: 0, count: max(0, entries.keySize - 8))
        padded.withUnsafeBytes { key in value.withUnsafeBytes { entries.append(key: key, value: $0) } }
      }
    }
    return entries
  }

  private func hashEntries(_ view: MapView, _ map: LoadedMap, perCPU: Bool) -> MapEntries {
    let merger = ValueMerger(view: view, stride: Self.stride(view), cpus: perCPU ? possibleCPUs : 1)
    var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    let rawSize = perCPU ? merger.stride * possibleCPUs : map.spec.valueSize
    let isComplete = HashBatches(map: map, valueSize: rawSize).readAll { key, value in
      if merger.cpus == 1 {
        entries.append(key: key, value: UnsafeRawBufferPointer(rebasing: value.prefix(view.valueSize)))
      } else {
        merger.merged(value).withUnsafeBytes { entries.append(key: key, value: $0) }
      }
    }
    if isComplete { return entries }
    entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    var raw = [UInt8](repeating: 0, count: rawSize)
    forEachKey(of: map) { key in
      guard bpf_map_lookup_elem(map.fd, key, &raw) == 0 else { return }
      let key = UnsafeRawBufferPointer(start: key, count: view.keySize)
      raw.withUnsafeBytes { raw in merger.merged(raw).withUnsafeBytes { entries.append(key: key, value: $0) } }
    }
    return entries
  }

  /// Calls `body` with each key; all are collected first, so `body` may change the map.
  private func forEachKey(of map: LoadedMap, _ body: (UnsafeRawPointer) -> Void) {
    let size = max(1, map.spec.keySize)
    var keys: [UInt8] = []
    var key = [UInt8](repeating: 0, count: size)
    var next = [UInt8](repeating: 0, count: size)
    var result = bpf_map_get_next_key(map.fd, nil, &next)
    // A key that is deleted meanwhile starts the walk anew: the bound keeps it finite.
    while result == 0, keys.count / size <= 2 * map.spec.maxEntries {
      keys += next
      swap(&key, &next)
      result = bpf_map_get_next_key(map.fd, key, &next)
    }
    keys.withUnsafeBytes { keys in
      guard let base = keys.baseAddress else { return }
      for offset in Swift.stride(from: 0, to: keys.count, by: size) { body(base + offset) }
    }
  }
}
