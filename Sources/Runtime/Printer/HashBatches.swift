import CLibBPF
import Codegen
import Glibc

/// Reads a hash map many elements a call (BPF_MAP_LOOKUP_BATCH, 5.6).
struct HashBatches {
  let map: LoadedMap
  /// Of one element as user space sees it: of all CPUs together.
  let valueSize: Int

  private static let firstBatch = 1024
  /// Bytes of the elements of the first batch, unless a single one has more.
  private static let firstBytes = 16 << 20

  /// Calls `body` with every element.
  /// - Returns: `false` when the kernel or the map's kind cannot do it; `body` may have seen some elements.
  func readAll(_ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) -> Bool {
    let keySize = map.spec.keySize
    var capacity = min(map.spec.maxEntries, Self.firstBatch, max(1, Self.firstBytes / (keySize + valueSize)))
    var keys = [UInt8](repeating: 0, count: capacity * keySize)
    var values = [UInt8](repeating: 0, count: capacity * valueSize)
    // For hashes a bucket's number; the size of a key is asked for in general.
    var position = [UInt8](repeating: 0, count: max(8, keySize))
    var isFirst = true
    while true {
      var count = UInt32(capacity)
      var next = position
      let result =
        isFirst
        ? bpf_map_lookup_batch(map.fd, nil, &next, &keys, &values, &count, nil)
        : bpf_map_lookup_batch(map.fd, &position, &next, &keys, &values, &count, nil)
      if result == -ENOSPC, capacity < map.spec.maxEntries {
        // One bucket holds more than fits.
        capacity = min(map.spec.maxEntries, capacity * 4)
        keys = [UInt8](repeating: 0, count: capacity * keySize)
        values = [UInt8](repeating: 0, count: capacity * valueSize)
        continue
      }
      guard result == 0 || result == -ENOENT else { return false }
      keys.withUnsafeBytes { keys in
        values.withUnsafeBytes { values in
          for index in 0..<Int(count) {
            body(
              UnsafeRawBufferPointer(rebasing: keys[index * keySize..<(index + 1) * keySize]),
              UnsafeRawBufferPointer(rebasing: values[index * valueSize..<(index + 1) * valueSize]))
          }
        }
      }
      if result == -ENOENT { return true }
      position = next
      isFirst = false
    }
  }
}
