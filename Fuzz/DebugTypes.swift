import CElfutils
import Symbolizer

// What scripts ask of debug information.
extension FuzzTarget {
  /// Asks all there is to ask. What libdw crashes on is no finding: it is asked with a guard.
  static func readTypes(_ bytes: [UInt8]) {
    replaceFile(bytes)
    swtrace_libdw_begin()
    guard let image = DebugImage(descriptor: file),
      let debug = DebugInformation("", .x86_64, binary: image, image: image)
    else { return }
    var asked = 0
    for unit in debug.units.prefix(8) {
      for range in unit.ranges.prefix(4) {
        for address in stride(from: range.lowerBound, to: range.upperBound, by: 16).prefix(16) {
          follow(debug.function(at: address, inlined: nil), debug, &asked)
          follow(debug.function(at: address, inlined: "part"), debug, &asked)
        }
      }
    }
    for name in ["struct node", "node_t", "enum color", "union x", "ns::box", "box", "int"] {
      if let type = debug.type(named: name) { follow(type, debug, &asked, 0) }
    }
    _ = debug.enumerator(named: "GREEN")
    for name in ["part", "work", "get", ""] {
      let sites = debug.sites(last: name, known: [], { $0 }, where: { _, _ in true })
      for site in sites.prefix(8) { follow(debug.function(at: site.offset, inlined: site.name), debug, &asked) }
    }
    for line in 1...4 { _ = debug.place("types.c", line, 0) { $0 } }
    _ = debug.place("types.c", 3, 1) { $0 }
    _ = debug.sources
    if swtrace_libdw_crashed() { debug.abandon() }
  }

  private static func follow(_ function: DebugFunction?, _ debug: DebugInformation, _ asked: inout Int) {
    guard let function else { return }
    for type in function.parameters.map(\.type) + [function.result].compactMap({ $0 }) {
      follow(type, debug, &asked, 0)
    }
  }

  /// Members of types, and of what they lead to.
  private static func follow(_ type: Type, _ debug: DebugInformation, _ asked: inout Int, _ depth: Int) {
    asked += 1
    guard depth < 6, asked < 1 << 12 else { return }
    if case .record(.debug(_, let number, _)) = type {
      for member in debug.layout(of: number)?.members ?? [] {
        precondition(member.offset >= 0 && member.offset <= 1 << 28, "a member lies at \(member.offset)")
        follow(member.type, debug, &asked, depth + 1)
      }
    }
    if case .enumeration(.debug(_, let number, _), _) = type { _ = debug.constants(of: number) }
    if case .pointer(let target, _) = type { follow(target, debug, &asked, depth + 1) }
    for element in type.elements { follow(element, debug, &asked, depth + 1) }
  }
}
