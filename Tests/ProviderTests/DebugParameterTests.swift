import Glibc
import Symbolizer
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// `args` of functions of programs, by what debug information says of them, and types by name.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct DebugParameterTests {
  private static let source = #"""
    #include <stdbool.h>
    enum color { RED, GREEN = 5, BLUE };
    typedef int number_t;
    typedef struct { short low; long high; } pair_t;
    union either { int whole; char text[4]; };
    struct inner { long value; char name[8]; };
    struct outer {
      int a; struct inner in; struct outer *next; unsigned narrow : 3; int minus : 5; enum color color;
      union either un; int list[3]; int table[2][3]; bool flag; struct { int x, y; }; unsigned char bytes[2];
      double real;
    };
    #define KEEP __attribute__((noinline, noclone, noipa))
    KEEP int work(int x, const char *s, struct outer *o, enum color c, number_t n, bool b, signed char small, long last) {
      return x + n + o->a + b + small + (int)last + c + *s;
    }
    KEEP int floats(double d, int i, struct inner big, pair_t pair, float f) {
      return (int)d + i + (int)big.value + pair.low + (int)f;
    }
    KEEP struct inner made(int i) { struct inner result = {i, "made"}; return result; }
    KEEP struct outer *same(struct outer *o) { return o; }
    int main(void) {
      struct outer second = {.a = 7};
      struct outer first = {
        .a = 1, .in = {2, "abc"}, .next = &second, .narrow = 3, .minus = -9, .color = GREEN, .un.text = "hey",
        .list = {4, 5, 6}, .table = {{1, 2, 3}, {7, 8, 9}}, .flag = true, .x = 10, .y = 11, .bytes = {65, 0}, .real = 1.5};
      pair_t pair = {-3, 1l << 40};
      (void)*(const volatile char *)"hello";
      return work(-1, "hello", &first, BLUE, 42, true, -5, -6) + floats(1.5, 3, first.in, pair, 2.5f) + made(12).value
        + same(&first)->a > 1000;
    }
    """#

  private static let plain = Result { try DebugProgram(source) }
  private static let optimized = Result { try DebugProgram(source, options: ["-g", "-O2", "-gdwarf-4"]) }
  private static let old = Result { try DebugProgram(source, options: ["-gdwarf-3", "-gstrict-dwarf", "-O1"]) }
  private static let packed = Result { try DebugProgram(source, options: ["-g", "-gz", "-O2"]) }
  private static let split = Result { try DebugProgram(source, options: ["-g", "-gsplit-dwarf", "-O2"]) }
  private static let splitOld = Result {
    try DebugProgram(source, options: ["-gdwarf-4", "-gsplit-dwarf", "-O0"])
  }

  private static let builds = [
    ("plain", plain), ("optimized", optimized), ("DWARF 3", old), ("compressed", packed), ("split", split),
    ("split, DWARF 4", splitOld),
  ]

  @Test("parameters have their names, types and values, wherever they are handed over", arguments: builds)
  func parameters(name: String, build: Result<DebugProgram, any Error>) throws {
    let result = try build.get().traced(
      "uprobe:BIN:work { print((args.x, str(args.s), args.c, args.n, args.b, args.small, args.last, arg0)); }")
    #expect(result.output == "(-1, hello, BLUE, 42, true, -5, -6, 4294967295)")
    #expect(result.errors == "")
  }

  @Test("what is split off and is not found is named, with a package that this libdw cannot read") func absent() throws
  {
    let program = try DebugProgram(Self.source, options: ["-g", "-gdwarf-4", "-gsplit-dwarf", "-O2"])
    try DebugProgram.tool(["rm", program.folder.path + "/program.dwo"])
    let script = "uprobe:BIN:work { print(args.x); }"
    let absent = try program.traced(script)
    #expect(
      absent.errors.contains(
        "NOTE: its debug information is in '\(program.folder.path)/program.dwo', which is not found"))
    #expect(!absent.errors.contains(".dwp"))
    try FileContents.write("", to: program.path + ".dwp")
    let package = try program.traced(script)
    #expect(
      package.errors.contains(
        DebugImage.readsPackages
          ? "NOTE: '\(program.path).dwp' does not have it"
          : "NOTE: '\(program.path).dwp' is not read: libdw 0.\(DebugImage.libraryVersion), which this is linked with"))
  }

  @Test("args prints as a record", arguments: builds.prefix(2))
  func whole(name: String, build: Result<DebugProgram, any Error>) throws {
    let result = try build.get().traced("uprobe:BIN:made { print(args); }")
    #expect(result.output == "{ .i = 12 }")
  }

  @Test("members of structs are followed by name", arguments: builds)
  func members(name: String, build: Result<DebugProgram, any Error>) throws {
    let lines = [
      ("args.o.a", "1"), ("args->o->next->a", "7"), ("args.o.in", "{ .value = 2, .name = abc }"),
      ("args.o.in.name", "abc"), ("args.o.narrow", "3"), ("args.o.minus", "-9"), ("args.o.color", "GREEN"),
      ("args.o.un.text", "hey"), ("args.o.list", "[4,5,6]"), ("args.o.table[1][2]", "9"), ("args.o.flag", "true"),
      ("args.o.y", "11"), ("args.o.bytes", "A"), ("args.o.next.next", "0x0"), ("sizeof(*args.o)", "104"),
    ]
    let body = lines.map { "print(\($0.0));" }.joined(separator: " ")
    let result = try build.get().traced("uprobe:BIN:work { \(body) }")
    #expect(result.output == lines.map(\.1).joined(separator: "\n"))
    #expect(result.errors == "")
  }

  @Test("a struct is handed over on the stack or in registers", arguments: builds)
  func values(name: String, build: Result<DebugProgram, any Error>) throws {
    let result = try build.get().traced(
      "uprobe:BIN:floats { print((args.i, args.big, args.big.value, args.pair, args.pair.low, args.pair.high)); }")
    #expect(
      result.output
        == "(3, { .value = 2, .name = abc }, 2, { .low = -3, .high = 1099511627776 }, -3, 1099511627776)")
  }

  @Test("what lies in floating-point registers is named, and left out of all") func floats() throws {
    let program = try Self.plain.get()
    let one = try program.traced("uprobe:BIN:floats { print(args.d); }")
    #expect(
      one.errors.contains(
        "ERROR: the parameter 'd' of uprobe:\(program.path):floats lies in a floating-point register, which programs cannot read"
      ))
    let all = try program.traced("uprobe:BIN:floats { print(args); }")
    #expect(all.errors.contains("WARNING: args are without 'd' or 'f', which programs cannot read"))
    #expect(all.output.hasPrefix("{ .i = 3, .big = { .value = 2, .name = abc }, .pair = {"))
  }

  @Test("the binary's structs, enums, constants and typedefs are there by name", arguments: builds)
  func names(name: String, build: Result<DebugProgram, any Error>) throws {
    let lines = [
      ("sizeof(struct outer)", "104"), ("offsetof(struct outer, in)", "8"), ("((struct outer *)arg2).next.a", "7"),
      ("GREEN", "GREEN"), ("(enum color)6", "BLUE"), ("(number_t)5", "5"), ("sizeof(pair_t)", "16"),
      ("*(struct inner *)(arg2 + 8)", "{ .value = 2, .name = abc }"), ("sizeof(union either)", "4"),
    ]
    let body = lines.map { "print(\($0.0));" }.joined(separator: " ")
    let result = try build.get().traced("uprobe:BIN:work { \(body) }")
    #expect(result.output == lines.map(\.1).joined(separator: "\n"))
    #expect(result.errors == "")
  }

  @Test("other probes know them after the kernel's; a script's own come first") func order() throws {
    let program = try Self.plain.get()
    let other = try program.traced("begin { print(sizeof(struct inner)); } uprobe:BIN:made { }")
    #expect(other.output == "16")
    let own = try program.traced("struct inner { char c; }; uprobe:BIN:made { print(sizeof(struct inner)); }")
    #expect(own.output == "1")
    let missing = try program.traced("uprobe:BIN:made { print(sizeof(struct outre)); }")
    #expect(
      missing.errors.contains(
        "ERROR: there is no struct 'outre' in this script, this kernel's type information or the debug information of '\(program.path)'"
      ))
  }

  @Test("retval is a number, whose members are there where it points to a struct") func result() throws {
    let result = try Self.plain.get().traced(
      "uretprobe:BIN:same { print((retval.a, retval.in.name)); @ = retval; } uprobe:BIN:same { if (@ != 0) { print(1); } }"
    )
    #expect(result.output.hasPrefix("(1, abc)"))
    #expect(result.errors == "")
    let number = try Self.plain.get().traced("uretprobe:BIN:work { print(retval.a); }")
    #expect(number.errors.contains("ERROR: uint64 has no fields"))
  }

  @Test("-lv shows parameters as the source declares them") func listed() throws {
    let path = try Self.plain.get().path
    let result = try run([Repository.swtrace, "-lv", "uprobe:\(path):work"])
    #expect(
      result.output == """
        uprobe:\(path):work
            int x
            const char* s
            struct outer* o
            enum color c
            number_t n
            _Bool b
            signed char small
            long int last

        """)
    #expect(try run([Repository.swtrace, "-l", "uprobe:\(path):made"]).output == "uprobe:\(path):made\n")
    #expect(try run([Repository.swtrace, "-lv", "uretprobe:\(path):made"]).output == "uretprobe:\(path):made\n")
  }

  @Test("information that was split off is found by the binary's link to it, and by name beside it") func apart() throws
  {
    let program = try DebugProgram(Self.source)
    try DebugProgram.tool(["objcopy", "--only-keep-debug", program.path, program.path + ".debug"])
    try DebugProgram.tool(["objcopy", "--strip-debug", "--add-gnu-debuglink=\(program.path).debug", program.path])
    #expect(try program.traced("uprobe:BIN:made { print(args.i); }").output == "12")
    try #require(unlink(program.path + ".debug") == 0)
    let gone = try program.traced("uprobe:BIN:made { print(args.i); }")
    #expect(
      gone.errors.contains(
        """
        NOTE: there is no debug information of '\(program.path)': build it with -g, or install what was split from it
        NOTE: arg0, arg1 and so on are what functions are given in registers
        """))
  }

  @Test("a field that is not there is told with those that are") func missing() throws {
    let program = try Self.plain.get()
    let result = try program.traced("uprobe:BIN:made { print(args.j); }")
    #expect(result.errors.contains("ERROR: uprobe:\(program.path):made has no field 'j'"))
    #expect(result.errors.contains("NOTE: there are i"))
  }

  @Test("functions of a wildcard may have different parameters") func wildcards() throws {
    let result = try Self.plain.get().traced("uprobe:BIN:made,uprobe:BIN:floats { print((func, args.i)); }")
    #expect(Set(result.output.split(separator: "\n")) == ["(floats, 3)", "(made, 12)"])
  }

  @Test("a bundle reads parameters where the binary is the same, and is refused where it is not") func bundle() throws {
    let program = try DebugProgram(Self.source)
    let bundle = program.folder.path + "/bundle"
    let script = "uprobe:\(program.path):work { print((args.n, args.o.in.name)); }"
    let built = try run([Repository.swtrace, "build", "-o", bundle, "-e", script])
    #expect(built.errors == "")
    #expect(try run([Repository.swtrace, "-q", "-c", program.path, bundle]).output.hasPrefix("(42, abc)\n"))
    let changed = Self.source.replacing("char name[8]", with: "long more; char name[8]")
    let text = try program.folder.file("changed.c", changed)
    try DebugProgram.tool(["cc", "-g", "-O0", "-o", program.path, text])
    let refused = try run([Repository.swtrace, "-q", "-c", program.path, bundle])
    #expect(refused.ending != .exited(0))
    #expect(refused.output == "")
  }

  @Test("a recorded target has what was asked of debug information") func recorded() throws {
    let program = try Self.plain.get()
    let script = "uprobe:\(program.path):work { print((args.c, args.o.in.name, GREEN, sizeof(struct outer))); }"
    let file = program.folder.path + "/target.json"
    let recording = try run([Repository.swtrace, "record-target", "-o", file, "-e", script])
    #expect(recording.errors == "")
    let build = [Repository.swtrace, "build", "--format", "asm", "-e", script, "-o"]
    #expect(try run(build + [program.folder.path + "/live"]).errors == "")
    #expect(try run(build + [program.folder.path + "/recorded", "--target", file]).errors == "")
    let listing = try FileContents.text(program.folder.path + "/recorded")
    #expect(try !listing.isEmpty && listing == FileContents.text(program.folder.path + "/live"))
  }
}
