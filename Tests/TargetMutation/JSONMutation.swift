import TestSupport
import TraceLang

extension JSONValue {
  /// With one value in it replaced by one that is wrong for its place, or only unusual.
  func mutated(by random: inout SplitMix) -> JSONValue {
    var place = Int.random(in: 0..<size, using: &random)
    return replacing(&place) { $0.replacement(&random) }
  }

  /// The values in this one, itself included.
  private var size: Int {
    switch self {
    case .null, .bool, .integer, .unsigned, .number, .string: 1
    case .array(let elements): elements.reduce(1) { $0 + $1.size }
    case .object(let members): members.reduce(1) { $0 + $1.value.size }
    }
  }

  /// With the value that comes after `place` others replaced.
  private func replacing(_ place: inout Int, _ replacement: (JSONValue) -> JSONValue) -> JSONValue {
    place -= 1
    if place == -1 { return replacement(self) }
    if place < 0 { return self }
    switch self {
    case .null, .bool, .integer, .unsigned, .number, .string: return self
    case .array(let elements): return .array(elements.map { $0.replacing(&place, replacement) })
    case .object(let members):
      return .object(members.map { JSONMember($0.key, $0.value.replacing(&place, replacement)) })
    }
  }

  private func replacement(_ random: inout SplitMix) -> JSONValue {
    switch self {
    case .null: return random.pick([.tagged("record", Self.named), .object([:]), .integer(1)])
    case .bool(let value): return .bool(!value)
    case .integer(let value):
      return random.pick(
        [value &+ 1, value &- 1, 0 &- value, value &* 2].map(JSONValue.integer) + Self.numbers + [
          .unsigned(.max), .null,
        ])
    case .unsigned, .number: return random.pick([.integer(0), .integer(-1), .unsigned(.max)])
    case .string(let text):
      return .string(
        random.pick(["", text + text, "\0", String(text.dropLast()), "struct x", "\u{10FFFF}\n", "common_x", "kernel"]))
    case .array(let elements): return changed(elements, &random)
    case .object(let members):
      if members.count == 1, random.chance(70) { return random.pick(Self.types) }
      return changed(members, &random)
    }
  }

  private func changed(_ elements: [JSONValue], _ random: inout SplitMix) -> JSONValue {
    guard let element = elements.randomElement(using: &random) else { return .array([.tagged("bool", [:])]) }
    return .array(
      random.pick([
        [], elements.dropLast(), elements + [element], elements.reversed(), Array(repeating: element, count: 40),
      ]))
  }

  private func changed(_ members: [JSONMember], _ random: inout SplitMix) -> JSONValue {
    guard let member = members.randomElement(using: &random), let other = members.randomElement(using: &random) else {
      return .null
    }
    // One loses its value to another: layouts that contain themselves, types that name each other.
    return .object(
      members.filter { random.chance(90) || $0 != member }.map {
        JSONMember($0.key, $0.key == member.key ? other.value : $0.value)
      })
  }

  private static let numbers = [Int64](
    [0, 1, 3, -1, 8, 64, 1 << 15, 1 << 30, 1 << 31, 1 << 60, .max, .min]
  ).map(JSONValue.integer)

  /// Types of all kinds, among them those that no machine has.
  private static let types: [JSONValue] = scalars + composites + foreign

  private static let scalars: [JSONValue] =
    [8, 64, 0, 3, -1, .max].map(word) + [.tagged("void", [:]), .tagged("bool", [:])]
    + [.max, 1 << 20, -1, 0].map { .tagged("string", ["capacity": .integer($0)]) }
    + [.tagged("enumeration", ["_0": enumeration, "_1": .object(["bits": .integer(16), "isSigned": .bool(false)])])]

  private static let composites: [JSONValue] =
    [1 << 60, -1, 0, 1 << 28, 3].map { .tagged("array", ["_0": word(64), "count": .integer($0)]) }
    + [
      .tagged("pointer", ["_0": word(8), "_1": .string("user")]),
      .tagged("pointer", ["_0": .tagged("void", [:]), "_1": .string("kernel")]),
      .tagged("array", ["_0": .tagged("record", named), "count": .integer(1 << 20)]), .tagged("record", named),
    ]

  /// What is none of a machine's.
  private static let foreign: [JSONValue] = [
    .tagged("record", ["_0": .tagged("script", ["_0": .integer(0), "name": .string("x")])]),
    .tagged("record", ["_0": .tagged("function", ["_0": .string("vfs_read")])]), .tagged("tuple", ["_0": .array([])]),
    .tagged("buffer", ["capacity": .integer(.max)]), .tagged("invalid", [:]),
    .tagged("symbolic", ["_0": .tagged("kernelSymbol", [:])]),
    .tagged("aggregation", ["_0": .tagged("count", [:])]),
    .tagged("stack", ["_0": .object(["isUser": .bool(true), "mode": .string("perf"), "limit": .integer(.max)])]),
  ]

  private static func word(_ bits: Int64) -> JSONValue {
    .tagged("integer", ["_0": .object(["bits": .integer(bits), "isSigned": .bool(true)])])
  }

  private static let enumeration: JSONValue = .tagged(
    "btf", ["object": .integer(0), "type": .integer(7), "name": .string("e")])

  /// How `Codable` writes an enum's case.
  private static func tagged(_ name: String, _ payload: JSONValue) -> JSONValue { .object([JSONMember(name, payload)]) }
  private static func tagged(_ name: String, _ payload: KeyValuePairs<String, JSONValue>) -> JSONValue {
    tagged(name, .object(payload))
  }

  private static let named: JSONValue = .object([
    "_0": .object(["named": .object(["_0": .string("struct task_struct")])])
  ])
}
