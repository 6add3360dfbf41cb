import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Reads the addresses of stacks from the maps that keep them.
struct StackReader {
  private let maps: [LoadedMap]
  private let stacks: [StackStorage]

  init(maps: [LoadedMap], stacks: [StackStorage]) {
    self.maps = maps
    self.stacks = stacks
  }

  /// Words of `StackType.Shape` from the innermost frame on, return addresses mostly; none for a stack that is not kept.
  func frames(_ type: StackType, identifier: Int64) -> [UInt64] {
    guard let storage = stacks.first(where: { $0.shape == type.shape }) else { return [] }
    var key = identifier
    var words = [UInt64](repeating: 0, count: type.shape.size / 8)
    guard bpf_map_lookup_elem(maps[storage.map].fd, &key, &words) == 0 else { return [] }
    return Array(words.dropFirst().prefix(min(Int(clamping: words[0]), type.limit) * type.shape.frameWords))
  }
}
