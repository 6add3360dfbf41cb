import Codegen
import Testing
import TraceLang

@testable import Runtime

/// Expected texts are what bpftrace 0.27.1 printed for the same entries.
@Suite struct MapTextTests {
  private func stats(_ values: [Int64]) -> [UInt8] {
    Bytes.words([UInt64(bitPattern: values.reduce(0, +)), UInt64(values.count)])
  }

  private func histogram(k: Int, _ counts: [Int: UInt64]) -> [UInt8] {
    Bytes.words((0..<Aggregation.histBuckets(k: k)).map { counts[$0] ?? 0 })
  }

  @Test("numbers are sorted by value, then key") func sortedByValue() {
    let view = MapView.hash("@a", keys: [.int64], value: .int64)
    let entries: [(key: [UInt8], value: [UInt8])] = [(3, 5), (1, 7), (2, 5), (0, -9)].map {
      (Bytes.of(Int64($0)), Bytes.of(Int64($1)))
    }
    #expect(PrintedMap(view, entries).text == "@a[0]: -9\n@a[2]: 5\n@a[3]: 5\n@a[1]: 7\n")
  }

  @Test("other values are sorted by key") func sortedByKey() {
    let view = MapView.hash("@d", keys: [.string(capacity: 8)], value: .string(capacity: 8))
    let entries = [("b", "1"), ("a", "2")].map {
      (key: Bytes.string($0, capacity: 8), value: Bytes.string($1, capacity: 8))
    }
    #expect(PrintedMap(view, entries).text == "@d[a]: 2\n@d[b]: 1\n")
  }

  @Test("several keys are separated by commas") func severalKeys() {
    let view = MapView.hash("@n", keys: [.int64, .string(capacity: 16), .bool], value: .int64)
    let key = Bytes.of(Int64(-1)) + Bytes.string("bpftrace", capacity: 16) + [1]
    let map = PrintedMap(view, [(key, Bytes.of(Int64(1)))])
    #expect(map.text == "@n[-1, bpftrace, true]: 1\n")
    #expect(map.json == "{\"type\": \"map\", \"data\": {\"@n\": {\"-1,bpftrace,true\": 1}}}\n")
  }

  @Test("tuples keep their parentheses inside a key of several parts") func tupleKeys() {
    let tuple = Type.tuple([TupleElement(.int64), TupleElement(.int64)])
    let view = MapView.hash("@kk", keys: [tuple, .int64], value: .int64)
    let map = PrintedMap(view, [(Bytes.words([1, 2, 3]), Bytes.of(Int64(1)))])
    #expect(map.text == "@kk[(1, 2), 3]: 1\n")
    #expect(map.json == "{\"type\": \"map\", \"data\": {\"@kk\": {\"(1,2),3\": 1}}}\n")
  }

  @Test("a scalar has no brackets") func scalar() {
    let view = MapView.hash("@u", keys: [], value: .uint64)
    let map = PrintedMap(view, [([], Bytes.of(UInt64.max))])
    #expect(map.text == "@u: 18446744073709551615\n")
    #expect(map.json == "{\"type\": \"map\", \"data\": {\"@u\": \"18446744073709551615\"}}\n")
  }

  @Test("stats print their parts and are sorted by average") func statsText() {
    let view = MapView.hash("@s", keys: [.int64], value: .aggregation(.stats(signed: true)))
    let entries = [
      (key: Bytes.of(Int64(1)), value: stats([2])), (key: Bytes.of(Int64(2)), value: stats([5])),
      (key: Bytes.of(Int64(3)), value: stats([5, 1])),
    ]
    #expect(
      PrintedMap(view, entries).text == """
        @s[1]: { .count = 1, .average = 2, .total = 2 }
        @s[3]: { .count = 2, .average = 3, .total = 6 }
        @s[2]: { .count = 1, .average = 5, .total = 5 }

        """)
    #expect(
      PrintedMap(view, [entries[0]]).json
        == "{\"type\": \"stats\", \"data\": {\"@s\": {\"1\": {\"count\": 1, \"average\": 2, \"total\": 2}}}}\n")
  }

  @Test("averages are rounded towards zero") func averages() {
    let view = MapView.hash("@av", keys: [.int64], value: .aggregation(.avg(signed: true)))
    let map = PrintedMap(view, [(Bytes.of(Int64(1)), stats([-5, 2]))])
    #expect(map.text == "@av[1]: -1\n")
    #expect(map.json == "{\"type\": \"stats\", \"data\": {\"@av\": {\"1\": -1}}}\n")
  }

  @Test("top keeps the greatest and div divides") func topAndDivisor() {
    let view = MapView.hash("@", keys: [.int64], value: .int64)
    let entries = (1...4).map { (key: Bytes.of(Int64($0)), value: Bytes.of(Int64($0 * 10))) }
    #expect(PrintedMap(view, entries, top: 2).text == "@[3]: 30\n@[4]: 40\n")
    #expect(PrintedMap(view, entries, top: 1, divisor: 3).text == "@[4]: 13\n")
  }

  @Test("histograms go from the first to the last bucket used") func histogramText() {
    let view = MapView.hash("@h", keys: [.int64], value: .aggregation(.hist(k: 0)))
    // -5, 0, 1, 2, 3, 1000 and 1024
    let value = histogram(k: 0, [0: 1, 1: 1, 2: 1, 3: 2, 11: 1, 12: 1])
    let half = "@@@@@@@@@@@@@@@@@@@@@@@@@@                          "
    let none = String(repeating: " ", count: 52)
    #expect(
      PrintedMap(view, [(Bytes.of(Int64(1)), value)]).text == """
        @h[1]:
        (..., 0)               1 |\(half)|
        [0]                    1 |\(half)|
        [1]                    1 |\(half)|
        [2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [4, 8)                 0 |\(none)|
        [8, 16)                0 |\(none)|
        [16, 32)               0 |\(none)|
        [32, 64)               0 |\(none)|
        [64, 128)              0 |\(none)|
        [128, 256)             0 |\(none)|
        [256, 512)             0 |\(none)|
        [512, 1K)              1 |\(half)|
        [1K, 2K)               1 |\(half)|


        """)
  }

  @Test(
    "labels of finer histograms change units where bpftrace's do",
    arguments: [
      (2, UInt64(5), "[5]"), (2, 8, "[8, 10)"), (2, 1024, "[1024, 1280)"), (2, 3584, "[3584, 4K)"),
      (2, 4096, "[4K, 5K)"), (2, 917_504, "[896K, 1024K)"), (1, 1536, "[1536, 2K)"),
      (1, 1_572_864, "[1536K, 2M)"), (2, 4 << 60, "[4E, 5E)"), (0, 4 << 60, "[4E, 8E)"),
      (5, 19 << 20, "[19456K, 19968K)"),
    ])
  func labels(k: Int, value: UInt64, label: String) throws {
    let buckets = try #require(HistogramBuckets(.hist(k: k)))
    let power = max(0, 63 - value.leadingZeroBitCount - k)
    let index =
      value < UInt64(1 << k) ? Int(value) + 1 : 1 + (1 << k) + (power << k) + Int(value >> UInt64(power)) - (1 << k)
    let buffer = OutputBuffer()
    buckets.append(label: index, to: buffer)
    #expect(buffer.text == label)
  }

  @Test("linear histograms have a bucket below and one above") func linear() {
    let none = String(repeating: " ", count: 52)
    let full = String(repeating: "@", count: 52)
    let view = MapView.hash("@m", keys: [], value: .aggregation(.lhist(min: 0, max: 4096, step: 1024)))
    let map = PrintedMap(view, [([], Bytes.words([0, 1, 0, 0, 0, 1]))])
    #expect(
      map.text == """
        @m:
        [0, 1K)                1 |\(full)|
        [1K, 2K)               0 |\(none)|
        [2K, 3K)               0 |\(none)|
        [3K, 4K)               0 |\(none)|
        [4K, ...)              1 |\(full)|


        """)
    #expect(
      map.json
        == "{\"type\": \"hist\", \"data\": {\"@m\": [{\"min\": 0, \"max\": 1023, \"count\": 1},{\"min\": 1024, \"max\": 2047, \"count\": 0},{\"min\": 2048, \"max\": 3071, \"count\": 0},{\"min\": 3072, \"max\": 4095, \"count\": 0},{\"min\": 4096, \"count\": 1}]}}\n"
    )
  }

  @Test("a zeroed histogram is a name and a blank line") func zeroed() {
    let view = MapView.hash("@h", keys: [], value: .aggregation(.hist(k: 0)))
    let map = PrintedMap(view, [([], histogram(k: 0, [:]))])
    #expect(map.text == "@h:\n\n")
    #expect(map.json == "{\"type\": \"hist\", \"data\": {\"@h\": []}}\n")
  }

  @Test("histograms in JSON tell both ends of each bucket") func histogramJSON() {
    let view = MapView.hash("@hk", keys: [.int64], value: .aggregation(.hist(k: 0)))
    let map = PrintedMap(
      view,
      [
        (Bytes.of(Int64(1)), histogram(k: 0, [3: 1])), (Bytes.of(Int64(2)), histogram(k: 0, [0: 2, 1: 1])),
      ])
    #expect(
      map.json
        == "{\"type\": \"hist\", \"data\": {\"@hk\": {\"1\": [{\"min\": 2, \"max\": 3, \"count\": 1}], \"2\": [{\"max\": -1, \"count\": 2},{\"min\": 0, \"max\": 0, \"count\": 1}]}}}\n"
    )
  }

  @Test("divided histograms keep the range of what was counted") func dividedHistogram() {
    let view = MapView.hash("@h", keys: [], value: .aggregation(.hist(k: 0)))
    let map = PrintedMap(view, [([], histogram(k: 0, [4: 1]))], divisor: 2)
    #expect(map.text == "@h:\n[4, 8)                 0 |\(String(repeating: " ", count: 52))|\n\n")
  }

  @Test("a linear bucket of one value is told by it") func singleLinear() {
    let view = MapView.hash("@l", keys: [], value: .aggregation(.lhist(min: 0, max: 10, step: 1)))
    let map = PrintedMap(view, [([], Bytes.words([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]))])
    #expect(map.text == "@l:\n[3]                    1 |\(String(repeating: "@", count: 52))|\n\n")
  }

  @Test("a map without entries prints nothing") func empty() {
    let map = PrintedMap(MapView.hash("@e", keys: [.int64], value: .int64), [])
    #expect(map.text == "")
    #expect(map.json == "")
  }
}
