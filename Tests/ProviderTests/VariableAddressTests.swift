import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

@Suite("uaddr", .enabled(if: getuid() == 0, "needs root to load BPF programs")) struct VariableAddressTests {
  private static let source = #"""
    #include <dlfcn.h>
    #include <stdint.h>

    #define KEEP __attribute__((noinline, noipa))

    volatile uint8_t byte_value = 0xfe;
    volatile uint16_t half_value = 0xfedc;
    volatile uint32_t word_value = 0xfedcba98;
    volatile uint64_t long_value = 0xfedcba9876543210;
    volatile char letters[] = "letters";
    volatile char *volatile pointer = letters;
    volatile int32_t table[3] = {7, 8, -9};
    static volatile int32_t hidden = -5;
    volatile int unset;
    _Thread_local volatile int own = 3;

    KEEP int first(int n) { return n; }
    KEEP int second(int n) { return n; }

    int main(int count, char **words) {
      // The tracer reads only what is in memory already.
      letters[0] = 'L';
      for (int i = 0; i < 3; i++) {
        unset = own + hidden + i;
        first(i);
        second(-i);
      }
      if (count > 1) {
        void *library = dlopen(words[1], RTLD_NOW);
        if (!library) return 1;
        ((void (*)(void))dlsym(library, "run"))();
      }
      return 0;
    }
    """#

  private static let library = Result {
    try TestProgram(
      """
      #define KEEP __attribute__((noinline, noipa))
      volatile short word_value = 77;
      KEEP int first(int n) { return n; }
      KEEP void run(void) { word_value++; first(1); }
      """, name: "traced.so", options: ["-shared", "-fPIC"])
  }

  enum Linking: String, CaseIterable {
    case anywhere = "-pie"
    case fixed = "-no-pie"
    case alone = "-static"
    case aloneAnywhere = "-static-pie"
  }

  private static let programs = Result {
    Dictionary(
      uniqueKeysWithValues: try Linking.allCases.map { ($0, try TestProgram(source, options: ["-w", $0.rawValue])) })
  }

  private static func program(_ linking: Linking = .anywhere) throws -> String {
    try #require(try programs.get()[linking]).path
  }

  private func output(
    _ script: String, of path: String, arguments: String = "", options: [String] = []
  ) throws -> String {
    let result = try Swtrace.output(
      script.replacing("BIN", with: path), command: path + " " + arguments, options: options)
    #expect(result.errors == "")
    #expect(result.ending == .exited(0))
    return result.output.split(separator: "\n").joined(separator: "\n").replacing(path, with: "BIN")
  }

  private static let values = """
    u:BIN:first /arg0 == 2/ {
      print((*uaddr("byte_value"), *uaddr("half_value"), *uaddr("word_value"), *uaddr("long_value")));
      print((str(*uaddr("pointer")), str(uaddr("letters")), ((int32 *)uaddr("table"))[2]));
      print(((int32)*uaddr("hidden"), (int32)*uaddr("unset"), uaddr("first") == reg("ip")));
    }
    """

  private static let printed = """
    (254, 65244, 4275878552, 18364758544493064720)
    (Letters, Letters, -9)
    (-5, 0, true)
    """

  @Test("variables of a program have their values, each as wide as it is", arguments: Linking.allCases)
  func values(_ linking: Linking) throws {
    #expect(try output(Self.values, of: try Self.program(linking)) == Self.printed)
  }

  @Test("where each place has a perf event", arguments: Linking.allCases) func perfEvents(_ linking: Linking) throws {
    #expect(
      try output(Self.values, of: try Self.program(linking), options: ["--no-feature", "uprobe_multi"])
        == Self.printed)
  }

  @Test("one block at many functions, at their entries and ends, finds the same variable", arguments: Linking.allCases)
  func many(_ linking: Linking) throws {
    let script = """
      u:BIN:first, u:BIN:second { @entry[probe, (int32)*uaddr("unset")] = count(); }
      ur:BIN:first, ur:BIN:second { @end[func, (int32)*uaddr("unset")] = sum(retval); }
      """
    let entries = ["first", "second"].flatMap { function in
      (-2...0).map { "@entry[uprobe:BIN:\(function), \($0)]: 1" }
    }
    #expect(
      Set(try output(script, of: try Self.program(linking)).split(separator: "\n").map(String.init))
        == Set(
          entries + [
            "@end[first, -2]: 0", "@end[first, -1]: 1", "@end[first, 0]: 2", "@end[second, -2]: 0",
            "@end[second, -1]: 4294967295", "@end[second, 0]: 4294967294",
          ]))
  }

  @Test("each binary of a wildcard has its own variable, of its own width") func libraries() throws {
    let program = try Self.program()
    let library = try Self.library.get().path
    let folder = try TemporaryFolder()
    _ = try run(["cp", program, library, folder.path])
    #expect(
      try output(
        "u:\(folder.path)/traced*:first /arg0 == 1/ { printf(\"%x\\n\", *uaddr(\"word_value\")); }",
        of: folder.path + "/traced", arguments: folder.path + "/traced.so") == "fedcba98\n4e")
  }

  @Test("in a loop, and kept for another probe") func uses() throws {
    #expect(
      try output(
        """
        u:BIN:first /arg0 == 1/ { for $i : 0..100 { @ = sum(((int32 *)uaddr("table"))[$i % 2]); } }
        ur:BIN:first { for $i : 0..100 { @ends = sum(*uaddr("half_value") > 0); } @kept = uaddr("hidden"); }
        u:BIN:second /@kept/ { @hidden = (int32)*@kept; }
        END { clear(@kept); }
        """, of: try Self.program()) == "@: 750\n@ends: 300\n@hidden: -5")
  }

  @Test("a usdt probe asks for variables of its binary") func usdt() throws {
    let program = try USDTTests.program.get().path
    #expect(
      try output("usdt:BIN:app:first { @ = str(uaddr(\"greeting\")); }", of: program) == "@: hello")
  }

  @Test("what cannot be asked for is told") func mistakes() throws {
    let program = try Self.program()
    let stripped = try TestProgram("int main(void) { return 0; }", options: ["-s", "-static-pie"])
    for (script, message, note) in [
      ("u:BIN:first { uaddr(\"wrd_value\") }", "'BIN' has no variable 'wrd_value'", "did you mean 'word_value'?"),
      ("u:BIN:first { uaddr(\"word*\") }", "'BIN' has no variable 'word*'", ""),
      (
        "u:BIN:first { uaddr(\"own\") }", "'BIN' has no address of its own".replacing("'BIN'", with: "'own' of 'BIN'"),
        "each thread has it elsewhere"
      ),
      ("u:BIN:first { $name = \"own\"; uaddr($name) }", "uaddr() needs a string in quotes here", ""),
      ("k:vfs_read { uaddr(\"own\") }", "", ""),
      ("begin { uaddr(\"own\") }", "uaddr() needs a uprobe, uretprobe or usdt probe", ""),
      ("u:\(stripped.path):0x1000 { uaddr(\"own\") }", "names no variables", "it is stripped"),
    ] {
      // No symbol tells where the instructions of the stripped one begin.
      let result = try Swtrace.output(script.replacing("BIN", with: program), options: ["--unsafe"])
      let report = result.errors.replacing(program, with: "BIN")
      #expect(report.contains(message) && report.contains(note), "\(report)")
      #expect(result.ending == .exited(1))
    }
  }

  @Test("before Linux 6.6, the end of a function does not tell where a program is that may be anywhere")
  func oldKernels() throws {
    let script = "ur:BIN:first { @ = *uaddr(\"half_value\"); }"
    let options = ["--no-feature", "uprobe_multi"]
    let program = try Self.program()
    let refused = try Swtrace.output(script.replacing("BIN", with: program), options: options)
    #expect(
      refused.errors.contains(
        "ERROR: uaddr() in a uretprobe needs a kernel that tells where the function is (Linux 6.6)"),
      "\(refused.errors)")
    #expect(refused.errors.contains("a uprobe can keep the address in a map"))
    #expect(try output(script, of: try Self.program(.fixed), options: options) == "@: 65244")
  }

  @Test("a bundle finds its variables where they were, or is refused") func bundle() throws {
    let folder = try TemporaryFolder()
    let (path, file) = (folder.path + "/program", folder.path + "/x.swb")
    _ = try run(["cp", try Self.program(), path])
    let built = try run(
      [Repository.swtrace, "build", "-o", file, "-e", "u:\(path):first { @ = *uaddr(\"half_value\"); }"])
    #expect(built.ending == .exited(0), "\(built.errors)")
    #expect(try run([Repository.swtrace, "-q", "-c", path, file]).output == "\n\n@: 65244\n")
    _ = try run(["objcopy", "--redefine-sym", "half_value=renamed", path])
    let refused = try run([Repository.swtrace, "-q", file])
    #expect(refused.ending == .exited(1))
    #expect(refused.errors.contains("the variables half_value of \(path)"), "\(refused.errors)")
  }

  @Test("damaged symbol tables trap nothing") func damage() throws {
    let bytes = try FileContents.bytes(Self.program())
    let folder = try TemporaryFolder()
    let path = try folder.file("damaged", "")
    var random = SplitMix(seed: 5)
    for _ in 0..<200 {
      let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
      let damaged = random.damaged(bytes)
      #expect(Glibc.write(descriptor, damaged, damaged.count) == damaged.count)
      _ = close(descriptor)
      for variable in try HostTarget().variables(of: path, matching: "*") ?? [] { #expect(!variable.name.isEmpty) }
    }
  }
}
