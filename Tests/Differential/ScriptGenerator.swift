import TestSupport

/// Writes random scripts that the checker takes and whose output does not depend on chance: what is read of a map does
/// not depend on its order, and nothing is asked of clocks.
struct ScriptGenerator {
  /// What an expression is, as far as it matters to where it may stand.
  indirect enum Sort: Hashable {
    case integer
    case bool
    case string
    case tuple([Sort])
    /// A tuple with names.
    case record([Sort])
    /// Of which maps may be kept by index: keys only.
    case byte, kind, syscall
    /// One of few literals: keys only.
    case word
    /// To a `struct Node`.
    case node
    /// To a task: variables only, as its address is not for tests to know.
    case task
  }

  enum Aggregation: String, CaseIterable {
    case count, sum, min, max, avg, stats, hist, lhist
  }

  enum Content: Hashable {
    case value(Sort)
    case aggregation(Aggregation, arguments: String, isSigned: Bool)
  }

  struct Map {
    let name: String
    /// `nil` for a scalar.
    let key: Sort?
    let content: Content
  }

  var random: SplitMix
  /// Whether the kernel has what loops over maps and `len` of them need.
  let visitsMaps: Bool
  var maps: [Map] = []
  /// Visible variables, the newest last.
  var variables: [(name: String, sort: Sort)] = []
  var usedNames = 0
  /// How often what is being written runs at most.
  var repetitions = 1
  /// Whether `break` and `continue` may stand here.
  var isInLoop = false
  /// The maps that loops around this place go over, and a number of the innermost one's entry.
  var loopedMaps: [String] = []
  var loopValue: String?

  init(seed: UInt64, visitsMaps: Bool) {
    random = SplitMix(seed: seed)
    self.visitsMaps = visitsMaps
  }

  mutating func script() -> String {
    maps = (0..<2 + random.upTo(4)).map { makeMap($0) }
    // Small maps and a small buffer are quickly made.
    var text = "config = { max_map_keys = \(random.chance(15) ? 4096 : 64); perf_rb_pages = 32 }\n"
    text += "enum Color { RED = 1, GREEN = 2, BLUE = 200 }\n"
    text += "enum Kind { NONE, SOME = 5, MANY = 20 }\n"
    text += "struct Sample { int8 a; uint8 b; int16 c; uint32 d; int64 e; uint8 f[8]; int32 g[4]; char h[8]; "
    text += "uint32 i : 5; uint32 j : 11; int32 k : 7; };\n"
    text += Self.nodeDeclaration + "\n"
    for map in maps where map.key != nil && random.chance(10) {
      text += "let \(map.name) = \(random.pick(["hash", "hash", "percpuhash"]))(\(1 + random.upTo(20)));\n"
    }
    // A per-CPU hash keeps its plain values by CPU, and the probe may move between CPUs.
    text = text.replacingPerCPUHashes(of: maps)
    for _ in 0...(random.chance(30) ? 1 : 0) {
      text += "begin \(random.chance(15) ? "/\(condition(2))/ " : "")"
      text += block(2 + random.upTo(5)) + "\n"
    }
    // Every map must be assigned somewhere.
    text += "begin { if (pid == 0) { "
    for map in maps { text += (random.chance(35) ? feeding(map) : assignment(map)) + " " }
    text += "} }\n"
    if random.chance(25) { text += "end \(block(1 + random.upTo(4)))\n" }
    return text
  }

  private mutating func makeMap(_ number: Int) -> Map {
    let key = random.chance(60) ? keySort() : nil
    if random.chance(45) {
      let function = random.pick(Aggregation.allCases)
      let arguments =
        switch function {
        case .hist: random.chance(50) ? "" : ", \(random.upTo(3))"
        case .lhist: random.pick([", 0, 100, 10", ", -50, 50, 7", ", 1, 1000, 333"])
        case .count, .sum, .min, .max, .avg, .stats: ""
        }
      return Map(
        name: "@a\(number)", key: key,
        content: .aggregation(function, arguments: arguments, isSigned: random.chance(60)))
    }
    return Map(name: "@m\(number)", key: key, content: .value(random.chance(65) ? .integer : sort(2)))
  }

  private mutating func keySort() -> Sort {
    switch random.upTo(13) {
    case 0...4: .integer
    case 5, 6: .string
    case 7: .bool
    case 8: .byte
    case 9: .kind
    case 10: .syscall
    case 11: .word
    default: .tuple((0...1 + random.upTo(1)).map { _ in random.pick([.integer, .string, .integer]) })
    }
  }

  mutating func sort(_ depth: Int) -> Sort {
    switch random.upTo(depth > 0 ? 10 : 8) {
    case 0...4: .integer
    case 5: .bool
    case 6, 7: .string
    case 8: .node
    case 9: .tuple((0...1 + random.upTo(1)).map { _ in sort(depth - 1) })
    default: .record((0...1).map { _ in sort(depth - 1) })
    }
  }

  mutating func newName() -> String {
    usedNames += 1
    return "$v\(usedNames)"
  }
}

extension String {
  /// Per-CPU hashes hold aggregations only.
  fileprivate func replacingPerCPUHashes(of maps: [ScriptGenerator.Map]) -> String {
    split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.contains("percpuhash"), line.hasPrefix("let @m") else { return String(line) }
      return "let \(line.dropFirst(4).prefix { $0 != " " }) = hash(7);"
    }.joined(separator: "\n")
  }
}
