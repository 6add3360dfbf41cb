import Testing

@testable import TraceLang

@Suite struct JSONCoderTests {
  private enum Shape: Codable, Hashable {
    case empty
    case circle(radius: Double)
    case pair(Int, String?)
  }

  private struct Everything: Codable, Hashable {
    var flag = true
    var small: Int8 = -128
    var large: UInt64 = .max
    var negative: Int64 = .min
    var ratio: Float = 0.5
    var name = "x"
    var missing: Int?
    var present: Int? = 3
    var shapes: [Shape] = [.empty, .circle(radius: 1.25), .pair(7, nil), .pair(8, "eight")]
    var named: [String: Shape?] = ["b": .empty, "a": nil]
    var numbered: [Int: String] = [5: "five"]
    var nested: [[UInt8]] = [[], [1, 255]]
    var range: Range<Int> = 1..<4
    var option: Machine.Architecture = .aarch64
  }

  @Test func everyPartOfAValueComesBack() throws {
    let value = Everything()
    #expect(try JSONCoder.decode(Everything.self, from: JSONCoder.encode(value)) == value)
  }

  @Test func structsKeepTheirOrderAndDictionariesAreSorted() throws {
    let text = String(decoding: try JSONCoder.encode(Everything(), .pretty(width: 80)), as: UTF8.self)
    #expect(
      text == """
        {
          "flag": true,
          "small": -128,
          "large": 18446744073709551615,
          "negative": -9223372036854775808,
          "ratio": 0.5,
          "name": "x",
          "present": 3,
          "shapes": [
            {"empty": {}},
            {"circle": {"radius": 1.25}},
            {"pair": {"_0": 7}},
            {"pair": {"_0": 8, "_1": "eight"}}
          ],
          "named": {"a": null, "b": {"empty": {}}},
          "numbered": {"5": "five"},
          "nested": [[], [1, 255]],
          "range": [1, 4],
          "option": "aarch64"
        }
        """)
  }

  private class Base: Codable {
    var base = 1
  }

  private final class Derived: Base {
    var derived = 2

    private enum CodingKeys: CodingKey { case derived }

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      derived = try container.decode(Int.self, forKey: .derived)
      try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(derived, forKey: .derived)
      try super.encode(to: container.superEncoder())
    }
  }

  @Test func classesEncodeTheirSuperclass() throws {
    let bytes = try JSONCoder.encode(Derived())
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"derived":2,"super":{"base":1}}"#)
    #expect(try JSONCoder.decode(Derived.self, from: bytes).base == 1)
  }

  @Test func typesOfTheLanguageComeBack() throws {
    let types: [Type] = [
      .void, .pointer(.pointer(.record(.named("struct sockaddr")), .user), .kernel),
      .aggregation(.lhist(min: -1, max: 10, step: 2)), .tuple([TupleElement(name: "a", .uint64), TupleElement(.bool)]),
    ]
    #expect(try JSONCoder.decode([Type].self, from: JSONCoder.encode(types)) == types)
  }

  @Test(arguments: [
    (#"{"architecture":"x86_64"}"#, "there is no \"isLittleEndian\""),
    (
      #"{"architecture":"x86_64","isLittleEndian":true,"possibleCPUs":"2","pageSize":1,"kernelRelease":""}"#,
      "expected an integer in possibleCPUs"
    ),
    (
      #"{"architecture":"x86_64","isLittleEndian":true,"possibleCPUs":1.5,"pageSize":1,"kernelRelease":""}"#,
      "the number does not fit Int in possibleCPUs"
    ),
    ("[]", "expected an object"),
  ])
  func decodingErrorsSayWhere(text: String, message: String) {
    do {
      _ = try JSONCoder.decode(Machine.self, from: Array(text.utf8))
      Issue.record("\(text) was decoded")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func infinityIsRefused() {
    #expect(throws: JSONError.self) { try JSONCoder.encode([Double.infinity]) }
  }
}
