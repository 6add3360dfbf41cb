import Codegen
import Symbolizer
import Testing
import TraceLang

@testable import Runtime

@Suite struct FoldedTests {
  @Test("a stack is a line, the outermost frame first, the largest number last") func lines() {
    let profile = StackProfile([
      (["comm=cat", "main", "read", "k:vfs_read"], 7), (["comm=cat", "main"], 3), (["comm=dd", "main"], 3),
    ])
    #expect(
      profile.folded == """
        cat;main 3
        dd;main 3
        cat;main;read;vfs_read_[k] 7

        """)
  }

  @Test("stacks of equal names are added up, whatever their addresses") func merged() {
    var profile = StackProfile([(["main"], 2)])
    let other = profile.location(CodePlace(.process(2), 9)) { _ in [StackFrame(function: "main")] }
    profile.append(StackProfile.Sample(measure: 0, locations: [other], value: 5))
    let kernel = profile.location(CodePlace(.kernel, 9)) { _ in [StackFrame(function: "main")] }
    profile.append(StackProfile.Sample(measure: 0, locations: [kernel], value: .max))
    profile.append(StackProfile.Sample(measure: 0, locations: [kernel], value: .max))
    #expect(profile.folded == "main 7\nmain_[k] \(UInt64.max)\n")
  }

  @Test("functions that are inlined at a place are frames of their own") func inlined() {
    var profile = StackProfile([])
    var inner = StackFrame(function: "get")
    inner.isInlined = true
    let place = profile.location(CodePlace(.process(1), 9)) { _ in [inner, StackFrame(function: "outer")] }
    profile.append(StackProfile.Sample(measure: 0, locations: [place], value: 1))
    #expect(profile.folded == "outer;get_[i] 1\n")
  }

  @Test("what has no name is told") func unknown() {
    var profile = StackProfile([([], 4)])
    let places = [
      CodePlace(.process(1), 0x12), CodePlace(.process(1), 0x13), CodePlace(.kernel, 0x14),
      CodePlace(.process(1), 0x15, isNamed: false), CodePlace(.binary([0, 0xab]), 0x16, isNamed: false),
      CodePlace(.binary([]), 0x17, isNamed: false),
    ]
    for place in places {
      let module = place.address == 0x13 ? "/lib/libc.so.6" : nil
      let index = profile.location(place) { _ in [StackFrame(module: module)] }
      profile.append(StackProfile.Sample(measure: 0, locations: [index], value: 1))
    }
    #expect(
      profile.folded == """
        00ab+0x16 1
        0x15 1
        0x17 1
        [libc.so.6] 1
        [unknown] 1
        [unknown]_[k] 1
        [no stack] 4

        """)
  }

  @Test("maps are told apart where there are several") func several() {
    var profile = StackProfile([(["main"], 2)], of: "@a")
    profile.measures.append(StackMeasure(map: "@b", kind: .amount, function: "sum"))
    profile.append(["main"], 1, measure: 1)
    #expect(profile.folded == "@b;main 1\n@a;main 2\n")
  }

  @Test("names cannot become other lines, frames or numbers") func hostile() {
    #expect(FoldedWriter.escaped("Ljava/lang/String;:a b") == "Ljava/lang/String::a b")
    #expect(FoldedWriter.escaped("operator new(unsigned long)") == "operator new(unsigned long)")
    #expect(FoldedWriter.escaped("worker 3") == "worker_3")
    #expect(FoldedWriter.escaped("worker  3.5") == "worker _3.5")
    #expect(FoldedWriter.escaped("end ") == "end_")
    #expect(FoldedWriter.escaped("a\u{0}\t\n\u{7f}b") == "a____b")
    let profile = StackProfile(StackProfile.hostileNames.map { (["comm=\($0)", $0], 1) })
    let lines = profile.folded.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == StackProfile.hostileNames.count)
    for line in lines {
      let parts = line.split(separator: " ")
      #expect(parts.last == "1")
      // Two frames, and no second number, which flamegraph.pl takes for a difference.
      #expect(line.split(separator: ";", omittingEmptySubsequences: false).count == 2)
      #expect(parts.count < 2 || Double(parts[parts.count - 2]) == nil)
    }
  }

  // MARK: Maps

  private static let kernel = Type.stack(StackType(isUser: false, mode: .bpftrace, limit: 4))
  private static let user = Type.stack(StackType(isUser: true, mode: .perf, limit: 4))

  /// The folded lines of a map whose stacks all have these addresses.
  private func folded(
    keys: [Type], value: Type, _ entries: [(key: [UInt8], value: [UInt8])], frames: [UInt64] = [3, 2], top: Int? = nil,
    divisor: UInt64 = 0, names: [String]? = nil
  ) -> (output: String, messages: String) {
    let host = PlainHost()
    host.symbols = [2: Frame(name: "outer", offset: 1), 3: Frame(name: "inner", offset: 2)]
    var view = MapView.hash("@m", keys: keys, value: value)
    view.keyNames = names
    let sink = FoldedSink(context: .plain(host: host, frames: frames), maps: StackMaps([view]), isQuiet: false)
    sink.map(PrintedMap(view, entries, top: top, divisor: divisor))
    return (sink.output.text, sink.messages.text)
  }

  private static func stack(_ identifier: UInt64, process: UInt64 = 0) -> [UInt8] {
    Bytes.words([identifier, process])
  }

  @Test("parts of a key come first, then functions of processes, then those of the kernel") func order() {
    let key = Self.stack(1) + Bytes.string("cat", capacity: 16) + Self.stack(1, process: 9) + Bytes.of(Int64(-5))
    let result = folded(
      keys: [Self.kernel, .string(capacity: 16), Self.user, .int64], value: .int64, [(key, Bytes.of(Int64(12)))])
    // The host of the test knows no functions of processes.
    #expect(result.output == "cat;-5;[unknown];[unknown];outer_[k];inner_[k] 12\n")
    #expect(result.messages == "")
  }

  @Test(
    "values that add up are numbers",
    arguments: [
      (Type.uint64, [UInt64(7)], "7"), (.aggregation(.count), [7], "7"),
      (.aggregation(.sum(signed: true)), [7, 1], "7"),
      (.aggregation(.avg(signed: false)), [30, 4], "30"), (.aggregation(.stats(signed: true)), [30, 4], "30"),
      (.aggregation(.lhist(min: 0, max: 2, step: 1)), [1, 2, 3, 4], "10"),
    ]) func values(type: Type, words: [UInt64], number: String)
  {
    let result = folded(keys: [Self.kernel], value: type, [(Self.stack(1), Bytes.words(words))])
    #expect(result.output == "outer_[k];inner_[k] \(number)\n")
  }

  @Test("print's top and divisor count") func printed() {
    let entries = (1...3).map { (Self.stack($0), Bytes.words([$0 * 1000])) }
    let result = folded(keys: [Self.kernel], value: .uint64, entries, top: 2, divisor: 1000)
    #expect(result.output == "outer_[k];inner_[k] 5\n")
  }

  @Test("zeros weigh nothing, and numbers below 0 are told of") func notPositive() {
    let entries = [0, -1, -2, 4].enumerated().map { (Self.stack(UInt64($0)), Bytes.of(Int64($1))) }
    let result = folded(keys: [Self.kernel], value: .int64, entries)
    #expect(result.output == "outer_[k];inner_[k] 4\n")
    #expect(
      result.messages
        == "WARNING: 2 stacks have a number below 0, which no graph can show: they are left out\n")
  }

  @Test("a stack in a tuple is one, too") func nested() {
    let tuple = Type.tuple([
      TupleElement(Self.kernel), TupleElement(.tuple([TupleElement(.int64), TupleElement(.int64)])),
    ])
    let result = folded(
      keys: [tuple], value: .uint64, [(Self.stack(1) + Bytes.words([5, 6]), Bytes.words([1]))])
    #expect(result.output == "(5, 6);outer_[k];inner_[k] 1\n")
  }

  @Test("all that is no such map goes to the standard error stream, in order") func others() {
    let view = MapView.hash("@n", keys: [.int64], value: .int64)
    let minimum = MapView.hash("@min", keys: [Self.kernel], value: .aggregation(.min(signed: true)))
    let maps = StackMaps([view, minimum, .hash("@s", keys: [Self.kernel], value: .string(capacity: 8))])
    #expect(maps.views.isEmpty)
    #expect(
      maps.refusals == [
        "@min is keyed by stacks and left out: values of min() cannot be added up",
        "@s is keyed by stacks and left out: its values are no whole numbers",
      ])
    let sink = FoldedSink(context: .plain(), maps: maps, isQuiet: false)
    sink.attached(probes: 1)
    sink.beginText().append("hi\n")
    sink.endText(.printf)
    sink.warning("careful")
    sink.map(PrintedMap(view, [(Bytes.of(Int64(1)), Bytes.of(Int64(2)))]))
    sink.map(PrintedMap(minimum, [(Self.stack(1), Bytes.words([3, 1]))]))
    sink.ending()
    #expect(sink.messages.text == "Attached 1 probe\nhi\nWARNING: careful\n@n[1]: 2\n@min[\n]: 3\n")
    #expect(sink.output.text == "")
  }
}
