import Symbolizer
import TestSupport
import Testing
import TraceLang

@testable import Runtime

/// Names of the kernel, looked for one by one.
@Suite struct KernelNameListTests {
  private final class Readings {
    var count = 0
  }

  /// A list of symbols, and how often it was read.
  private func list(_ text: String, _ readings: Readings) throws -> (KernelNameList, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let symbols = KernelSymbols(path: try folder.file("kallsyms", text))
    let list = KernelNameList { body throws(TargetError) in
      readings.count += 1
      try symbols.forEach { line in
        body(KernelName(name: line.name, module: line.module, address: line.address ?? 0, isText: line.isText))
      }
    }
    return (list, folder)
  }

  private func found(_ list: KernelNameList, _ name: String? = nil, matching glob: String = "*") throws -> [String] {
    var found: [String] = []
    func take(_ entry: KernelName) -> Bool {
      let (name, module) = (String(decoding: entry.name, as: UTF8.self), String(decoding: entry.module, as: UTF8.self))
      found.append("\(name) \(module) \(entry.address) \(entry.isText)")
      return name != "stop"
    }
    if let name { try list.forEach(named: name, take) } else { try list.forEach(matching: Glob(glob), take) }
    return found
  }

  private static let text = """
    0000000000000001 T b
    0000000000000002 t ab
    0000000000000003 D a
    0000000000000004 t b\t[second]
    0000000000000005 t stop
    0000000000000006 t stop\t[second]
    0000000000000007 t abc\t[first]

    """

  @Test("the table gives what the file gives, and a thousand names read the file a few times") func table() throws {
    let readings = Readings()
    let (list, folder) = try list(Self.text, readings)
    defer { withExtendedLifetime(folder) {} }
    for _ in 0..<200 {
      #expect(try found(list, "b") == ["b  1 true", "b second 4 true"])
      #expect(try found(list, "a") == ["a  3 false"])
      #expect(try found(list, "abc") == ["abc first 7 true"])
      #expect(try found(list, "stop") == ["stop  5 true"])
      for name in ["", "ab ", "c", "zzz", "A"] { #expect(try found(list, name) == []) }
    }
    #expect(readings.count == 5)
  }

  @Test("all names are given until enough") func all() throws {
    let text = Self.text.replacing("stop", with: "go")
    let (list, folder) = try list(text, Readings())
    defer { withExtendedLifetime(folder) {} }
    for _ in 0..<8 {
      #expect(try found(list).count == 7)
      #expect(Set(try found(list, matching: "a*")) == ["ab  2 true", "a  3 false", "abc first 7 true"])
      #expect(Set(try found(list, matching: "*o")) == ["go  5 true", "go second 6 true"])
      #expect(try found(list, matching: "ab?") == ["abc first 7 true"])
      #expect(try found(list, matching: "zz*") == [])
    }
  }
}
