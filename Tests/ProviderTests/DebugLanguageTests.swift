import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// What languages other than C have in their debug information.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct DebugLanguageTests {
  private static let source = #"""
    #define KEEP __attribute__((noinline, noclone))
    namespace ns {
    struct Base { int base; Base() : base(9) {} virtual ~Base() {} };
    enum class Shade : unsigned char { Dark, Light };
    class Thing : public Base {
     public:
      static int count;
      int value; int &link; const char *text;
      Thing(int &l) : value(3), link(l), text("abc") {}
      KEEP int get(int a) const { asm volatile("" ::: "memory"); return value + a; }
      KEEP int get(long a, Shade s) { asm volatile("" ::: "memory"); return value + a + (int)s; }
    };
    int Thing::count = 1;
    struct Owner { int *p; Owner() : p(new int(5)) {} Owner(const Owner &o) : p(new int(*o.p)) {} ~Owner() { delete p; } };
    KEEP int take(const Thing &t, Thing *&p, Shade s) { asm volatile("" ::: "memory"); return t.value + (int)s + (p != 0); }
    KEEP int own(Owner o, int after) { asm volatile("" ::: "memory"); return *o.p + after; }
    KEEP Owner give(int v) { asm volatile("" ::: "memory"); Owner o; *o.p = v; return o; }
    template <class T> KEEP T same(T x) { asm volatile("" ::: "memory"); return x; }
    namespace { KEEP int hidden(int h) { asm volatile("" ::: "memory"); return h; } }
    static inline __attribute__((always_inline)) int part(int v) { volatile int q = v; return q; }
    KEEP int part_of(int v) { return part(v + 1); }
    }
    int main() {
      int k = 7;
      ns::Thing t(k), *p = &t;
      (void)*(const volatile char *)t.text;
      ns::Owner o;
      return t.get(1) + t.get(2L, ns::Shade::Light) + ns::take(t, p, ns::Shade::Light) + ns::own(o, 44) + *ns::give(6).p
        + ns::same(3) + (int)ns::same(4L) + ns::hidden(8) + ns::part_of(1) == 0;
    }
    """#

  private static let plain = Result { try DebugProgram(source, file: "program.cc", options: ["-g", "-O0"]) }
  private static let optimized = Result { try DebugProgram(source, file: "program.cc", options: ["-g", "-O2"]) }

  private static let scripts: [(String, String)] = [
    ("uprobe:BIN:cpp:\"ns::Thing::get(int) const\" { print((args.this.value, args.this.base, args.a)); }", "(3, 9, 1)"),
    ("uprobe:BIN:cpp:\"ns::Thing::get(long, ns::Shade)\" { print((args.a, args.s)); }", "(2, Light)"),
    (
      "uprobe:BIN:cpp:\"ns::take\" { print((args.t.value, str(args.t.text), (*args.p).base, args.s)); }",
      "(3, abc, 9, Light)"
    ),
    ("uprobe:BIN:cpp:\"ns::own\" { print((*args.o.p, args.after)); }", "(5, 44)"),
    ("uprobe:BIN:cpp:\"ns::give\" { print(args.v); }", "6"),
    ("uprobe:BIN:cpp:\"ns::(anonymous namespace)::hidden\" { print(args.h); }", "8"),
    ("uprobe:BIN:cpp:\"ns::part\" { print(args.v); }", "2"),
    ("uprobe:BIN:cpp:\"ns::part(int)\" { print(args.v); }", "2"),
    ("uprobe:BIN:cpp:\"ns::take\" { print(((struct ns::Thing *)arg0).value); }", "3"),
    ("uprobe:BIN:cpp:\"ns::take\" { print(((ns::Thing *)arg0)->base); }", "9"),
    ("uprobe:BIN:cpp:\"ns::take\" { print((sizeof(struct Thing), Light)); }", "(32, Light)"),
  ]

  @Test(
    "C++: classes, references, namespaces, what is inherited, and what is handed over by reference", arguments: scripts)
  func cPlusPlus(script: String, expected: String) throws {
    for build in [Self.plain, Self.optimized] {
      let result = try build.get().traced(script)
      #expect(result.output == expected)
      #expect(result.errors == "")
    }
  }

  @Test("C++: a name stands for all overloads and instances, whose parameters have types of their own")
  func overloads() throws {
    let result = try Self.plain.get().traced("uprobe:BIN:cpp:\"ns::Thing::get\" { print(args.a); }")
    #expect(result.output == "1\n2")
    let listed = try run([Repository.swtrace, "-lv", "uprobe:\(try Self.plain.get().path):cpp:ns::Thing::get*"])
    #expect(listed.output.contains("    const ns::Thing* const this\n    int a\n"))
    #expect(listed.output.contains("    ns::Thing* const this\n    long int a\n    enum ns::Shade s\n"))
  }

  private static let rust = #"""
    #[derive(Clone, Copy)] pub enum Color { Red, Green = 5 }
    pub struct Point { pub x: i32, pub y: i64 }
    #[inline(never)] #[no_mangle]
    pub fn work(a: i32, s: &str, list: &[u16], p: &Point, c: Color, flag: bool) -> usize {
      std::hint::black_box((a, s, list, p.x, c as u8, flag));
      s.len()
    }
    fn main() { work(-4, "hello", &[1, 2], &Point { x: 3, y: 4 }, Color::Green, true); let _ = Color::Red; }
    """#

  private static let compilers = ["rustc", "\(String(cString: getenv("HOME") ?? strdup("/root")))/.cargo/bin/rustc"]

  private static let rustCompiler = compilers.first { (try? run([$0, "--version"]))?.ending == .exited(0) }

  @Test("Rust: numbers, slices, references and enums", .enabled(if: rustCompiler != nil, "needs rustc"))
  func rustParameters() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/program"
    try DebugProgram.tool([try #require(Self.rustCompiler), "-g", "-o", path, try folder.file("program.rs", Self.rust)])
    let result = try Swtrace.output(
      """
      uprobe:\(path):work {
        print((args.a, str(args.s.data_ptr, args.s.length + 1), args.list.length, *args.list.data_ptr, args.p.x, args.p.y, args.c,
          args.flag));
      }
      """, command: path)
    #expect(result.output.hasPrefix("(-4, hello, 2, 1, 3, 4, Green, true)\n"))
  }
}
