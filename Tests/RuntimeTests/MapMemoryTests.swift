import Codegen
import Testing
import TraceLang

@testable import Runtime

/// The memory that maps are said to take, against what the kernel counts for them (fdinfo's `memlock`).
@Suite(.root) struct MapMemoryTests {
  private static let specs = [
    MapSpec(name: "a", kind: .hash, keySize: 4, valueSize: 8, maxEntries: 4096),
    MapSpec(name: "b", kind: .hash, keySize: 24, valueSize: 1000, maxEntries: 300),
    MapSpec(name: "c", kind: .perCPUHash, keySize: 8, valueSize: 16, maxEntries: 1000),
    MapSpec(name: "d", kind: .lruHash, keySize: 8, valueSize: 16, maxEntries: 1000),
    MapSpec(name: "e", kind: .lruPerCPUHash, keySize: 8, valueSize: 16, maxEntries: 1000),
    MapSpec(name: "f", kind: .array, keySize: 4, valueSize: 70000, maxEntries: 1),
    MapSpec(name: "g", kind: .array, keySize: 4, valueSize: 70000, maxEntries: 1, flags: .mappable),
    MapSpec(name: "h", kind: .perCPUArray, keySize: 4, valueSize: 20000, maxEntries: 3),
    MapSpec(name: "i", kind: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: 1 << 20),
  ]

  @Test("it is what the kernel says, but for a few hundred bytes", arguments: specs) func memory(spec: MapSpec) throws {
    let map = try LoadedMap(creating: spec)
    let text = String(decoding: try readFile("/proc/self/fdinfo/\(map.fd)"), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("memlock:") })
    let counted = try #require(line.split(separator: "\t").last.flatMap { Int($0) })
    let machine = try Machine.host()
    let said = spec.memory(cpus: machine.possibleCPUs, pageSize: machine.pageSize)
    #expect(abs(said - counted) < 1024, "\(said) is said and \(counted) is counted")
  }
}
