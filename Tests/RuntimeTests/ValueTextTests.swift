import Codegen
import Symbolizer
import Testing
import TraceLang

@testable import Runtime

/// Expected texts are what bpftrace 0.27.1 printed for the same values.
@Suite struct ValueTextTests {
  private func text(_ type: Type, _ bytes: [UInt8], context: ValueContext = .plain()) -> String {
    let sink = TextSink(context: context, isQuiet: false)
    bytes.withUnsafeBytes { if let base = $0.baseAddress { sink.value(type, base) } }
    return sink.output.text
  }

  private func json(_ type: Type, _ bytes: [UInt8], context: ValueContext = .plain()) -> String {
    let sink = JSONSink(context: context, isQuiet: false)
    bytes.withUnsafeBytes { if let base = $0.baseAddress { sink.value(type, base) } }
    return sink.output.text
  }

  @Test("integers of every size keep their sign") func integers() {
    #expect(text(.int8, [0xff]) == "-1\n")
    #expect(text(.uint8, [0xff]) == "255\n")
    #expect(text(.int16, Bytes.of(Int16(-300))) == "-300\n")
    #expect(text(.uint32, Bytes.of(UInt32.max)) == "4294967295\n")
    #expect(text(.uint64, Bytes.of(UInt64.max)) == "18446744073709551615\n")
    #expect(text(.int64, Bytes.of(Int64.min)) == "-9223372036854775808\n")
    #expect(json(.uint64, Bytes.of(UInt64.max)) == "{\"type\": \"value\", \"data\": \"18446744073709551615\"}\n")
  }

  @Test("points in time print whatever the nanoseconds") func timestamps() {
    let context = ValueContext.plain { $0.timeFormats = ["%Y %f"] }
    #expect(
      text(.symbolic(.timestamp), Bytes.of(UInt64(0)) + Bytes.of(UInt64.max), context: context).hasPrefix("2262 "))
    #expect(text(.symbolic(.timestamp), Bytes.of(UInt64(9)) + Bytes.of(UInt64(0)), context: context) == "\n")
    let buffer = OutputBuffer()
    TimeText.append(format: "%s.%f", sinceEpoch: -1_000, to: buffer)
    #expect(buffer.text == "-1.999999")
  }

  @Test("pointers are hexadecimal, and numbers in JSON") func pointers() {
    let type = Type.pointer(.int8, .kernel)
    #expect(text(type, Bytes.of(UInt64(5))) == "0x5\n")
    #expect(text(type, Bytes.of(UInt64(0))) == "0x0\n")
    #expect(
      json(type, Bytes.of(UInt64(0xffff_ffff_8100_0000))) == "{\"type\": \"value\", \"data\": 18446744071578845184}\n")
  }

  @Test("tuples nest") func tuples() {
    let inner = Type.tuple([TupleElement(.int64), TupleElement(.string(capacity: 8))])
    let type = Type.tuple([TupleElement(.int64), TupleElement(inner), TupleElement(.bool)])
    let bytes = Bytes.words([1, 2]) + Bytes.string("b", capacity: 8) + [1]
    #expect(text(type, bytes) == "(1, (2, b), true)\n")
    #expect(json(type, bytes) == "{\"type\": \"value\", \"data\": [1,[2,\"b\"],true]}\n")
  }

  @Test("records show their members' names") func records() {
    let type = Type.tuple([TupleElement(name: "a", .int64), TupleElement(name: "b", .string(capacity: 8))])
    let bytes = Bytes.words([1]) + Bytes.string("x", capacity: 8)
    #expect(text(type, bytes) == "{ .a = 1, .b = x }\n")
    #expect(json(type, bytes) == "{\"type\": \"value\", \"data\": {\"a\": 1, \"b\": \"x\"}}\n")
  }

  @Test("structs show members, bit-fields among them") func structs() {
    let reference = RecordReference.script(0, name: "s")
    let layout = RecordLayout(
      name: "s", isUnion: false, size: 16,
      members: [
        .init(name: "a", type: .int32, offset: 0), .init(name: "c", type: .array(.int8, count: 3), offset: 4),
        .init(name: "low", type: .uint32, offset: 8, bitField: .init(shift: 0, width: 3)),
        .init(name: "high", type: .int32, offset: 8, bitField: .init(shift: 3, width: 4)),
      ])
    let context = ValueContext.plain { $0.layouts = [.init(reference: reference, layout: layout)] }
    let bytes: [UInt8] = Bytes.of(Int32(-7)) + [1, 2, 0xff, 0] + Bytes.of(UInt32(0b1111_101)) + [0, 0, 0, 0]
    #expect(text(.record(reference), bytes, context: context) == "{ .a = -7, .c = [1,2,-1], .low = 5, .high = -1 }\n")
    #expect(
      json(.record(reference), bytes, context: context)
        == "{\"type\": \"value\", \"data\": {\"a\": -7, \"c\": [1,2,-1], \"low\": 5, \"high\": -1}}\n")
  }

  @Test("enums print names, and numbers in JSON or when unknown") func enums() {
    let reference = EnumReference.script(0, name: "e")
    let context = ValueContext.plain { bundle in
      bundle.enums = [.init(reference: reference, enumerators: [.init(name: "B", value: 1)])]
    }
    let type = Type.enumeration(reference, .uint32)
    #expect(text(type, Bytes.of(UInt32(1)), context: context) == "B\n")
    #expect(text(type, Bytes.of(UInt32(9)), context: context) == "9\n")
    #expect(json(type, Bytes.of(UInt32(1)), context: context) == "{\"type\": \"value\", \"data\": 1}\n")
  }

  @Test("network addresses have their usual forms") func network() {
    let address = Bytes.of(UInt32(2)) + [127, 0, 0, 1] + [UInt8](repeating: 0, count: 16)
    #expect(text(.symbolic(.inet), address) == "127.0.0.1\n")
    let six = Bytes.of(UInt32(10)) + [UInt8](repeating: 0, count: 15) + [1, 0, 0, 0, 0]
    #expect(text(.symbolic(.inet), six) == "::1\n")
    #expect(text(.symbolic(.macAddress), [0x18, 0xc0, 0x4d, 8, 0x2e, 0xbb, 0, 0]) == "18:C0:4D:08:2E:BB\n")
  }

  @Test("symbols, users and errors have names") func names() {
    let host = PlainHost()
    host.symbols[0x1000] = Frame(name: "do_nanosleep", offset: 0)
    let context = ValueContext.plain(host: host)
    #expect(text(.symbolic(.kernelSymbol), Bytes.of(UInt64(0x1000)), context: context) == "do_nanosleep\n")
    #expect(text(.symbolic(.kernelSymbol), Bytes.of(UInt64(1)), context: context) == "0x1\n")
    #expect(text(.symbolic(.kernelSymbol), Bytes.of(UInt64(0)), context: context) == "0\n")
    #expect(text(.symbolic(.username), Bytes.of(UInt64(0))) == "root\n")
    #expect(text(.symbolic(.username), Bytes.of(UInt64(4242))) == "4242\n")
    #expect(text(.symbolic(.errorName), Bytes.of(Int64(2))) == "No such file or directory\n")
    #expect(text(.symbolic(.errorName), Bytes.of(Int64(999))) == "Unknown error\n")
    #expect(text(.symbolic(.syscallName), Bytes.of(Int64(9999))) == "Unknown syscall\n")
  }

  @Test(
    "stacks are a line a frame",
    arguments: [
      (StackType.Mode.bpftrace, "\n        a+5\n        0x2000\n\n"), (.perf, "\n\t1000 a+5\n\t2000 0x2000\n\n"),
      (.raw, "\n1000\n2000\n\n"),
    ])
  func stacks(mode: StackType.Mode, expected: String) {
    let host = PlainHost()
    host.symbols[0x1000] = Frame(name: "a", offset: 5)
    let context = ValueContext.plain(host: host, frames: [0x1000, 0x2000])
    let type = Type.stack(StackType(isUser: false, mode: mode, limit: 2))
    #expect(text(type, Bytes.words([7, 0]), context: context) == expected)
  }

  @Test(
    "stacks show inlined functions before the one that they are part of, and lines of sources",
    arguments: [
      (
        StackType.Mode.bpftrace,
        """

                [inlined] in::most@/src/a.c:3
                [inlined] middle
                outer+5@/src/b.c:40
                far+1
                0x3000


        """
      ),
      (
        .perf,
        "\n\t1000 in::most (inlined)\n\t1000 middle (inlined)\n\t1000 outer+5 (/bin/x)\n\t2000 far+1 (/bin/x)\n"
          + "\t3000 0x3000 ([unknown])\n\n"
      ),
    ])
  func inlined(mode: StackType.Mode, expected: String) {
    let host = PlainHost()
    let module = Frame.Path("/bin/x".utf8)
    func source(_ file: String, _ line: Int) -> Frame.Source { Frame.Source(file: Frame.Path(file.utf8), line: line) }
    host.userFrames = [
      0x1000: [
        Frame(
          name: "_ZN2in4mostEv", demangled: "in::most", offset: 5, module: module, source: source("/src/a.c", 3),
          isInlined: true),
        Frame(name: "middle", offset: 5, module: module, isInlined: true),
        Frame(name: "outer", offset: 5, module: module, source: source("/src/b.c", 40)),
      ],
      0x2000: [Frame(name: "far", offset: 1, module: module)], 0x3000: [Frame(name: nil, offset: 0, module: module)],
    ]
    let context = ValueContext.plain(host: host, frames: [0x1000, 0x2000, 0x3000])
    let type = Type.stack(StackType(isUser: true, mode: mode, limit: 3))
    #expect(text(type, Bytes.words([7, 1]), context: context) == expected)
    // Where the thread was is where it is; the rest is where calls return to.
    #expect(host.returns == [0x2000, 0x3000])
  }

  @Test("time has microseconds and keeps escaped percents") func time() {
    let buffer = OutputBuffer()
    TimeText.append(format: "%f|%%f|", sinceEpoch: 5_000_039_285_000, to: buffer)
    #expect(buffer.text == "039285|%f|")
  }

  @Test("JSON strings are escaped and always UTF-8") func escapes() {
    let bytes: [UInt8] = Array("a\"\\\n\t\u{1}é".utf8) + [0xff, 0x7f, 0]
    #expect(
      json(.string(capacity: 32), bytes + [UInt8](repeating: 0, count: 16))
        == "{\"type\": \"value\", \"data\": \"a\\\"\\\\\\n\\t\\u0001é\\ufffd\u{7f}\"}\n")
  }

  @Test("buffers are arrays of numbers in JSON") func buffers() {
    let bytes = Bytes.of(UInt32(3)) + [97, 1, 98]
    #expect(text(.buffer(capacity: 3), bytes) == "a\\x01b\n")
    #expect(json(.buffer(capacity: 3), bytes) == "{\"type\": \"value\", \"data\": [97,1,98]}\n")
  }

  @Test("messages name their place") func messages() {
    let sink = JSONSink(context: .plain(), isQuiet: false)
    let place = MessagePlace(source: "stdin", line: 1, column: 9, text: "stdin:1:9")
    Array("w 1\n".utf8).withUnsafeBytes { sink.message(.warning, place, $0) }
    sink.helperFailed("probe_read_kernel", code: -34, place, excerpt: "begin { }\n        ~\n")
    #expect(
      sink.output.text == """
        {"type": "warnf", "msg": "w 1\\n", "filename": "stdin", "line": 1, "col": 9}
        {"type": "helper_error", "msg": "Numerical result out of range", "helper": "probe_read_kernel", "retcode": -34, "filename": "stdin", "line": 1, "col": 9}

        """)
    let text = TextSink(context: .plain(), isQuiet: false)
    Array("e".utf8).withUnsafeBytes { text.message(.error, place, $0) }
    #expect(text.messages.text == "stdin:1:9: ERROR: e\n")
  }
}
