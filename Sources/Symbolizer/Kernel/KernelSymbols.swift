import Glibc

/// `/proc/kallsyms`, read as a stream: "ffffffff81000000 T _stext" and, in modules, "\t[module]" behind.
package struct KernelSymbols {
  package struct Line {
    private let text: UnsafeRawBufferPointer
    /// Where the name ends: at the tab before a module or at the end.
    private let nameEnd: Int

    /// `nil` when it is not such a line.
    package init?(_ line: UnsafeRawBufferPointer) {
      guard line.count > Self.nameStart, line[16] == UInt8(ascii: " "), line[18] == UInt8(ascii: " "),
        let start = line.baseAddress
      else { return nil }
      let tab = memchr(start + Self.nameStart, Int32(UInt8(ascii: "\t")), line.count - Self.nameStart)
      nameEnd = tab.map { UnsafeRawPointer($0) - start } ?? line.count
      text = line
      if nameEnd == Self.nameStart { return nil }
    }

    /// Behind 16 digits, a blank, the kind and a blank.
    private static let nameStart = 19

    /// As nm(1) prints: t and T are text, w and W weak.
    package var kind: UInt8 { text[17] }

    package var isText: Bool {
      switch kind {
      case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
      default: false
      }
    }

    package var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: text[Self.nameStart..<nameEnd]) }

    /// Empty for the kernel itself.
    package var module: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: text[nameEnd...].dropFirst(2).prefix { $0 != UInt8(ascii: "]") })
    }

    /// `nil` when the digits are none.
    package var address: UInt64? {
      var value: UInt64 = 0
      for digit in text[..<16] {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
        default: return nil
        }
      }
      return value
    }
  }

  package let path: String

  package init(path: String = "/proc/kallsyms") { self.path = path }

  /// Calls `body` with each symbol until it returns false.
  /// - Returns: errno, or 0.
  package func read(_ body: (Line) -> Bool) -> Int32 {
    FileReading.forEachLine(ofFile: path) { line in Line(line).map(body) ?? true }
  }
}
