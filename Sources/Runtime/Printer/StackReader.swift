import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Reads the addresses of stacks from the bundle's stack maps.
struct StackReader {
  private let maps: [LoadedMap]

  init(maps: [LoadedMap]) { self.maps = maps.filter { $0.spec.kind == .stackTrace } }

  /// Return addresses from the innermost frame on; none for a negative identifier or a stack that was evicted.
  ///
  /// A stack lies in the stack map that holds as many frames as the type's limit.
  func frames(_ type: StackType, identifier: Int64) -> [UInt64] {
    guard identifier >= 0, let map = maps.first(where: { $0.spec.valueSize == type.limit * 8 }) ?? maps.first else {
      return []
    }
    var key = UInt32(truncatingIfNeeded: identifier)
    var frames = [UInt64](repeating: 0, count: map.spec.valueSize / 8)
    guard bpf_map_lookup_elem(map.fd, &key, &frames) == 0 else { return [] }
    return Array(frames.prefix { $0 != 0 }.prefix(type.limit))
  }
}
