import CLibBPF
import Codegen
import Glibc
import TraceLang

// Single entries, for programs that read and change maps while the script runs. A key is `MapView.keySize` bytes.
extension MapReader {
  /// The entry's value, that of several CPUs merged; `nil` where there is none.
  package func find(_ key: [UInt8], in index: Int) -> [UInt8]? {
    values(of: key, in: index).flatMap { values in
      guard let first = values.first else { return nil }
      return values.count == 1 ? first : merged(values, in: index)
    }
  }

  /// The value of each CPU by its number, or the one that all share; `nil` where there is no entry.
  package func values(of key: [UInt8], in index: Int) -> [[UInt8]]? {
    let view = views[index]
    switch view.content {
    case .plain(_, .hash), .aggregation(_, .hash): return view.content.hash.flatMap { hashValues(of: key, view, $0) }
    case .plain(_, .cells(let cells)):
      guard let place = cells.domain.index(of: key), let base = maps[cells.map].mapping?.base,
        base.load(fromByteOffset: cells.presence + place * cells.stride, as: UInt8.self) != 0
      else { return nil }
      return [bytes(base + cells.offset + place * cells.stride, view.valueSize)]
    case .aggregation(_, .slots(let slots)):
      guard let place = slots.domain.index(of: key) else {
        return slots.rest.flatMap { hashValues(of: key, view, $0) }
      }
      guard let base = maps[slots.map].mapping?.base else { return nil }
      let cpus = slots.cpuStride == 0 ? 1 : possibleCPUs
      let values = (0..<cpus).map {
        bytes(base + slots.offset + $0 * slots.cpuStride + place * slots.size, view.valueSize)
      }
      let isZeroed = base.load(fromByteOffset: slots.presence + place, as: UInt8.self) != 0
      return isZeroed || values.contains { $0.contains { $0 != 0 } } ? values : nil
    }
  }

  /// Makes or changes an entry of a map that is no aggregation.
  /// - Throws: when there is no room for it, or the map cannot have the key.
  package func update(_ key: [UInt8], to value: [UInt8], in index: Int) throws(RuntimeError) {
    let view = views[index]
    switch view.content {
    case .aggregation:
      throw .unavailable("\(view.name) is an aggregation, whose values are what its probes saw")
    case .plain(_, .hash(let map)):
      let result = bpf_map_update_elem(maps[map].fd, key, value, 0)
      guard result == 0 else { throw .failure(doing: "change an entry of \(view.name)", code: -result) }
    case .plain(_, .cells(let cells)):
      guard let place = cells.domain.index(of: key), let base = maps[cells.map].mapping?.base else {
        throw .unavailable("\(view.name) has no room for keys that the script does not use")
      }
      memcpy(base + cells.offset + place * cells.stride, value, view.valueSize)
      base.storeBytes(of: 1, toByteOffset: cells.presence + place * cells.stride, as: UInt8.self)
    }
  }

  /// - Returns: whether there was such an entry.
  package func remove(_ key: [UInt8], from index: Int) -> Bool {
    guard find(key, in: index) != nil else { return false }
    let view = views[index]
    switch view.content {
    case .plain(_, .hash), .aggregation(_, .hash):
      return view.content.hash.map { bpf_map_delete_elem(maps[$0.map].fd, key) == 0 } ?? false
    case .plain(_, .cells(let cells)):
      guard let place = cells.domain.index(of: key), let base = maps[cells.map].mapping?.base else { return false }
      base.storeBytes(of: 0, toByteOffset: cells.presence + place * cells.stride, as: UInt8.self)
      memset(base + cells.offset + place * cells.stride, 0, view.valueSize)
      return true
    case .aggregation(_, .slots(let slots)):
      guard let place = slots.domain.index(of: key) else {
        return slots.rest.map { bpf_map_delete_elem(maps[$0.map].fd, key) == 0 } ?? false
      }
      guard let base = maps[slots.map].mapping?.base else { return false }
      for cpu in 0..<(slots.cpuStride == 0 ? 1 : possibleCPUs) {
        memset(base + slots.offset + cpu * slots.cpuStride + place * slots.size, 0, slots.size)
      }
      base.storeBytes(of: 0, toByteOffset: slots.presence + place, as: UInt8.self)
      return true
    }
  }

  private func hashValues(of key: [UInt8], _ view: MapView, _ hash: MapView.Hash) -> [[UInt8]]? {
    var raw = [UInt8](repeating: 0, count: rawSize(view, hash))
    guard bpf_map_lookup_elem(maps[hash.map].fd, key, &raw) == 0 else { return nil }
    let merger = merger(view, hash)
    return raw.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return nil }
      return (0..<merger.cpus).map { bytes(base + $0 * merger.stride, view.valueSize) }
    }
  }

  private func merged(_ values: [[UInt8]], in index: Int) -> [UInt8] {
    let view = views[index]
    let stride = (view.valueSize + 7) / 8 * 8
    var all: [UInt8] = []
    for value in values { all += value + [UInt8](repeating: 0, count: stride - value.count) }
    let merger = ValueMerger(view: view, stride: stride, cpus: values.count)
    return all.withUnsafeBytes { merger.merged($0) }
  }

  private func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension MapView.Domain {
  /// The index of a key as it lies in memory; `nil` for one outside of the domain.
  fileprivate func index(of key: [UInt8]) -> Int? {
    switch self {
    case .scalar: return 0
    case .keys(let keys): return keys.firstIndex(of: key)
    case .probes, .integers, .cpus: return (0..<count).first { self.key($0, size: key.count) == key }
    }
  }
}
