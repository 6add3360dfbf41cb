import CLibBPF
import Codegen
import Glibc
import Testing
import TraceLang

@testable import Runtime

@Suite(.root) struct MapReaderTests {
  private func reader(_ spec: MapSpec, _ view: MapView, cpus: Int = 2) throws -> (MapReader, LoadedMap) {
    var bundle = Bundle(settings: .init(possibleCPUs: cpus))
    bundle.maps = [spec]
    bundle.views = [view]
    let map = try LoadedMap(creating: spec)
    return (MapReader(bundle: bundle, maps: [map]), map)
  }

  private func numbers(_ entries: MapEntries) -> [UInt64: [UInt64]] {
    var result: [UInt64: [UInt64]] = [:]
    for index in 0..<entries.count {
      entries.withEntry(index) { key, value in
        let words = (0..<entries.valueSize / 8).map { Word.u64(value, $0 * 8) }
        result[entries.keySize == 0 ? 0 : Word.u64(key)] = words
      }
    }
    return result
  }

  private static func possibleCPUs() -> Int { Int(libbpf_num_possible_cpus()) }

  @Test("a hash gives all its entries, more than one batch of them", arguments: [0, 1, 5, 3000])
  func hash(count: Int) throws {
    let spec = MapSpec(name: "h", kind: .hash, keySize: 8, valueSize: 8, maxEntries: 4096)
    let (reader, map) = try reader(spec, .hash("@", keys: [.uint64], value: .uint64))
    for number in 0..<count {
      var key = UInt64(number)
      var value = UInt64(number * 3)
      bpf_map_update_elem(map.fd, &key, &value, 0)
    }
    let expected = Dictionary(uniqueKeysWithValues: (0..<count).map { (UInt64($0), [UInt64($0 * 3)]) })
    #expect(numbers(reader.entries(of: 0)) == expected)
  }

  @Test("clear removes keys and zero keeps them") func clearAndZero() throws {
    let spec = MapSpec(name: "h", kind: .hash, keySize: 8, valueSize: 8, maxEntries: 16)
    let (reader, map) = try reader(spec, .hash("@", keys: [.uint64], value: .uint64))
    for number in 1...5 {
      var key = UInt64(number)
      bpf_map_update_elem(map.fd, &key, &key, 0)
    }
    reader.zero(0)
    #expect(numbers(reader.entries(of: 0)) == [1: [0], 2: [0], 3: [0], 4: [0], 5: [0]])
    reader.clear(0)
    #expect(reader.entries(of: 0).count == 0)
  }

  @Test(
    "values of several CPUs are merged",
    arguments: [
      (Aggregation.count, [[UInt64(3)], [4]], [UInt64(7)]),
      (.sum(signed: true), [[UInt64(bitPattern: -3), 1], [5, 2]], [2, 3]),
      (.min(signed: true), [[UInt64(bitPattern: -3), 1], [5, 2]], [UInt64(bitPattern: -3), 3]),
      (.min(signed: false), [[0, 0], [5, 2]], [5, 2]),
      (.max(signed: true), [[UInt64(bitPattern: -3), 1], [UInt64(bitPattern: -5), 2]], [UInt64(bitPattern: -3), 3]),
      (.max(signed: false), [[UInt64(bitPattern: -3), 1], [5, 2]], [UInt64(bitPattern: -3), 3]),
      (.stats(signed: true), [[10, 1], [6, 3]], [16, 4]),
    ])
  func merge(aggregation: Aggregation, cpus: [[UInt64]], expected: [UInt64]) throws {
    let count = Self.possibleCPUs()
    let size = aggregation.words * 8
    let spec = MapSpec(name: "p", kind: .perCPUHash, keySize: 8, valueSize: size, maxEntries: 16)
    var view = MapView.hash("@", keys: [.uint64], value: .aggregation(aggregation))
    view.content = .aggregation(aggregation, .hash(MapView.Hash(map: 0, values: .perCPU)))
    let (reader, map) = try reader(spec, view, cpus: count)
    guard count >= 2 else { return }
    var key: UInt64 = 9
    let value = Bytes.words(cpus.flatMap { $0 }) + [UInt8](repeating: 0, count: (count - 2) * size)
    bpf_map_update_elem(map.fd, &key, value, 0)
    #expect(numbers(reader.entries(of: 0)) == [9: expected])
    #expect(reader.value(of: 0, key: &key) == Bytes.words(expected))
    reader.zero(0)
    #expect(numbers(reader.entries(of: 0)) == [9: expected.map { _ in 0 }])
  }

  @Test("values of several CPUs in one entry are merged") func mergeSlots() throws {
    let spec = MapSpec(name: "s", kind: .hash, keySize: 8, valueSize: 3 * 72, maxEntries: 16)
    var view = MapView.hash("@", keys: [.uint64], value: .aggregation(.avg(signed: true)))
    view.content = .aggregation(.avg(signed: true), .hash(MapView.Hash(map: 0, values: .slots(stride: 72))))
    // A machine of fewer CPUs than the bundle was built for.
    let (reader, map) = try reader(spec, view, cpus: 2)
    var key: UInt64 = 9
    let padding = [UInt64](repeating: 7, count: 7)
    let value = Bytes.words([10, 1] + padding + [6, 3] + padding + [100, 100] + padding)
    bpf_map_update_elem(map.fd, &key, value, 0)
    #expect(numbers(reader.entries(of: 0)) == [9: [16, 4]])
    #expect(reader.value(of: 0, key: &key) == Bytes.words([16, 4]))
    reader.zero(0)
    #expect(numbers(reader.entries(of: 0)) == [9: [0, 0]])
  }

  @Test("a global is there when its presence byte says so") func global() throws {
    let view = MapView(
      name: "@", key: nil, keySize: 0, keyFields: [], valueSize: 8,
      content: .plain(.uint64, .cells(MapView.Cells(map: 0, offset: 8, presence: 100, stride: 96, domain: .scalar))))
    let (reader, map) = try reader(.data(), view)
    let base = try #require(map.mapping).base
    #expect(reader.entries(of: 0).count == 0)
    base.storeBytes(of: 42, toByteOffset: 8, as: UInt64.self)
    base.storeBytes(of: 1, toByteOffset: 100, as: UInt8.self)
    #expect(numbers(reader.entries(of: 0)) == [0: [42]])
    reader.zero(0)
    #expect(numbers(reader.entries(of: 0)) == [0: [0]])
    reader.clear(0)
    #expect(reader.entries(of: 0).count == 0)
  }

  @Test("slots sum up CPUs, and remember which keys were zeroed") func slots() throws {
    let view = MapView(
      name: "@", key: .symbolic(.probeName), keySize: 8,
      keyFields: [Field(offset: 0, size: 8, type: .symbolic(.probeName))],
      valueSize: 8,
      content: .aggregation(
        .count,
        .slots(
          MapView.Slots(map: 0, offset: 64, cpuStride: 128, size: 8, domain: .probes(base: 10, count: 4), presence: 0)))
    )
    let (reader, map) = try reader(.data(), view)
    let base = try #require(map.mapping).base
    for (cpu, slot, count) in [(0, 1, 5), (1, 1, 6), (1, 3, 1)] {
      base.storeBytes(of: UInt64(count), toByteOffset: 64 + cpu * 128 + slot * 8, as: UInt64.self)
    }
    #expect(numbers(reader.entries(of: 0)) == [11: [11], 13: [1]])
    reader.zero(0)
    #expect(numbers(reader.entries(of: 0)) == [11: [0], 13: [0]])
    reader.clear(0)
    #expect(reader.entries(of: 0).count == 0)
  }

  @Test("an initial value is there before any program runs, and a frozen map cannot change") func initialValue() throws
  {
    var spec = MapSpec.data(size: 16)
    spec.flags.insert(.readOnlyForPrograms)
    spec.initialValue = [1, 2, 3]
    spec.isFrozen = true
    let map = try LoadedMap(creating: spec)
    #expect(try #require(map.mapping).base.load(as: UInt32.self) == 0x30201)
    var key: UInt32 = 0
    #expect(bpf_map_update_elem(map.fd, &key, [UInt8](repeating: 0, count: 16), 0) == -EPERM)
  }
}
