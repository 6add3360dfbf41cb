import TestSupport

extension ScriptGenerator {
  /// Runs of a statement that prints, at most: the ring buffer must hold what is printed.
  private static let printLimit = 24

  mutating func block(_ count: Int) -> String {
    let outer = variables
    defer { variables = outer }
    var text = "{ "
    for _ in 0..<count { text += statement(3) + " " }
    return text + "}"
  }

  private mutating func statement(_ depth: Int) -> String {
    switch random.upTo(19) {
    case 0...8: return simpleStatement(3)
    case 9...11: return print()
    case 12, 13:
      let condition = condition(3)
      guard depth > 0 else { return simpleStatement(2) }
      let otherwise = random.chance(40) ? " else \(nested(depth - 1))" : ""
      return "if (\(condition)) \(nested(depth - 1))\(otherwise)"
    case 14, 15: return depth > 0 ? loop(depth) : simpleStatement(2)
    case 16: return depth > 0 ? (random.chance(40) ? walk(depth) : loop(depth)) : simpleStatement(2)
    case 17:
      guard isInLoop else { return simpleStatement(3) }
      return "if (\(condition(2))) { \(random.pick(["break;", "continue;"])) }"
    case 18 where random.chance(20): return "if (\(condition(2))) { \(random.chance(80) ? "return;" : "exit();") }"
    default: return declaration()
    }
  }

  mutating func nested(_ depth: Int) -> String {
    let outer = variables
    defer { variables = outer }
    var text = "{ "
    for _ in 0...random.upTo(2) { text += statement(depth) + " " }
    return text + "}"
  }

  private mutating func declaration() -> String {
    let sort = random.chance(5) ? .task : sort(2)
    if sort == .integer, random.chance(10) {
      // What it holds before is nothing, and its type comes from what it is computed with.
      let name = newName()
      variables.append((name, sort))
      return "let \(name); \(name) = \(name) \(random.pick(["+", "-", "|", "^"])) \(integer(1));"
    }
    if sort == .integer, random.chance(50) {
      let type = random.pick(Self.integerTypes)
      let value = "(\(type))\(integer(2))"
      let name = newName()
      variables.append((name, sort))
      return random.chance(50) ? "let \(name): \(type) = \(value);" : "\(name) = \(value);"
    }
    let value = expression(sort, 3)
    let name = newName()
    variables.append((name, sort))
    return random.chance(50) ? "let \(name) = \(value);" : "\(name) = \(value);"
  }

  /// A statement without statements inside.
  mutating func simpleStatement(_ depth: Int) -> String {
    switch random.upTo(11) {
    case 0, 1: return declaration()
    case 2, 3:
      let known = variables.filter { !$0.name.hasPrefix("$i") }
      guard !known.isEmpty else { return declaration() }
      let (name, sort) = random.pick(known)
      if sort == .integer, random.chance(50) { return "\(name) \(update())= \(integer(depth));" }
      return "\(name) = \(expression(sort, depth));"
    case 4...9: return mapStatement(random.pick(maps), depth)
    case 10:
      let map = random.pick(maps)
      if map.key == nil { return random.chance(50) ? "delete(\(map.name));" : mapStatement(map, depth) }
      return random.chance(50)
        ? "delete(\(map.name), \(keyArgument(map, depth)));" : "delete(\(entry(map, depth)));"
    default: return random.chance(20) ? "\(random.pick(["clear", "zero"]))(\(random.pick(maps).name));" : declaration()
    }
  }

  private mutating func update() -> String {
    random.pick(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"])
  }

  mutating func mapStatement(_ map: Map, _ depth: Int) -> String {
    let place = entry(map, depth - 1)
    switch map.content {
    case .value(let sort):
      if sort == .integer {
        if random.chance(15) { return "\(place)\(random.pick(["++", "--"]));" }
        // What a step in the value does to a place that is just being updated is not said.
        if random.chance(35) { return "\(place) \(update())= \(integer(1).withoutSteps);" }
      }
      return "\(place) = \(expression(sort, depth));"
    // One that a loop is over must not lose the entry that the loop is at.
    case .aggregation where depth > 0 && !loopedMaps.contains(map.name) && random.chance(10):
      return "\(place) \(random.pick(["=", "+="])) \(entry(map, 0));"
    case .aggregation(.count, _, _): return "\(place) = count();"
    case .aggregation(let function, let arguments, let isSigned):
      let value = "(\(isSigned ? "int64" : "uint64"))\(integer(depth))"
      return "\(place) = \(function.rawValue)(\(value)\(arguments));"
    }
  }

  /// An assignment that reads no map, so that it tells the map's type.
  mutating func assignment(_ map: Map) -> String {
    switch map.content {
    case .value(let sort): "\(entry(map, 0)) = \(expression(sort, 0));"
    case .aggregation: mapStatement(map, 0)
    }
  }

  /// What may stand where the order is not known: gathers entries, and reads nothing that it changes.
  /// - Parameter operators: those of one kind, as sums and exclusive ors in turn would tell the order.
  private mutating func gathering(_ operators: [String]) -> String {
    let value = random.chance(80) ? loopValue ?? "1" : random.pick(["1", "(-7)", "300"])
    let gatherers = maps.filter { map in
      guard case .aggregation = map.content else { return false }
      return map.key == nil && !loopedMaps.contains(map.name)
    }
    let statement: String
    let known = variables.filter { $0.sort == .integer && !$0.name.hasPrefix("$i") }
    if !gatherers.isEmpty, random.chance(60) {
      let map = random.pick(gatherers)
      if case .aggregation(let function, let arguments, let isSigned) = map.content, function != .count {
        statement = "\(map.name) = \(function.rawValue)((\(isSigned ? "int64" : "uint64"))\(value)\(arguments));"
      } else {
        statement = "\(map.name) = count();"
      }
    } else if !known.isEmpty {
      statement = "\(random.pick(known).name) \(random.pick(operators))= (int64)\(value);"
    } else {
      return ""
    }
    switch random.upTo(4) {
    case 0: return "if ((int64)\(value) \(random.pick(["==", "<", ">="])) 3) { \(statement) }"
    case 1: return "if ((int64)\(value) \(random.pick(["!=", "<", ">="])) 2) { continue; } \(statement)"
    default: return statement
    }
  }

  private mutating func print() -> String {
    if repetitions > Self.printLimit { return simpleStatement(2) }
    switch random.upTo(9) {
    case 0: return "print(\(random.pick(maps).name));"
    case 1:
      let map = random.pick(maps)
      if map.key == nil { return "print(\(map.name));" }
      // Histograms print whole.
      let isWhole = map.holdsHistograms || random.chance(25)
      if isWhole { return "print(\(map.name), \(1 + random.upTo(3))\(random.chance(40) ? ", 3" : ""));" }
      return "print(\(entry(map, 1)));"
    case 2, 3: return "print(\(expression(sort(2), 3)));"
    case 4: return "print(buf(uptr(0x5000000\(random.pick(["00", "10"]))), \(1 + random.upTo(12))));"
    default: return formatted()
    }
  }

  private mutating func formatted() -> String {
    var format = ""
    var values: [String] = []
    for _ in 0...random.upTo(3) {
      switch random.upTo(10) {
      case 10:
        format += random.pick(["%f", "%.3f", "%e", "%.2e", "%g", "%12.1f", "%+.0f", "%#g"])
        let divisor = random.pick(["1000", "7", "0.5", integer(1)])
        values.append("\(integer(2)) \(random.pick(["/", "/", "*", "+"])) \(integer(2)) / \(divisor)")
      case 0...2:
        format += random.pick([
          "%d", "%d", "%u", "%x", "%5d", "%-5d", "%05d", "%+d", "%#x", "%o", "%X", "% d", "%.3d", "%'d",
        ])
        values.append(integer(3))
      case 3:
        format += random.pick(["%ld", "%lld", "%hd", "%hhd", "%hu", "%hhx", "%llx", "%lu", "%hhu", "%zu"])
        values.append(integer(3))
      case 4:
        format += random.pick(["%d", "%s"])
        values.append(condition(3))
      case 5, 6, 7:
        format += random.pick(["%s", "%s", "%10s", "%-10s", "%.3s"])
        values.append(string(3))
      case 8:
        format += "%s"
        values.append(tuple(depth: 2))
      default: format += random.pick(["text", "%%", "a b"])
      }
      format += " "
    }
    return "printf(\(([#""\#(format)\n""#] + values).joined(separator: ", ")));"
  }

  private mutating func tuple(depth: Int) -> String { expression(.tuple([sort(1), sort(0)]), depth) }

  // MARK: - Loops

  private mutating func loop(_ depth: Int) -> String {
    let outer = (variables, isInLoop, repetitions)
    defer { (variables, isInLoop, repetitions) = outer }
    switch random.upTo(9) {
    case 0...3:
      let (start, end, count) = range()
      usedNames += 1
      let name = "$i\(usedNames)"
      guard repetitions * count <= 4000 else { return simpleStatement(2) }
      repetitions *= count
      isInLoop = true
      variables.append((name, .integer))
      return "for (\(name) : \(start)..\(end)) \(nested(depth - 1))"
    case 4, 5:
      let count = 1 + random.upTo(4)
      usedNames += 1
      let name = "$i\(usedNames)"
      repetitions *= count
      isInLoop = true
      let before = variables.count
      variables.append((name, .integer))
      let body = nested(depth - 1).dropFirst(2)
      variables.removeSubrange(before...)
      return "let \(name) = 0; while (\(name) < \(count)) { \(name)++; \(body)"
    case 6, 7:
      let count = 1 + random.upTo(4)
      repetitions *= count
      isInLoop = true
      return "unroll(\(count)) \(nested(depth - 1))"
    default: return mapLoop()
    }
  }

  private mutating func range() -> (String, String, count: Int) {
    switch random.upTo(9) {
    case 0...4:
      let start = random.upTo(3)
      let count = random.upTo(5)
      return (["0", "1", "2", "3"][start], "\(start + count)", max(1, count))
    case 5: return ("0", "\(60 + random.upTo(300))", 360)
    case 6: return ("(-3)", "3", 6)
    case 7: return ("(\(integer(1))) & 3", "(\(integer(1))) & 15", 15)
    default: return ("(\(integer(2))) % 7", "(\(integer(2))) % 7", 13)
    }
  }

  private mutating func mapLoop() -> String {
    let keyed = maps.filter { map in
      if case .aggregation(let function, _, _) = map.content {
        return map.key != nil && [.count, .sum, .min, .max, .avg].contains(function)
      }
      return map.key != nil
    }
    guard visitsMaps, !keyed.isEmpty else { return simpleStatement(2) }
    let map = random.pick(keyed)
    let name = newName()
    loopedMaps.append(map.name)
    loopValue = map.holdsNumbers ? "\(name).1" : map.key == .integer ? "\(name).0" : nil
    defer {
      loopedMaps.removeLast()
      loopValue = nil
    }
    let operators = random.chance(67) ? ["+", "-"] : ["^"]
    var body = ""
    for _ in 0...random.upTo(1) { body += gathering(operators) + " " }
    if random.chance(20) { body += "delete(\(map.name), \(name).0); " }
    return "for (\(name) : \(map.name)) { \(body)}"
  }
}

extension ScriptGenerator.Map {
  fileprivate var holdsHistograms: Bool {
    switch content {
    case .value, .aggregation(.count, _, _), .aggregation(.sum, _, _), .aggregation(.min, _, _),
      .aggregation(.max, _, _),
      .aggregation(.avg, _, _), .aggregation(.stats, _, _):
      false
    case .aggregation(.hist, _, _), .aggregation(.lhist, _, _): true
    }
  }

  fileprivate var holdsNumbers: Bool {
    switch content {
    case .value(let sort): sort == .integer
    case .aggregation: true
    }
  }
}

extension String {
  fileprivate var withoutSteps: String { contains("++") || contains("--") ? "1" : self }
}
