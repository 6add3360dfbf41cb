import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Functions, those that became part of them, and lines of programs as their compilers tell them.
@Suite struct SourceLineTests {
  private static let source = """
    static inline __attribute__((always_inline)) void innermost(void) { HERE("inlined"); }
    static inline __attribute__((always_inline)) void middle(void) {
      innermost();
    }
    __attribute__((noinline)) void outer(void) {
      middle();
      HERE("plain");
    }
    int main(void) { outer(); STAY; }
    """

  @Test(
    "inlined functions come before the one that they are part of",
    arguments: [
      "cc -O2 -g", "cc -O2 -g -gdwarf-4", "cc -O2 -g -gz", "cc -O2 -g -fdebug-types-section",
      "cc -O2 -g -gdwarf-5 -gno-column-info", "clang -O2 -g",
    ])
  func inlined(compiler: String) throws {
    if compiler.hasPrefix("clang"), try run(["which", "clang"]).ending != .exited(0) { return }
    let program = try CompiledProgram(Self.source, "\(compiler) -o program program.c").start()
    #expect(
      try program.frames(at: "inlined").map(\.text)
        == ["[innermost] program.c:1", "[middle] program.c:3", "outer program.c:6"])
    #expect(try program.frames(at: "plain").map(\.text) == ["outer program.c:7"])
  }

  @Test("it is what addr2line says", .enabled(if: (try? run(["which", "addr2line"]).ending) == .exited(0)))
  func other() throws {
    let program = try CompiledProgram(Self.source, "cc -O2 -g -no-pie -o program program.c")
    let running = try program.start()
    for name in ["inlined", "plain"] {
      let place = String(try running.address(name), radix: 16)
      let words = try run(["addr2line", "-i", "-f", "-e", program.path, place]).output.split(separator: "\n")
      let theirs = stride(from: 0, to: words.count, by: 2).map { index in
        "\(words[index]) \(words[index + 1].split(separator: " ")[0])"
      }
      let ours = try running.frames(at: name).map { frame in
        "\(frame.name ?? "?") \(frame.source.map { "\($0.file):\($0.line)" } ?? "??:0")"
      }
      #expect(ours == theirs)
    }
  }

  @Test("functions of C++ are those of namespaces, classes and templates") func cpp() throws {
    let program = try CompiledProgram(
      """
      namespace ns {
        template<class T> struct Box {
          inline __attribute__((always_inline)) void mark(T) { HERE("inlined"); }
          __attribute__((noinline)) void work(T value, const char *) { mark(value); }
        };
      }
      int main() { ns::Box<int>().work(1, ""); STAY; }
      """, name: "program.cc", "g++ -O2 -g -o program program.cc"
    ).start()
    #expect(
      try program.frames(at: "inlined").map { $0.text.replacing(" [clone .isra.0]", with: "") }
        == ["[ns::Box<int>::mark(int)] program.cc:3", "ns::Box<int>::work(int, char const*) program.cc:4"])
    var options = Symbolizer.Options()
    options.demangles = false
    #expect(try program.frames(at: "inlined", Symbolizer(options: options)).first?.title == "_ZN2ns3BoxIiE4markEi")
    options.showsSource = false
    #expect(try program.names(at: "inlined", Symbolizer(options: options)).count == 1)
  }

  private static let rustc: String? = {
    let places = ["rustc", "\(getenv("HOME").map { String(cString: $0) } ?? "")/.cargo/bin/rustc"]
    return places.first { (try? run([$0, "--version"]).ending) == .exited(0) }
  }()

  @Test(
    "functions of Rust have their paths", .enabled(if: rustc != nil, "needs rustc"),
    arguments: ["", "-C symbol-mangling-version=v0"])
  func rust(mangling: String) throws {
    let compiler = try #require(Self.rustc)
    let program = try CompiledProgram(
      """
      mod inside {
        #[inline(always)] pub fn mark() {
          let p: u64;
          unsafe { std::arch::asm!("lea {}, [rip]", out(reg) p) }
          println!("inlined {:#x}", p);
        }
        #[inline(never)] pub fn work() { mark(); }
      }
      fn main() {
        inside::work();
        println!("ready");
        loop { std::thread::sleep(std::time::Duration::from_secs(9)); }
      }
      """, name: "program.rs", "\(compiler) -g -C opt-level=2 \(mangling) -o program program.rs"
    ).start()
    #expect(
      try program.frames(at: "inlined").map { $0.text }
        == ["[program::inside::mark] program.rs:4", "program::inside::work program.rs:7"])
  }

  @Test("debug information in a file of its own (.dwo) is read") func split() throws {
    for version in [4, 5] {
      let program = try CompiledProgram(
        Self.source, "cc -O2 -g -gdwarf-\(version) -gsplit-dwarf -o program program.c; test -e *.dwo")
      #expect(
        try program.start().frames(at: "inlined").map(\.text)
          == ["[innermost] program.c:1", "[middle] program.c:3", "outer program.c:6"], "DWARF \(version)")
      // What is no file is not opened, which would wait for whoever writes there.
      try program.shell("mkdir kept; mv *.dwo kept; mkfifo $(ls kept)")
      #expect(try program.start().frames(at: "plain").map(\.text) == ["outer program.c:7"])
    }
  }

  @Test("a function asked for alone needs no debug information") func alone() throws {
    let program = try CompiledProgram(Self.source).start()
    let function = Symbolizer().function(at: try program.address("inlined"), process: program.pid)
    #expect(function?.text == "outer")
  }
}
