import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// Attach points that only debug information knows: functions that are parts of others, lines of the source.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct InlinedFunctionTests {
  private static let source = #"""
    #define KEEP __attribute__((noinline, noclone, noipa))
    volatile int seen, limit = 2;
    static inline __attribute__((always_inline)) int part(int v) {
      seen = v;
      return v + seen;
    }
    KEEP int first(int a) { return part(a) + 1; }
    KEEP int second(int a) {
      int sum = 0;
      for (int i = 0; i < limit; i++)
        sum += part(a + i);
      return sum;
    }
    static __attribute__((noinline, unused)) int called(int v) { seen = v; return v; }
    int main(void) {
      return first(10) + second(20) + called(3) == 0;
    }
    """#

  private static let optimized = Result { try DebugProgram(source, options: ["-g", "-O2"]) }
  private static let plain = Result { try DebugProgram(source, options: ["-g", "-O0"]) }

  @Test("a function is probed wherever the compiler has put it", arguments: [plain, optimized])
  func inlined(build: Result<DebugProgram, any Error>) throws {
    let program = try build.get()
    let result = try program.traced("uprobe:BIN:part { print((func, args.v)); @[probe] = count(); }")
    #expect(
      result.output
        == "(part, 10)\n(part, 20)\n(part, 21)\n@[uprobe:\(program.path):part]: 3")
    #expect(result.errors == "")
  }

  @Test("what is never called does not return, and has no places after its start") func returns() throws {
    let program = try Self.optimized.get()
    let result = try program.traced("uretprobe:BIN:part { }")
    #expect(
      result.errors.contains(
        """
        ERROR: 'part' of '\(program.path)' is nowhere called: the compiler has put it into other functions, so it does not return
        """))
    #expect(result.errors.contains("NOTE: uprobe:\(program.path):part is where it begins in them"))
    let offset = try program.traced("uprobe:BIN:part+4 { }")
    #expect(offset.errors.contains("has no code of its own: there is nothing at +4"))
    #expect(try program.traced("uretprobe:BIN:first { print(retval); }").output == "21")
  }

  @Test("wildcards stand for symbols alone") func wildcards() throws {
    let program = try Self.optimized.get()
    #expect(try program.traced("uprobe:BIN:par* { print(1); }").errors.contains("no function of '"))
    #expect(try run([Repository.swtrace, "-l", "uprobe:\(program.path):*"]).output.contains(":part\n") == false)
  }

  @Test("functions without a symbol are found by the sources' names") func stripped() throws {
    let program = try DebugProgram(Self.source, options: ["-g", "-O0"])
    try DebugProgram.tool([
      "strip", "--strip-debug", "-N", "called", "-N", "first", "-o", program.path + ".s", program.path,
    ])
    try DebugProgram.tool(["objcopy", "-N", "called", program.path])
    let result = try program.traced("uprobe:BIN:called { print((func, args.v)); }")
    #expect(result.output == "(called, 3)")
  }

  // MARK: - Lines

  @Test(
    "a line is where its code begins, once in each function that has some",
    arguments: [
      ("BIN@program.c:4", plain, 3), ("BIN@program.c:4", optimized, 3), ("BIN:@program.c:4", plain, 3),
      ("BIN@program.c:11", plain, 2), ("BIN@program.c:7:23", plain, 1), ("BIN@program.c:9", optimized, 1),
    ])
  func lines(place: String, build: Result<DebugProgram, any Error>, count: Int) throws {
    let program = try build.get()
    let result = try program.traced("uprobe:\(place) { @[probe] = count(); }")
    let name = place.replacing("BIN:", with: "BIN").replacing("BIN", with: program.path)
    #expect(result.output == "@[uprobe:\(name)]: \(count)")
    #expect(result.errors == "")
  }

  @Test("a file may be given with folders, and func is the function that the line is of") func paths() throws {
    let program = try Self.optimized.get()
    let folder = program.folder.path.split(separator: "/").last ?? ""
    for file in ["\(program.folder.path)/program.c", "\(folder)/program.c", "./program.c"] {
      #expect(try program.traced("uprobe:BIN@\(file):7 { print(func); }").output == "first")
    }
    #expect(try program.traced("uprobe:BIN@program.c:4 { @[func] = count(); }").output == "@[part]: 3")
  }

  @Test("args are there where the compiler has kept them") func parameters() throws {
    let program = try Self.plain.get()
    #expect(try program.traced("uprobe:BIN@program.c:4 { print(args.v); }").output == "10\n20\n21")
  }

  @Test(
    "mistakes tell what is there",
    arguments: [
      ("uprobe:BIN@program.c:2", "has no code of program.c:2", "the nearest line that has code: 4"),
      ("uprobe:BIN@program.c:6", "has no code of program.c:6", "the nearest lines that have code: 5 and 7"),
      ("uprobe:BIN@program.c:4:77", "has no code of program.c:4:77", "the nearest column"),
      ("uprobe:BIN@other.c:4", "is not made from a file 'other.c'", "program.c"),
      ("uretprobe:BIN@program.c:4", "a line does not return", "it is written"),
      ("uprobe:/bin/true@true.c:4", "there is no debug information of '/bin/true'", "build it with -g"),
    ])
  func mistakes(point: String, message: String, note: String) throws {
    let result = try Self.plain.get().traced("\(point) { }")
    #expect(result.errors.contains(message))
    #expect(result.errors.contains(note))
    #expect(!result.succeeded)
  }

  @Test("lines of headers are found in all that includes them") func headers() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("shared.h", "static inline int twice(int v) {\n  volatile int r = v * 2;\n  return r;\n}\n")
    let one = try folder.file("one.c", "#include \"shared.h\"\nint one(int v) { return twice(v); }\n")
    let two = try folder.file(
      "two.c", "#include \"shared.h\"\nint one(int);\nint main(void) { return one(1) + twice(2) == 0; }\n")
    let path = folder.path + "/program"
    try DebugProgram.tool(["cc", "-g", "-O2", "-o", path, one, two])
    for point in ["\(path)@shared.h:2", "\(path):twice"] {
      let result = try Swtrace.output("uprobe:\(point) { @ = count(); }", command: path)
      #expect(result.output.contains("@: 2\n"))
    }
  }
}
