import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Reads, zeroes and clears the script's maps, whatever their storage.
package final class MapReader {
  package let views: [MapView]
  let maps: [LoadedMap]
  let possibleCPUs: Int

  private let stacks: StackReader

  init(bundle: Bundle, maps: [LoadedMap]) {
    stacks = StackReader(maps: maps, stacks: bundle.stacks)
    views = bundle.views
    possibleCPUs = bundle.settings.possibleCPUs
    self.maps = maps
  }

  /// The addresses of a stack by its identifier, from the innermost frame on.
  package func frames(_ type: StackType, identifier: Int64) -> [UInt64] { stacks.frames(type, identifier: identifier) }

  /// The 64-bit counter at a place of a mapped array.
  func counter(at place: MapView.Place) -> UInt64 {
    guard let base = maps[place.map].mapping?.base else { return 0 }
    return swtrace_load_acquire_64(base + place.offset)
  }

  /// Words of a mapped array that programs write too.
  func words(at place: MapView.Place, count: Int) -> UnsafeMutableRawBufferPointer? {
    maps[place.map].mapping.map { UnsafeMutableRawBufferPointer(start: $0.base + place.offset, count: count * 8) }
  }

  /// All entries, those of several CPUs merged; in no order.
  package func entries(of index: Int) -> MapEntries {
    let view = views[index]
    var entries =
      switch view.content {
      case .plain(_, .cells(let cells)): cellEntries(view, cells)
      case .aggregation(_, .slots(let slots)): slotEntries(view, slots)
      case .plain(_, .hash), .aggregation(_, .hash): MapEntries(keySize: view.keySize, valueSize: view.valueSize)
      }
    if let hash = view.content.hash { entries.append(hashEntries(view, hash)) }
    return entries
  }

  /// The merged value of one key, or zeros when there is none.
  func value(of index: Int, key: UnsafeRawPointer) -> [UInt8] {
    let key = Array(UnsafeRawBufferPointer(start: key, count: views[index].keySize))
    return find(key, in: index) ?? [UInt8](repeating: 0, count: views[index].valueSize)
  }

  /// Removes every key.
  package func clear(_ index: Int) {
    let view = views[index]
    if let map = view.content.hash?.map { forEachKey(of: maps[map]) { _ = bpf_map_delete_elem(maps[map].fd, $0) } }
    switch view.content {
    case .plain(_, .hash), .aggregation(_, .hash): break
    case .plain(_, .cells(let cells)):
      forEachCell(cells) { _, value, presence in
        presence.storeBytes(of: 0, as: UInt8.self)
        memset(value, 0, view.valueSize)
      }
    case .aggregation(_, .slots(let slots)):
      forEachSlot(slots) { _, slot, presence in
        memset(slot, 0, slots.size)
        presence.storeBytes(of: 0, as: UInt8.self)
      }
    }
  }

  /// Sets every key's value to 0 and keeps the keys.
  func zero(_ index: Int) {
    let view = views[index]
    if let hash = view.content.hash { zeroHash(view, hash) }
    switch view.content {
    case .plain(_, .hash), .aggregation(_, .hash): break
    case .plain(_, .cells(let cells)): forEachCell(cells) { _, value, _ in memset(value, 0, view.valueSize) }
    case .aggregation(_, .slots(let slots)):
      forEachSlot(slots) { _, slot, presence in
        if !isZero(slot, slots.size) { presence.storeBytes(of: 1, as: UInt8.self) }
        memset(slot, 0, slots.size)
      }
    }
  }

  private func zeroHash(_ view: MapView, _ hash: MapView.Hash) {
    let map = maps[hash.map]
    let zeros = [UInt8](repeating: 0, count: rawSize(view, hash))
    let exists: UInt64 = 2  // Kernel: include/uapi/linux/bpf.h, BPF_EXIST.
    forEachKey(of: map) { _ = bpf_map_update_elem(map.fd, $0, zeros, exists) }
  }
}

extension MapReader {
  /// Bytes of an entry's values as the kernel gives and takes them.
  func rawSize(_ view: MapView, _ hash: MapView.Hash) -> Int {
    switch hash.values {
    case .shared, .slots: maps[hash.map].spec.valueSize
    case .perCPU: Self.stride(view) * possibleCPUs
    }
  }

  func merger(_ view: MapView, _ hash: MapView.Hash) -> ValueMerger {
    switch hash.values {
    case .shared: ValueMerger(view: view, stride: 0, cpus: 1)
    case .slots(let stride): ValueMerger(view: view, stride: stride, cpus: possibleCPUs)
    case .perCPU: ValueMerger(view: view, stride: Self.stride(view), cpus: possibleCPUs)
    }
  }

  private static func stride(_ view: MapView) -> Int { (view.valueSize + 7) / 8 * 8 }

  private func forEachCell(
    _ cells: MapView.Cells, _ body: (Int, _ value: UnsafeMutableRawPointer, _ presence: UnsafeMutableRawPointer) -> Void
  ) {
    guard let base = maps[cells.map].mapping?.base else { return }
    for index in 0..<cells.domain.count {
      body(index, base + cells.offset + index * cells.stride, base + cells.presence + index * cells.stride)
    }
  }

  private func forEachSlot(
    _ slots: MapView.Slots, _ body: (Int, _ slot: UnsafeMutableRawPointer, _ presence: UnsafeMutableRawPointer) -> Void
  ) {
    guard let base = maps[slots.map].mapping?.base else { return }
    for cpu in 0..<(slots.cpuStride == 0 ? 1 : possibleCPUs) {
      for index in 0..<slots.domain.count {
        body(
          index, base + slots.offset + cpu * slots.cpuStride + index * slots.size, base + slots.presence + index)
      }
    }
  }

  private func isZero(_ slot: UnsafeRawPointer, _ size: Int) -> Bool {
    UnsafeRawBufferPointer(start: slot, count: size).allSatisfy { $0 == 0 }
  }

  private func cellEntries(_ view: MapView, _ cells: MapView.Cells) -> MapEntries {
    var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    forEachCell(cells) { index, value, presence in
      guard presence.load(as: UInt8.self) != 0 else { return }
      cells.domain.key(index, size: view.keySize).withUnsafeBytes { key in
        entries.append(key: key, value: UnsafeRawBufferPointer(start: value, count: view.valueSize))
      }
    }
    return entries
  }

  private func slotEntries(_ view: MapView, _ slots: MapView.Slots) -> MapEntries {
    var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    guard let base = maps[slots.map].mapping?.base else { return entries }
    let merger = ValueMerger(view: view, stride: slots.cpuStride, cpus: slots.cpuStride == 0 ? 1 : possibleCPUs)
    for number in 0..<slots.domain.count {
      let start = base + slots.offset + number * slots.size
      let value = merger.merged(
        UnsafeRawBufferPointer(start: start, count: (merger.cpus - 1) * slots.cpuStride + slots.size))
      let isZeroed = base.load(fromByteOffset: slots.presence + number, as: UInt8.self) != 0
      guard isZeroed || value.contains(where: { $0 != 0 }) else { continue }
      slots.domain.key(number, size: view.keySize).withUnsafeBytes { key in
        value.withUnsafeBytes { entries.append(key: key, value: $0) }
      }
    }
    return entries
  }

  private func hashEntries(_ view: MapView, _ hash: MapView.Hash) -> MapEntries {
    let map = maps[hash.map]
    let merger = merger(view, hash)
    var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    let rawSize = rawSize(view, hash)
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
