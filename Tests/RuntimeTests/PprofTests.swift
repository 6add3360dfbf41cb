import TestSupport
import Testing

@testable import Runtime

@Suite struct PprofTests {
  @Test("numbers and texts are encoded as the format says") func encoding() throws {
    var message = ProtobufEncoder()
    message.append(1, 150 as UInt64)
    message.append(2, 0 as UInt64)
    message.append(3, -2 as Int64)
    message.append(4, true)
    message.append(4, false)
    message.append(element: 5, "")
    message.append(element: 5, "né")
    message.append(packed: 16, [3, 270, 86_942])
    message.append(packed: 6, [])
    // The numbers 150 and 3, 270, 86942 are those of the format's own description.
    #expect(
      message.bytes == [
        0x08, 0x96, 0x01, 0x18, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x20, 0x01, 0x2a, 0x00,
        0x2a,
        0x03, 0x6e, 0xc3, 0xa9, 0x82, 0x01, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05,
      ])
  }

  private func decoded(_ profile: StackProfile) throws -> PprofProfile {
    try PprofProfile(PprofWriter.message(profile))
  }

  @Test("a stack is a sample, its innermost place first, parts of the key its labels") func samples() throws {
    let profile = try decoded(
      StackProfile([(["comm=cat", "main", "k:vfs_read"], 7), (["comm=", "pid=-3", "main"], 300)]))
    #expect(profile.types == ["count/count"])
    #expect(
      profile.samples == [
        .init(functions: ["vfs_read", "main"], values: [7], labels: ["comm=cat"]),
        .init(functions: ["main"], values: [300], labels: ["comm=[empty]", "pid=-3"]),
      ])
    #expect(profile.strings.first == "")
    #expect(Set(profile.strings).count == profile.strings.count)
    #expect(profile.strings[Int(profile.message.number(14))] == "count")
  }

  @Test("maps are kinds of values, with units by their names") func kinds() throws {
    var profile = StackProfile([(["f"], 1)], of: "@calls")
    profile.measures.append(StackMeasure(map: "@wait_usecs", kind: .total, function: "avg"))
    profile.measures.append(StackMeasure(map: "@", kind: .amount, function: "sum"))
    profile.append(["f"], 900, events: 3, measure: 1)
    profile.append(["f"], .max, measure: 2)
    let decoded = try decoded(profile)
    #expect(decoded.types == ["calls/count", "wait_usecs_count/count", "wait_usecs/microseconds", "sum/count"])
    #expect(decoded.samples.map(\.values) == [[1, 0, 0, 0], [0, 3, 900, 0], [0, 0, 0, .max]])
    #expect(
      ["@a_ns", "@nsecs", "@x_ms", "@secs", "@read_bytes", "@bytesize"].map {
        StackMeasure(map: $0, kind: .amount, function: "sum").unit
      } == ["nanoseconds", "nanoseconds", "milliseconds", "seconds", "bytes", "count"])
    #expect(StackMeasure(map: "@usecs", kind: .events, function: "hist").unit == "count")
  }

  @Test("places keep their addresses, binaries and lines") func places() throws {
    var profile = StackProfile([])
    var inner = StackFrame(function: "get", offset: 3, module: "/bin/x")
    inner.file = "get.h"
    inner.line = 12
    inner.isInlined = true
    inner.buildID = [0x0b]
    var outer = StackFrame(function: "main", offset: 3, module: "/bin/x")
    outer.buildID = [0x0b]
    let places: [(CodePlace, [StackFrame])] = [
      (CodePlace(.kernel, 0xffff_ffff_8100_0000), [StackFrame(function: "vfs_read")]),
      (CodePlace(.kernel, 0xffff_ffff_c000_0000), [StackFrame(function: "xfs_read", module: "xfs")]),
      (CodePlace(.process(1), 0x1000), [inner, outer]), (CodePlace(.process(2), 0x1000), [outer]),
      (CodePlace(.process(1), 0x2000), [StackFrame()]),
      (CodePlace(.binary([0x0a, 0xff]), 0x3000, isNamed: false), [StackFrame()]),
      (CodePlace(.binary([]), 0x4000, isNamed: false), [StackFrame()]),
    ]
    let indices = places.map { place, frames in profile.location(place) { _ in frames } }
    profile.append(StackProfile.Sample(measure: 0, locations: indices, value: 1))
    let message = try ProtobufMessage(PprofWriter.message(profile))
    let strings = message.texts(6)
    let locations = try message.messages(4)
    #expect(
      locations.map { $0.number(3) } == [
        0xffff_ffff_8100_0000, 0xffff_ffff_c000_0000, 0x1000, 0x1000, 0x2000, 0x3000, 0x4000,
      ])
    let mappings = try message.messages(3)
    // The program's binary comes first.
    #expect(mappings.map { strings[Int($0.number(5))] } == ["/bin/x", "", "[kernel.kallsyms]", "[xfs]"])
    #expect(mappings.map { strings[Int($0.number(6))] } == ["0b", "0aff", "", ""])
    #expect(mappings.map { $0.number(7) } == [1, 0, 1, 1])
    #expect(mappings.map { $0.number(9) } == [1, 0, 1, 1])
    #expect(mappings.map { $0.number(1) } == [1, 2, 3, 4])
    #expect(locations.map { $0.number(2) } == [3, 4, 1, 1, 0, 2, 0])
    let functions = try message.messages(5)
    let lines = try locations[2].messages(4)
    #expect(lines.map { $0.number(2) } == [12, 0])
    #expect(lines.map { strings[Int(functions[Int($0.number(1)) - 1].number(2))] } == ["get", "main"])
    #expect(lines.map { strings[Int(functions[Int($0.number(1)) - 1].number(4))] } == ["get.h", ""])
    #expect(try PprofProfile(PprofWriter.message(profile)).samples[0].functions.contains("?"))
  }

  @Test("times are there where they are known") func times() throws {
    var profile = StackProfile([(["main"], 1)])
    let without = try ProtobufMessage(PprofWriter.message(profile))
    #expect([9, 10, 12].allSatisfy { without.number($0) == 0 })
    profile.time = StackProfile.Time(start: 1_800_000_000_123_456_789, duration: 2_000_000_000)
    profile.period = 10_101_010
    let message = try ProtobufMessage(PprofWriter.message(profile))
    #expect(message.number(9) == 1_800_000_000_123_456_789)
    #expect(message.number(10) == 2_000_000_000)
    #expect(message.number(12) == 10_101_010)
    let type = try message.messages(11)[0]
    #expect([type.number(1), type.number(2)].map { message.texts(6)[Int($0)] } == ["cpu", "nanoseconds"])
  }

  @Test("all names are UTF-8, and in one piece") func hostile() throws {
    let names = StackProfile.hostileNames
    let profile = try decoded(StackProfile(names.map { (["comm=\($0)", "f" + $0], 1) }))
    #expect(profile.samples.map { $0.functions } == names.map { ["f" + $0] })
    #expect(profile.samples.map { $0.labels } == names.map { ["comm=" + ($0.isEmpty ? "[empty]" : $0)] })
  }

  @Test("the file is packed by gzip") func packed() throws {
    let profile = StackProfile((0..<2000).map { (["comm=cat", "f\($0)"], 1) })
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.gz"
    try FileContents.write(try #require(PprofWriter.file(profile)), to: path)
    #expect(try run(["gzip", "--decompress", path]).ending == .exited(0))
    #expect(try FileContents.bytes(folder.path + "/x") == PprofWriter.message(profile))
  }
}
