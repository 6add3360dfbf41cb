import TestSupport

// Pointers: to structs of the sample page, which lead to one another and to nothing, and to tasks.
extension ScriptGenerator {
  /// As `SampleMemory` lays them out: 64 bytes each.
  static let nodeDeclaration =
    "struct Node { struct Node *next; struct Node *kids[2]; int32 v; uint16 w; struct { struct Node *up; int8 s; } in; "
    + "union { uint64 word; struct Node *alt; }; struct Node **back; };"

  private mutating func nodeAddress() -> String {
    "0x5000003\(random.pick(["00", "40", "80", "c0"]))"
  }

  mutating func node(_ depth: Int) -> String {
    guard depth > 0 else {
      let known = variables.filter { $0.sort == .node }
      if !known.isEmpty, random.chance(70) { return random.pick(known).name }
      return random.chance(15) ? "((struct Node *)0)" : "((struct Node *)uptr(\(nodeAddress())))"
    }
    switch random.upTo(14) {
    case 0, 1: return node(0)
    case 2...4: return "\(node(depth - 1)).\(random.pick(["next", "in.up", "alt", "kids[0]", "kids[1]"]))"
    case 5: return "\(node(depth - 1)).kids[(\(integer(min(1, depth - 1)))) & 1]"
    case 6: return "(*\(node(depth - 1)).back)"
    case 7, 8: return place(of: .node, depth) ?? node(depth - 1)
    case 9:
      let (first, second) = (node(depth - 1), random.chance(30) ? "0" : node(depth - 1))
      return "(\(condition(depth - 1)) ? \(first) : \(second))"
    case 10: return "((struct Node *)uptr((uint64)\(node(depth - 1))))"
    case 11: return "((struct Node *)(\(random.pick(["struct Sample", "void", "int8"])) *)\(node(depth - 1)))"
    case 12: return "(\(node(depth - 1)) + \(random.upTo(2)))"
    case 13: return "(if \(condition(depth - 1)) { \(node(depth - 1)) } else { \(node(depth - 1)) })"
    default: return blockValue(.node, depth)
    }
  }

  /// A number that a pointer leads to or is.
  mutating func nodeNumber(_ depth: Int) -> String {
    let node = node(depth - 1)
    switch random.upTo(6) {
    case 0, 1: return "\(node).v"
    case 2: return "\(node).w"
    case 3: return "\(node).in.s"
    case 4: return "\(node).word"
    case 5: return "((\(random.pick(Self.integerTypes)))\(node))"
    default: return "((*\(node)).v)"
    }
  }

  mutating func nodeCondition(_ depth: Int) -> String {
    let node = node(depth - 1)
    switch random.upTo(3) {
    case 0: return "(\(node) \(random.pick(["==", "!="])) 0)"
    case 1: return "(!\(node))"
    case 2: return "((bool)\(node))"
    default: return "(\(node) \(random.pick(["==", "!=", "<", ">="])) \(self.node(depth - 1)))"
    }
  }

  mutating func task(_ depth: Int) -> String {
    let known = variables.filter { $0.sort == .task }
    guard depth > 0, random.chance(65) else {
      return !known.isEmpty && random.chance(70) ? random.pick(known).name : "curtask"
    }
    switch random.upTo(4) {
    case 0, 1: return "\(task(depth - 1)).real_parent"
    case 2: return "\(task(depth - 1)).group_leader"
    case 3: return "(\(condition(depth - 1)) ? \(task(depth - 1)) : \(task(depth - 1)))"
    default: return "((struct task_struct *)\(task(depth - 1)))"
    }
  }

  /// A loop that follows a pointer to its end, or as far as it counts.
  mutating func walk(_ depth: Int) -> String {
    let outer = (variables, isInLoop, repetitions)
    defer { (variables, isInLoop, repetitions) = outer }
    let sort: Sort = random.chance(70) ? .node : .task
    let start = expression(sort, 2)
    let name = newName()
    let count = 1 + random.upTo(5)
    repetitions *= count
    isInLoop = true
    usedNames += 1
    let counter = "$i\(usedNames)"
    variables.append((name, sort))
    let body = nested(depth - 1).dropFirst(2)
    let link =
      sort == .task
      ? "real_parent" : random.pick(["next", "next", "in.up", "kids[1]", "alt"])
    let end =
      sort == .task
      ? "\(name).tgid != 0" : random.pick(["\(name) != 0", "\(name)", "(struct Node *)0 != \(name)", "\(name).v != 0"])
    let isCounted = random.chance(50)
    if isCounted {
      return
        "\(name) = \(start); for (\(counter) : 0..\(count)) { if (!(\(end))) { break; } \(name) = \(name).\(link); \(body)"
    }
    return
      "\(name) = \(start); let \(counter) = 0; while (\(counter) < \(count) && \(end)) { \(counter)++; \(name) = \(name).\(link); \(body)"
  }

  /// An assignment that reads what it assigns to, or another map that may have no type either.
  mutating func feeding(_ map: Map) -> String {
    let place = entry(map, 0)
    switch map.content {
    case .value(.integer):
      let other = entry(random.pick(maps.filter { $0.content == map.content }), 0)
      switch random.upTo(6) {
      case 0: return "\(place) = \(other);"
      case 1: return "\(place) = \(other) \(random.pick(["+", "*", "&"])) \(integer(0));"
      case 2: return "\(place) = \(place) - \(other);"
      case 3: return "\(place) = \(other) > \(place) ? \(other) : \(place);"
      case 4: return "\(place) += \(other);"
      case 5:
        let name = newName()
        return "\(name) = \(other); \(place) = \(name);"
      default: return "\(place) = { let $x; $x = \(other); $x };"
      }
    case .value(.bool): return "\(place) = !\(place);"
    case .value(.string): return "\(place) = \(place) == \"\" ? \(string(0)) : \(place);"
    case .value(.node): return "\(place) = \(place) == 0 ? \(node(0)) : \(place).next;"
    case .value(.tuple(let parts)) where parts.first == .integer:
      let others = parts.dropFirst().map { expression($0, 0) }
      return "\(place) = (\((["\(place).0 + 1"] + others).joined(separator: ", ")));"
    case .value, .aggregation: return assignment(map)
    }
  }
}
