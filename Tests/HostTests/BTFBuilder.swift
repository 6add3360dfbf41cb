/// Writes BTF for tests (Kernel: Documentation/bpf/btf.rst), word by word.
struct BTFBuilder {
  private var types: [UInt32] = []
  private var strings: [UInt8] = [0]
  private(set) var count: UInt32 = 0

  /// The place of a name in the strings.
  mutating func name(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    let place = UInt32(strings.count)
    strings.append(contentsOf: Array(text.utf8) + [0])
    return place
  }

  /// Adds a type and gives its number.
  @discardableResult
  mutating func add(
    _ kind: UInt32, _ name: String, size: UInt32, flag: Bool = false, count members: Int = 0, _ trailing: [UInt32] = []
  ) -> UInt32 {
    types += [self.name(name), kind << 24 | (flag ? 1 << 31 : 0) | UInt32(members), size] + trailing
    count += 1
    return count
  }

  mutating func integer(_ name: String, bytes: UInt32, encoding: UInt32 = 0) -> UInt32 {
    add(1, name, size: bytes, [encoding << 24 | bytes * 8])
  }

  mutating func pointer(to target: UInt32) -> UInt32 { add(2, "", size: target) }

  mutating func array(of element: UInt32, count: UInt32) -> UInt32 { add(3, "", size: 0, [element, element, count]) }

  /// Members are (name, type, bit offset, width of a bit-field or 0).
  @discardableResult
  mutating func structure(
    _ name: String, bytes: UInt32, isUnion: Bool = false, _ members: [(String, UInt32, UInt32, UInt32)]
  ) -> UInt32 {
    let hasFields = members.contains { $0.3 > 0 }
    let words = members.flatMap { [self.name($0.0), $0.1, $0.2 | $0.3 << 24] }
    return add(isUnion ? 5 : 4, name, size: bytes, flag: hasFields, count: members.count, words)
  }

  mutating func prototype(result: UInt32, _ parameters: [(String, UInt32)]) -> UInt32 {
    let words = parameters.flatMap { [name($0.0), $0.1] }
    return add(13, "", size: result, count: parameters.count, words)
  }

  var bytes: [UInt8] {
    let typeBytes = UInt32(types.count * 4)
    let header: [UInt32] = [0x0001_EB9F, 24, 0, typeBytes, typeBytes, UInt32(strings.count)]
    return (header + types).flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } } + strings
  }

  /// One of every kind, some of them without end.
  static var sample: BTFBuilder {
    var btf = BTFBuilder()
    let int = btf.integer("int", bytes: 4, encoding: 1)
    let long = btf.integer("long unsigned int", bytes: 8)
    let char = btf.integer("char", bytes: 1, encoding: 1)
    let bool = btf.integer("_Bool", bytes: 1, encoding: 4)
    let text = btf.array(of: char, count: 16)
    let rows = btf.array(of: btf.array(of: int, count: 3), count: 2)
    let color = btf.add(6, "color", size: 4, flag: true, count: 2, [btf.name("RED"), 0, btf.name("DARK"), .max])
    let huge = btf.add(19, "huge", size: 8, count: 1, [btf.name("HUGE"), 1, 0x8000_0000])
    let pid = btf.add(8, "pid_t", size: btf.add(10, "", size: int))
    let pair = btf.structure("", bytes: 8, isUnion: true, [("low", int, 0, 0), ("all", long, 0, 0)])
    let user = btf.pointer(to: btf.add(18, "user", size: btf.add(10, "", size: char)))
    let next = btf.pointer(to: btf.count + 2)
    btf.structure(
      "thing", bytes: 104,
      [
        ("id", pid, 0, 0), ("low", int, 32, 3), ("high", int, 35, 29), ("on", bool, 64, 1), ("color", color, 72, 8),
        ("name", text, 96, 0), ("next", next, 256, 0), ("", pair, 320, 0), ("rows", rows, 384, 0),
        ("huge", huge, 576, 0), ("where", user, 640, 0), ("packed", long, 710, 60), ("tail", int, 800, 32),
      ])
    btf.structure("pair_t_body", bytes: 4, [("x", int, 0, 0)])
    btf.add(7, "thing", size: 0)
    let proto = btf.prototype(result: 0, [("", btf.pointer(to: 0)), ("", next), ("", int), ("", 0)])
    btf.add(8, "btf_trace_go", size: btf.pointer(to: proto))
    let named = btf.prototype(result: int, [("data", btf.pointer(to: 0)), ("thing", next), ("count", int), ("", 0)])
    btf.add(12, "__traceiter_go", size: named)
    btf.add(12, "do_thing", size: named)
    let loop = btf.count + 1
    btf.add(8, "loop_t", size: loop)
    btf.add(2, "", size: loop + 1)
    btf.add(3, "", size: 0, [loop + 2, int, 4])
    btf.add(14, "variable", size: int, [1])
    btf.add(15, ".data", size: 4, count: 1, [btf.count, 0, 4])
    btf.add(16, "double", size: 8)
    btf.add(17, "tag", size: int, [0])
    btf.add(9, "", size: int)
    btf.add(11, "", size: int)
    return btf
  }
}
