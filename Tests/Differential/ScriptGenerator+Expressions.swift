import TestSupport

extension ScriptGenerator {
  static let integerTypes = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]

  private static let numbers = [
    "0", "1", "2", "3", "5", "7", "8", "10", "31", "32", "63", "64", "100", "127", "128", "255", "256", "1000", "32767",
    "32768", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "0x7fffffffffffffff",
    "0x8000000000000000", "0xffffffffffffffff", "(-1)", "(-2)", "(-128)", "(-129)", "(-32768)", "(-2147483648)",
    "(-9223372036854775807)", "1e3", "RED", "BLUE", "1ms",
  ]

  private static let texts = [
    "", "a", "ab", "abc", "word", "exactly8", "fifteen letters", "a longer text of 31 letters...",
  ]

  mutating func expression(_ sort: Sort, _ depth: Int) -> String {
    switch sort {
    case .integer: integer(depth)
    case .bool: condition(depth)
    case .string: string(depth)
    case .tuple(let parts): tuple(parts, isRecord: false, depth)
    case .record(let parts): tuple(parts, isRecord: true, depth)
    case .byte: "(uint8)\(integer(depth))"
    case .kind: "(enum Kind)\(integer(depth))"
    case .syscall: "syscall_name(\(integer(depth)))"
    case .word: "\"\(random.pick(["one", "two", "three"]))\""
    case .node: node(depth)
    case .task: task(depth)
    }
  }

  private mutating func tuple(_ parts: [Sort], isRecord: Bool, _ depth: Int) -> String {
    let sort: Sort = isRecord ? .record(parts) : .tuple(parts)
    if depth > 0, random.chance(35), let place = place(of: sort, depth) { return place }
    if depth > 1, random.chance(10) {
      return "(\(condition(depth - 2)) ? \(expression(sort, depth - 2)) : \(expression(sort, depth - 2)))"
    }
    let values = parts.enumerated().map { index, part in
      (isRecord ? "\(["a", "b"][index]) = " : "") + expression(part, depth - 1)
    }
    return "(\(values.joined(separator: ", ")))"
  }

  /// A variable or map entry that holds such a value.
  mutating func place(of sort: Sort, _ depth: Int) -> String? {
    let known = variables.filter { $0.sort == sort }
    let stored = maps.filter { $0.content == .value(sort) }
    if !known.isEmpty, random.chance(stored.isEmpty ? 100 : 65) { return random.pick(known).name }
    guard !stored.isEmpty, depth > 0 else { return nil }
    return entry(random.pick(stored), depth - 1)
  }

  /// A map entry with some key.
  mutating func entry(_ map: Map, _ depth: Int) -> String { map.name + key(map, depth).map { "[\($0)]" }.joined() }

  private mutating func key(_ map: Map, _ depth: Int) -> [String] {
    switch map.key {
    case nil: return []
    case .tuple(let parts)?:
      // A tuple with a part for each key, or the keys one after the other.
      let values = parts.map { smallKey($0, depth) }.joined(separator: ", ")
      return [random.chance(30) ? "(\(values))" : values]
    case let sort?: return [smallKey(sort, depth)]
    }
  }

  /// Keys are few, so that they are met again.
  private mutating func smallKey(_ sort: Sort, _ depth: Int) -> String {
    switch sort {
    case .integer where random.chance(75): random.pick(["0", "1", "2", "3", "(-1)", "255", "(uint8)1", "(int8)(-1)"])
    case .string where random.chance(75): "\"\(random.pick(["", "a", "ab", "word"]))\""
    case .kind where random.chance(50): random.pick(["NONE", "SOME", "MANY", "(enum Kind)3", "(enum Kind)77"])
    case .syscall where random.chance(50): "syscall_name(\(random.pick(["0", "39", "511", "512", "(-1)"])))"
    case .integer, .bool, .string, .tuple, .record, .byte, .kind, .syscall, .word, .node, .task:
      expression(sort, min(depth, 2))
    }
  }

  // MARK: - Integers

  mutating func integer(_ depth: Int) -> String {
    guard depth > 0 else { return integerLeaf() }
    switch random.upTo(34) {
    case 0...2: return integerLeaf()
    case 3...10:
      let operation = random.pick(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "+", "-"])
      return "(\(integer(depth - 1)) \(operation) \(integer(depth - 1)))"
    case 11...13: return "((\(random.pick(Self.integerTypes)))\(integer(depth - 1)))"
    case 14: return "(\(random.pick(["-", "~", "-", "~", "+"]))\(integer(depth - 1)))"
    case 15: return "(\(condition(depth - 1)) ? \(integer(depth - 1)) : \(integer(depth - 1)))"
    case 16: return "((int64)\(condition(depth - 1)))"
    case 17, 18:
      let counters = maps.filter { map in
        if case .aggregation(let function, _, _) = map.content {
          [.count, .sum, .min, .max, .avg].contains(function)
        } else {
          false
        }
      }
      guard !counters.isEmpty else { return integerLeaf() }
      return "((int64)\(entry(random.pick(counters), depth - 1)))"
    case 19, 20: return place(of: .integer, depth) ?? integerLeaf()
    case 21: return step(depth)
    case 22: return blockValue(.integer, depth)
    case 23: return keyed().map { "len(\($0.name))" } ?? integerLeaf()
    case 24: return element(.integer, depth)
    case 25: return memory(depth)
    case 26:
      if random.chance(30) { return "(\(string(depth - 1)))[0]" }
      if random.chance(20) { return "strlen(str_concat(\(string(depth - 1)), \(string(depth - 1))))" }
      return "strncmp(\(string(depth - 1)), \(string(depth - 1)), \(random.pick(["0", "1", "2", "3", "8", "20"])))"
    case 29: return "((uint8[8])(uint64)\(integer(depth - 1)))[\(random.upTo(7))]"
    case 30: return "((int64)(uint16[4])(int64)\(integer(depth - 1)))"
    case 31, 32, 33: return nodeNumber(depth)
    case 34: return "\(task(depth - 1)).tgid"
    case 27: return "bswap(\(integer(depth - 1)))"
    case 28: return "if \(condition(depth - 1)) { \(integer(depth - 1)) } else { \(integer(depth - 1)) }".parenthesised
    default: return address()
    }
  }

  private mutating func integerLeaf() -> String {
    let known = variables.filter { $0.sort == .integer }
    if !known.isEmpty, random.chance(55) { return random.pick(known).name }
    return random.chance(4) ? random.pick(["pid", "tid", "uid", "ncpus"]) : random.pick(Self.numbers)
  }

  private func keyed() -> Map? { visitsMaps ? maps.first { $0.key != nil } : nil }

  private mutating func step(_ depth: Int) -> String {
    let operation = random.pick(["++", "--"])
    let stored = maps.filter { $0.content == .value(.integer) }
    let known = variables.filter { $0.sort == .integer && !$0.name.hasPrefix("$i") }
    let place: String
    if !known.isEmpty, random.chance(60) {
      place = random.pick(known).name
    } else if !stored.isEmpty {
      place = entry(random.pick(stored), depth - 1)
    } else {
      return integerLeaf()
    }
    return random.chance(50) ? "(\(operation)\(place))" : "(\(place)\(operation))"
  }

  /// An element of a tuple written on the spot or held somewhere.
  private mutating func element(_ sort: Sort, _ depth: Int) -> String {
    for (name, held) in variables.reversed() {
      guard random.chance(60) else { continue }
      switch held {
      case .tuple(let parts):
        if let index = parts.firstIndex(of: sort) { return "\(name).\(index)" }
      case .record(let parts):
        if let index = parts.firstIndex(of: sort) { return "\(name).\(["a", "b"][index])" }
      case .integer, .bool, .string, .byte, .kind, .syscall, .word, .node, .task: continue
      }
    }
    let first = random.chance(50)
    let other = self.sort(1)
    let parts = first ? [sort, other] : [other, sort]
    return "\(tuple(parts, isRecord: false, depth - 1)).\(first ? 0 : 1)"
  }

  /// Something of the page at 0x500000000.
  private mutating func memory(_ depth: Int) -> String {
    let address = "0x5000000\(random.pick(["00", "08", "10", "21", "33", "ff"]))"
    switch random.upTo(4) {
    case 3:
      let member = random.pick(["a", "b", "c", "d", "e", "i", "k", "g[1]"])
      return "({ let $s = *(struct Sample *)uptr(\(address)); $s.\(member) })"
    case 0: return "(*(\(random.pick(Self.integerTypes)) *)uptr(\(address)))"
    case 1:
      let member = random.pick(["a", "b", "c", "d", "e", "i", "j", "k"])
      return "((struct Sample *)uptr(\(address))).\(member)"
    case 2:
      let (member, mask) = random.pick([("f", 7), ("g", 3)])
      let index = random.chance(50) ? "\(random.upTo(mask))" : "(\(integer(min(1, depth - 1)))) & \(mask)"
      return "((struct Sample *)uptr(\(address))).\(member)[\(index)]"
    default:
      return "(*((\(random.pick(Self.integerTypes)) *)uptr(\(address)) + \(random.pick(["0", "1", "3", "17"]))))"
    }
  }

  private mutating func address() -> String {
    let known = variables.filter { $0.sort == .integer && !$0.name.hasPrefix("$i") }
    guard !known.isEmpty else { return integerLeaf() }
    return "(*&\(random.pick(known).name))"
  }

  /// `{ let $x = ...; $x }`
  mutating func blockValue(_ sort: Sort, _ depth: Int) -> String {
    let outer = variables
    let before = isInLoop
    isInLoop = false
    defer {
      variables = outer
      isInLoop = before
    }
    var text = "({ "
    for _ in 0..<random.upTo(1) { text += simpleStatement(depth - 1) + " " }
    let name = newName()
    text += "let \(name) = \(expression(sort, depth - 1)); "
    variables.append((name, sort))
    return text + expression(sort, 1) + " })"
  }

  // MARK: - Conditions

  mutating func condition(_ depth: Int) -> String {
    guard depth > 0 else {
      let known = variables.filter { $0.sort == .bool }
      return !known.isEmpty && random.chance(60) ? random.pick(known).name : random.pick(["true", "false"])
    }
    switch random.upTo(19) {
    case 0: return condition(0)
    case 18, 19: return nodeCondition(depth)
    case 16:
      let sort = Sort.tuple([self.sort(0), self.sort(0)])
      return "(\(expression(sort, depth - 1)) \(random.pick(["==", "!="])) \(expression(sort, depth - 1)))"
    case 17:
      let (left, right) = (random.pick(["00", "10", "33"]), random.pick(["00", "10", "33"]))
      let member = random.pick(["f", "g"])
      return
        "(((struct Sample *)uptr(0x5000000\(left))).\(member) == ((struct Sample *)uptr(0x5000000\(right))).\(member))"
    case 1...5:
      let comparison = random.pick(["==", "!=", "<", "<=", ">", ">="])
      return "(\(integer(depth - 1)) \(comparison) \(integer(depth - 1)))"
    case 6, 7: return "(\(condition(depth - 1)) && \(condition(depth - 1)))"
    case 8, 9: return "(\(condition(depth - 1)) || \(condition(depth - 1)))"
    case 10: return "(!\(random.chance(50) ? condition(depth - 1) : integer(depth - 1)))"
    case 11, 12: return "(\(string(depth - 1)) \(random.pick(["==", "!="])) \(string(depth - 1)))"
    case 13:
      let keyed = maps.filter { $0.key != nil }
      guard !keyed.isEmpty else { return condition(0) }
      let map = random.pick(keyed)
      return "has_key(\(map.name), \(keyArgument(map, depth - 1)))"
    case 14: return "((bool)\(integer(depth - 1)))"
    default: return place(of: .bool, depth) ?? condition(0)
    }
  }

  mutating func keyArgument(_ map: Map, _ depth: Int) -> String {
    let key = key(map, depth).joined()
    guard case .tuple? = map.key, !key.hasPrefix("(") || !key.hasSuffix(")") || key.dropFirst().contains("(") else {
      return key
    }
    return map.isWholeTuple(key) ? key : "(\(key))"
  }

  // MARK: - Strings

  mutating func string(_ depth: Int) -> String {
    guard depth > 0 else {
      let known = variables.filter { $0.sort == .string }
      return !known.isEmpty && random.chance(50) ? random.pick(known).name : "\"\(random.pick(Self.texts))\""
    }
    switch random.upTo(11) {
    case 0...2: return string(0)
    case 3, 4: return place(of: .string, depth) ?? string(0)
    case 5: return "(\(condition(depth - 1)) ? \(string(depth - 1)) : \(string(depth - 1)))"
    case 6: return blockValue(.string, depth)
    case 7: return element(.string, depth)
    case 8: return "str(uptr(0x5000001\(random.pick(["00", "04", "0a", "28"]))), \(length()))"
    case 9: return "((struct Sample *)uptr(0x500000100)).h"
    case 10: return "comm"
    default: return "((string[\(random.pick(["1", "2", "4", "8", "20"]))])\(string(depth - 1)))"
    }
  }
}

extension ScriptGenerator {
  /// Of a string: a constant one is not 0.
  private mutating func length() -> String {
    let known = random.pick(["8", "16", "33", "1", ""])
    if !known.isEmpty { return known }
    let length = "(\(integer(1))) & 15"
    return length.contains("$") || length.contains("@") ? length : "(\(length)) | 1"
  }
}

extension ScriptGenerator.Map {
  /// Whether a key is written as one tuple: its first parenthesis closes at its end.
  fileprivate func isWholeTuple(_ key: String) -> Bool {
    var depth = 0
    for (index, character) in key.enumerated() {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if depth == 0 { return index == key.count - 1 && index > 0 }
    }
    return false
  }
}

extension String {
  fileprivate var parenthesised: String { "(\(self))" }
}
