import Glibc
import TestSupport
import Testing

@testable import Runtime

/// What the language has of debug information of which programs share a part that lies in a file of its own (dwz -m).
@Suite(
  .enabled(if: getuid() == 0, "needs root to load BPF programs"),
  .enabled(if: (try? run(["which", "dwz"]).ending) == .exited(0), "needs dwz"))
struct SharedDebugInformationTests {
  private static let source = """
    struct shared_by_programs { int first; long second; char text[40]; struct shared_by_programs *next; };
    enum shade { DARK, LIGHT = 7 };
    static inline __attribute__((always_inline)) int part_of_programs(int value, struct shared_by_programs *t) {
      volatile int q = value; t->first = q; return q + t->second;
    }
    __attribute__((noinline, noclone, noipa)) int whole(int amount, struct shared_by_programs *thing, enum shade s) {
      return part_of_programs(amount, thing) + s;
    }
    int main(void) {
      struct shared_by_programs last = {0, 3, "def", 0}, t = {1, 2, "abc", &last};
      return whole(5, &t, LIGHT) == 99;
    }
    """

  /// A stripped program, and what was stripped from it and from a second one.
  private static func program() throws -> DebugProgram {
    let program = try DebugProgram(source, options: ["-g", "-O2", "-Wl,--build-id"])
    try DebugProgram.tool([
      "bash", "-euc",
      """
      cd \(program.folder.path)
      cc -g -O2 -Wl,--build-id -DOTHER -o other program.c
      for name in program other; do objcopy --only-keep-debug $name $name.debug; done
      objcopy --strip-debug --add-gnu-debuglink=program.debug program
      dwz -m common -M common program.debug other.debug
      """,
    ])
    return program
  }

  private static let scripts: [(String, String)] = [
    (
      "uprobe:BIN:whole { print((args.amount, args.s, args.thing.text, args.thing.next.second)); }",
      "(5, LIGHT, abc, 3)"
    ),
    ("uprobe:BIN:whole { print((sizeof(struct shared_by_programs), LIGHT, (enum shade)0)); }", "(64, LIGHT, DARK)"),
    ("uprobe:BIN:whole { print(((struct shared_by_programs *)arg1).next.text); }", "def"),
    ("uprobe:BIN:part_of_programs { print((args.value, args.t.second)); }", "(5, 2)"),
  ]

  @Test("parameters, types, constants and inlined functions of the shared part are there", arguments: scripts)
  func there(script: String, expected: String) throws {
    let result = try Self.program().traced(script)
    #expect(result.output == expected)
    #expect(result.errors == "")
  }

  @Test("without the shared part, what needs none of it works") func missing() throws {
    let program = try Self.program()
    try DebugProgram.tool(["rm", program.folder.path + "/common"])
    #expect(try program.traced("uprobe:BIN:whole { print(arg0); }").output == "5")
    let result = try program.traced("uprobe:BIN:whole { print(sizeof(struct shared_by_programs)); }")
    #expect(result.errors.contains("ERROR: there is no struct 'shared_by_programs'"))
  }
}
