import Codegen
import Glibc
import Testing
import TraceLang

@testable import Runtime

@Suite struct PrintfTests {
  private func printed(_ format: String, _ type: Type, _ bytes: [UInt8], context: ValueContext = .plain()) throws
    -> String
  {
    let parsed = try FormatString(parsing: Array(format.utf8))
    let segments = parsed.segments.map { segment -> Format.Segment in
      switch segment {
      case .literal(let bytes): .literal(bytes)
      case .conversion(let directive): .argument(directive, Field(offset: 0, size: type.size(), type: type))
      }
    }
    let buffer = OutputBuffer()
    bytes.withUnsafeBytes { payload in
      guard let base = payload.baseAddress else { return }
      PrintfFormatter(context: context).append(
        CompiledFormat(Format(segments: segments)), base, to: buffer)
    }
    return buffer.text
  }

  private func expected(_ format: String, _ argument: any CVarArg) -> String {
    var text = [CChar](repeating: 0, count: 512)
    let count = withVaList([argument]) { vsnprintf(&text, text.count, format, $0) }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static let flags = ["", "-", "0", "+", " ", "#", "-0", "+0", " 0", "#0", "-#", "+ ", "-+"]
  private static let sizes = ["", "1", "5", "12", ".0", ".1", ".5", "12.5", "5.12", "1.0"]

  @Test("64-bit conversions are those of C", arguments: ["d", "u", "x", "X", "o"])
  func wide(conversion: String) throws {
    let values: [Int64] = [0, 1, -1, 42, 255, -255, 1_234_567_890_123, .min, .max]
    for flag in Self.flags where !flag.contains("#") || "xXo".contains(conversion) {
      for size in Self.sizes {
        let format = "[%\(flag)\(size)l\(conversion)]"
        for value in values {
          #expect(try printed(format, .int64, Bytes.of(value)) == expected(format, value), "\(format) of \(value)")
        }
      }
    }
  }

  @Test("numbers of every length, in a buffer of any room")
  func digits() {
    var powers: [UInt64] = [1]
    while let last = powers.last, last < .max / 10 { powers.append(last * 10) }
    for value in powers.flatMap({ [$0 - 1, $0, $0 + 1] }) + [.max] {
      let buffer = OutputBuffer(capacity: 1)
      buffer.append("<")
      buffer.append(decimal: value)
      buffer.append(decimal: Int64(bitPattern: value))
      buffer.append(">")
      #expect(buffer.text == "<\(value)\(Int64(bitPattern: value))>")
    }
  }

  @Test("narrow arguments are promoted as in C", arguments: ["d", "u", "x", "o"])
  func narrow(conversion: String) throws {
    for value: Int8 in [0, 5, -1, -128, 127] {
      let format = "%\(conversion)"
      #expect(try printed(format, .int8, Bytes.of(value)) == expected(format, Int32(value)))
      let unsigned = UInt8(bitPattern: value)
      #expect(try printed(format, .uint8, Bytes.of(unsigned)) == expected(format, Int32(unsigned)))
    }
  }

  @Test("length modifiers cut the argument") func lengths() throws {
    let value = Bytes.of(UInt64(0x1_2345_6789))
    #expect(try printed("%hd", .uint64, value) == "26505")
    #expect(try printed("%hhd", .uint64, value) == "-119")
    #expect(try printed("%hhx", .uint64, value) == "89")
    #expect(try printed("%lx", .uint64, value) == "123456789")
    #expect(try printed("%llu", .uint64, value) == "4886718345")
  }

  @Test("a 64-bit argument keeps its bits without a length modifier") func wideByDefault() throws {
    #expect(try printed("%d", .uint64, Bytes.of(UInt64(0x1_2345_6789))) == "4886718345")
  }

  @Test("thousands are grouped") func grouped() throws {
    #expect(try printed("%'d", .int64, Bytes.of(Int64(-1_234_567))) == "-1,234,567")
    #expect(try printed("%'d", .int64, Bytes.of(Int64(999))) == "999")
  }

  @Test("pointers print in hexadecimal, a null one as 0") func pointers() throws {
    let pointer = Type.pointer(.int8, .kernel)
    #expect(try printed("%p", pointer, Bytes.of(UInt64(0xffff_ffff_8100_0000))) == "0xffffffff81000000")
    #expect(try printed("%p", pointer, Bytes.of(UInt64(0))) == "0")
  }

  @Test("characters are padded") func characters() throws {
    #expect(try printed("%c|%5c|%-5c|", .int64, Bytes.of(Int64(65))) == "A|    A|A    |")
  }

  @Test("strings are padded and cut") func strings() throws {
    let bytes = Bytes.string("abcdef", capacity: 16)
    #expect(
      try printed("%s|%10s|%-10s|%.2s|%5.3s|", .string(capacity: 16), bytes) == "abcdef|    abcdef|abcdef    |ab|  abc|"
    )
  }

  @Test("buffers print in three styles") func buffers() throws {
    let bytes = Bytes.of(UInt32(3)) + [0x61, 1, 0x62]
    #expect(try printed("%r|%rx|%rh|", .buffer(capacity: 3), bytes) == "a\\x01b|\\x61\\x01\\x62|61 01 62|")
  }

  @Test("values that are not strings print their text form") func textForms() throws {
    #expect(try printed("%s", .bool, [1]) == "true")
    #expect(try printed("%d", .bool, [1]) == "1")
    #expect(try printed("%5s|", .int64, Bytes.of(Int64(-3))) == "   -3|")
    let context = ValueContext.plain { $0.probeNames = ["begin", "interval:s:1"] }
    #expect(try printed("%s", .symbolic(.probeName), Bytes.of(UInt64(1)), context: context) == "interval:s:1")
  }

  @Test("a string that fills the longest space has the trailer") func trailer() throws {
    let context = ValueContext.plain { $0.settings.maximumStringLength = 8 }
    let type = Type.string(capacity: 9)
    #expect(try printed("%s", type, Bytes.string("1234567", capacity: 9), context: context) == "1234567")
    #expect(try printed("%s", type, Bytes.string("12345678", capacity: 9), context: context) == "12345678..")
    #expect(try printed("%s", .string(capacity: 4), Bytes.string("abc", capacity: 4), context: context) == "abc")
  }
}

@Suite struct ControlTextTests {
  private func escaped(_ bytes: [UInt8]) -> [UInt8] {
    let buffer = OutputBuffer()
    buffer.append([27] + bytes)
    ControlText.escape(buffer, from: 1)
    return Array(buffer.bytes.dropFirst())
  }

  @Test("control characters become escapes, in every form a terminal takes") func controls() {
    for byte in (UInt8(0)...0x1f).filter({ $0 != 9 && $0 != 10 }) + [0x7f] {
      #expect(escaped([65, byte, 66]) == Array("A\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))B".utf8))
    }
    for byte in UInt8(0x80)...0x9f {
      let digits = String(byte, radix: 16)
      #expect(escaped([byte]) == Array("\\x\(digits)".utf8))
      #expect(escaped([0xc2, byte]) == Array("\\xc2\\x\(digits)".utf8))
    }
  }

  @Test("other text stays") func text() {
    for text in ["", "plain", "tab\tand\nline", "é", "日本語", "\u{a0}", "🙂"] {
      #expect(escaped(Array(text.utf8)) == Array(text.utf8))
    }
    #expect(escaped([0xff, 0xe9, 0x41]) == [0xff, 0xe9, 0x41])
  }
}
