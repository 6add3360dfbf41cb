import Codegen
import Testing
import TraceLang

/// Where the planner keeps the values of keyed maps, by how many CPUs there are and how much memory it takes.
@Suite struct StorageLayoutTests {
  private func layout(_ body: String, cpus: Int, keys: Int = 4096) throws -> String {
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    target.change(possibleCPUs: cpus)
    let script = "config = { max_map_keys = \(keys) } tracepoint:syscalls:sys_enter_read { \(body); }"
    let bundle = try BuiltScript(script, target: target).bundle
    let map = try #require(bundle.views.first?.content.hash)
    let spec = bundle.maps[map.map]
    #expect(spec.flags == [], "maps are preallocated")
    return "\(spec.kind) of \(spec.valueSize) bytes, \(map.values)"
  }

  @Test("plain values are one for all CPUs") func plain() throws {
    #expect(try layout("@[pid] = 1", cpus: 128) == "hash of 8 bytes, shared")
  }

  @Test("an aggregation has a slot for each CPU, a cache line apart while that is little memory") func slots() throws {
    #expect(try layout("@[pid] = count()", cpus: 1) == "hash of 8 bytes, slots(stride: 8)")
    #expect(try layout("@[pid] = count()", cpus: 2) == "hash of 128 bytes, slots(stride: 64)")
    #expect(try layout("@[pid] = avg(1)", cpus: 2) == "hash of 144 bytes, slots(stride: 72)")
    #expect(try layout("@[pid] = count()", cpus: 96) == "hash of 768 bytes, slots(stride: 8)")
    #expect(try layout("@[pid] = count()", cpus: 4, keys: 100_000) == "hash of 32 bytes, slots(stride: 8)")
  }

  @Test("sums that take much memory are shared, with atomic additions") func shared() throws {
    #expect(try layout("@[pid] = hist(1)", cpus: 128).hasSuffix("shared"))
    #expect(try layout("@[pid] = count()", cpus: 2, keys: 1_000_000) == "hash of 8 bytes, shared")
  }

  @Test("extremes are never shared") func extremes() throws {
    #expect(try layout("@[pid] = max(1)", cpus: 2, keys: 1_000_000) == "hash of 32 bytes, slots(stride: 16)")
  }

  @Test("entries that are copied lie alike, with all CPUs' values in them") func copied() throws {
    let big = "@[pid] = hist(1)"
    #expect(try layout("\(big); @all = @[1]", cpus: 2).hasSuffix("slots(stride: 584)"))
    #expect(try layout("\(big); @all = @[1]", cpus: 128).hasSuffix("shared"))
    #expect(try layout("@[0] = count(); @all[1] += @[0]; @all[1] = count()", cpus: 2).hasSuffix("slots(stride: 64)"))
    // The map that needs the least room for each decides for both.
    let script = "@[pid] = max(1); @all = @[1]; @all = max(2)"
    #expect(try layout(script, cpus: 2, keys: 1_000_000) == "hash of 32 bytes, slots(stride: 16)")
    #expect(try layout("@ = hist(1, 5); @b = @", cpus: 4).hasSuffix("slots(stride: 15424)"))
    // Of one that has no key there is one entry, and what the verifier would walk through for long is shared.
    #expect(try layout("@ = hist(1, 5); @b = @", cpus: 100) == "hash of 15368 bytes, shared")
    let declared = try BuiltScript(
      "let @ = percpulruhash(10); tracepoint:syscalls:sys_enter_read { @[pid] = count(); @[1] += @[2]; }"
    ).bundle
    #expect(declared.maps[try #require(declared.views.first?.content.hash).map].kind == .lruHash)
    let scalar = try BuiltScript("tracepoint:syscalls:sys_enter_read { @ = count(); @ += @; }").bundle
    #expect(scalar.maps[try #require(scalar.views.first?.content.hash).map].maxEntries == 1)
  }

  @Test("a declared kind is the kernel's") func declared() throws {
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    let script = "let @ = percpuhash(10); tracepoint:syscalls:sys_enter_read { @[pid] = count(); }"
    let bundle = try BuiltScript(script, target: target).bundle
    #expect(bundle.maps[try #require(bundle.views.first?.content.hash).map].kind == .perCPUHash)
  }
}
