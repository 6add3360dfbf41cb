import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// `uprobe:BINARY:cpp:"..."`: functions by the names that the sources of C++ have.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct SourceFunctionTests {
  /// In C, as what a compiler of C++ makes of it; the last two are names of Rust, old and new.
  private static let source = #"""
    #define KEEP __attribute__((noinline, noipa))
    #define NAMED(name, symbol) KEEP void name(void) __asm__(symbol); void name(void) { __asm__ volatile("nop"); }

    NAMED(f_int, "_ZN2ns1fEi")
    NAMED(f_text, "_ZN2ns1fEPKc")
    NAMED(size, "_ZNK2ns1C4sizeEv")
    NAMED(construct, "_ZN2ns1CC1Ei")
    NAMED(call, "_ZN2ns1CclEi")
    NAMED(twice, "_ZN2ns5twiceIiEET_S1_")
    NAMED(g, "_Z1gPFvvE")
    NAMED(plain, "plain")
    NAMED(damaged, "_ZN2ns1")
    NAMED(old_rust, "_ZN5crate4work17h0123456789abcdefE")
    NAMED(rust, "_RNvC5crate4work")

    int main(void) {
      f_int(); f_text(); size(); construct(); call(); twice(); g(); plain(); damaged(); old_rust(); rust();
      return 0;
    }
    """#

  private static let program = Result { try TestProgram(source) }

  private func traced(_ attachPoint: String, configuration: String = "") throws -> Set<String> {
    let path = try Self.program.get().path
    let script = "\(configuration) \(attachPoint.replacing("BIN", with: path)) { printf(\"%s = %s\\n\", probe, func); }"
    let result = try Swtrace.output(script, command: path)
    #expect(result.errors == "")
    return Set(
      result.output.split(separator: "\n").map {
        String($0).replacing("uprobe:\(path):", with: "").replacing("uretprobe:\(path):", with: "r ")
      })
  }

  private static let both: Set = ["cpp:_ZN2ns1fEi = ns::f(int)", "cpp:_ZN2ns1fEPKc = ns::f(char const*)"]

  @Test(
    "a name stands for all overloads, one with parameters for one",
    arguments: [
      ("u:BIN:cpp:\"ns::f\"", both), ("u:BIN:cpp:ns::f", both), ("u:BIN:cpp:\"ns::f(*)\"", both),
      ("u:BIN:cpp:\"ns::f(int)\"", ["cpp:_ZN2ns1fEi = ns::f(int)"]),
      ("u:BIN:cpp:\"ns::C::size\"", ["cpp:_ZNK2ns1C4sizeEv = ns::C::size() const"]),
      ("u:BIN:cpp:\"ns::C::size() const\"", ["cpp:_ZNK2ns1C4sizeEv = ns::C::size() const"]),
      ("u:BIN:cpp:\"ns::C::operator\"*", ["cpp:_ZN2ns1CclEi = ns::C::operator()(int)"]),
      ("u:BIN:cpp:\"int ns::twice<int>\"", ["cpp:_ZN2ns5twiceIiEET_S1_ = int ns::twice<int>(int)"]),
      ("u:BIN:cpp:g", ["cpp:_Z1gPFvvE = g(void (*)())"]),
      ("u:BIN:cpp:plain", ["cpp:plain = plain"]), ("u:BIN:cpp:_ZN2ns1", ["cpp:_ZN2ns1 = _ZN2ns1"]),
      ("u:BIN:_RNv*", ["_RNvC5crate4work = crate::work"]),
      (
        "u:BIN:cpp:crate*",
        ["cpp:_ZN5crate4work17h0123456789abcdefE = crate::work", "cpp:_RNvC5crate4work = crate::work"]
      ),
      ("ur:BIN:cpp:\"ns::f(int)\"", ["r cpp:_ZN2ns1fEi = ns::f(int)"]),
      ("u:BIN:_ZN2ns1fEi", ["_ZN2ns1fEi = ns::f(int)"]),
    ] as [(String, Set<String>)]) func names(attachPoint: String, expected: Set<String>) throws
  {
    #expect(try traced(attachPoint) == expected)
  }

  @Test("wildcards match names without parameters") func wildcards() throws {
    #expect(
      try traced("u:BIN:cpp:\"ns::*\"")
        == Self.both.union([
          "cpp:_ZNK2ns1C4sizeEv = ns::C::size() const", "cpp:_ZN2ns1CC1Ei = ns::C::C(int)",
          "cpp:_ZN2ns1CclEi = ns::C::operator()(int)",
        ]))
  }

  @Test("the setting cpp_demangle leaves func as the symbol is") func setting() throws {
    #expect(
      try traced("u:BIN:cpp:\"ns::f(int)\"", configuration: "config = { cpp_demangle = false }")
        == ["cpp:_ZN2ns1fEi = _ZN2ns1fEi"])
  }

  @Test("listed in quotes, each once") func list() throws {
    let path = try Self.program.get().path
    let result = try run([Repository.swtrace, "-l", "uprobe:\(path):cpp:ns::*"])
    #expect(
      result.output.replacing(path, with: "BIN") == """
        uprobe:BIN:cpp:"ns::C::C(int)"
        uprobe:BIN:cpp:"ns::C::operator()(int)"
        uprobe:BIN:cpp:"ns::C::size() const"
        uprobe:BIN:cpp:"ns::f(char const*)"
        uprobe:BIN:cpp:"ns::f(int)"

        """)
  }

  @Test("what is not there is told with what is") func mistakes() throws {
    let path = try Self.program.get().path
    for (probe, message, note) in [
      ("u:BIN:cpp:\"ns::ff\"", "'BIN' has no function 'ns::ff'", "did you mean 'ns::f'"),
      ("u:BIN:cpp:\"ns::f(ins)\"", "'BIN' has no function 'ns::f(ins)'", "did you mean 'ns::f(int)'"),
      ("u:BIN:cpp:\"ns::x*\"", "no function of 'BIN' matches 'ns::x*'", ""),
      ("u:BIN:ns::f", "'ns::f' is not a symbol's name", "cpp:\"NAMESPACE::FUNCTION\""),
      ("u:BIN:rust:f", "there is no language 'rust'", "cpp:\"NAMESPACE::FUNCTION\""),
      ("u:BIN:cpp:", "", ""),
      ("ur:BIN:cpp:\"ns::f\"+1", "a function returns as a whole", "BINARY:[cpp:]FUNCTION"),
    ] {
      let result = try Swtrace.output(probe.replacing("BIN", with: path) + " { }")
      let report = result.errors.replacing(path, with: "BIN")
      #expect(report.contains(message) && report.contains(note), "\(report)")
      #expect(result.ending == .exited(1))
    }
  }

  @Test("parameters end at the last parenthesis, whatever the parameters are")
  func parameters() {
    for (name, expected) in [
      ("f(int)", "f"), ("f() const", "f"), ("g(void (*)())", "g"), ("C::operator()(int)", "C::operator()"),
      ("f(", "f("), (")", ")"), ("", ""), ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"),
    ] {
      #expect(
        BinaryFunction(name: "_Z", demangled: name, offset: 0, size: 0).nameWithoutParameters == expected, "\(name)")
    }
    #expect(BinaryFunction(name: "f(x)", offset: 0, size: 0).nameWithoutParameters == "f(x)")
  }
}
