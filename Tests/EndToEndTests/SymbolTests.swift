import Glibc
import TestSupport
import Testing

/// Names of functions in stacks, as users set how they are shown.
@Suite(.root) struct SymbolTests {
  // A stack at a function's entry is without its caller, since it has no frame of its own yet.
  private static let source = """
    extern "C" int usleep(unsigned); namespace ns {
      __attribute__((noinline, noipa)) long leaf(long n) { return n + 1; }
      __attribute__((noinline, noipa)) long caller(long n) { return leaf(n) + 4; }
      inline __attribute__((always_inline)) long middle(long n) { return caller(n) + 2; }
      __attribute__((noinline, noipa)) long outer(long n) { return middle(n) + 3; }
    }
    int main(int count, char **) { long n = ns::outer(1); if (count > 1) usleep(500000); return n == 0; }
    """

  /// A folder with the program, and one with what was stripped from it.
  private final class Program {
    let folder: TemporaryFolder
    let path: String

    init(_ options: [String] = []) throws {
      folder = try TemporaryFolder()
      path = folder.path + "/named"
      let text = try folder.file("named.cc", SymbolTests.source)
      let built = try run(
        ["g++", "-O2", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-o", path, text] + options)
      try #require(built.ending == .exited(0), "\(built.errors)")
    }

    /// What a stack of `leaf` is in a script.
    func stack(_ expression: String, _ settings: String = "", options: [String] = []) throws -> [String] {
      let symbol = "_ZN2ns4leafEl"
      let script = "\(settings) uprobe:\(path):\(symbol) { print(\(expression)); }"
      let result = try run([Repository.swtrace, "-q"] + options + ["-c", path + " stays", "-e", script])
      #expect(result.errors == "")
      return result.output.split(separator: "\n").map {
        String($0).replacing(folder.path, with: "DIR")
      }
    }
  }

  @Test("inlined functions and lines are shown, unless they are not wanted") func lines() throws {
    let program = try Program()
    let lines = try program.stack("ustack(3)")
    try #require(lines.count >= 4, "\(lines)")
    #expect(lines[0] == "        ns::leaf(long)+0@DIR/named.cc:2")
    #expect(lines[1] == "        [inlined] ns::middle(long)@DIR/named.cc:4")
    #expect(lines[2].hasPrefix("        ns::outer(long)+") && lines[2].hasSuffix("@DIR/named.cc:5"))
    #expect(lines[3].hasPrefix("        main+") && lines[3].hasSuffix("@DIR/named.cc:7"))
    let plain = try program.stack("ustack(3)", "config = { show_debug_info = false }")
    try #require(plain.count == 3, "\(plain)")
    #expect(plain[0] == "        ns::leaf(long)+0" && plain[1] == String(lines[2].prefix { $0 != "@" }))
    let perf = try program.stack("ustack(perf, 2)")
    try #require(perf.count == 3, "\(perf)")
    #expect(perf[0].hasSuffix(" ns::leaf(long)+0 (DIR/named)"))
    #expect(perf[1].hasSuffix(" ns::middle(long) (inlined)"))
    #expect(perf[2].contains(" ns::outer(long)+") && perf[2].hasSuffix(" (DIR/named)"))
  }

  @Test("names are as sources have them, unless they are not wanted so") func demangled() throws {
    let program = try Program()
    #expect(try program.stack("usym(reg(\"ip\"))") == ["ns::leaf(long)"])
    let setting = "config = { cpp_demangle = false }"
    #expect(try program.stack("usym(reg(\"ip\"))", setting) == ["_ZN2ns4leafEl"])
    #expect(try program.stack("ustack(1)", setting) == ["        _ZN2ns4leafEl+0@DIR/named.cc:2"])
  }

  @Test(
    "symbols are the same however they are kept",
    arguments: ["cache_user_symbols = PER_PROGRAM", "cache_user_symbols = NONE", "lazy_symbolication = false"])
  func caches(setting: String) throws {
    let program = try Program()
    #expect(
      try program.stack("ustack(1)", "config = { \(setting) }") == ["        ns::leaf(long)+0@DIR/named.cc:2"])
  }

  @Test("--debuginfo has the folder of what was stripped, and probes find functions there") func folder() throws {
    let program = try Program()
    let stripped = program.folder.path + "/stripped"
    for words in [
      ["objcopy", "--only-keep-debug", program.path, stripped], ["strip", program.path],
      ["objcopy", "--add-gnu-debuglink=\(stripped)", program.path],
    ] { #expect(try run(words).ending == .exited(0)) }
    let other = try TemporaryFolder()
    rename(stripped, other.path + "/stripped")
    for options in [["--debuginfo", other.path], ["--debuginfo=/nowhere:+\(other.path)"]] {
      #expect(try program.stack("ustack(1)", options: options) == ["        ns::leaf(long)+0@DIR/named.cc:2"])
    }
    let refused = try run([Repository.swtrace, "-q", "-e", "uprobe:\(program.path):_ZN2ns4leafEl { exit(); }"])
    #expect(refused.ending == .exited(1))
  }

  @Test("a process that has ended when its stacks print is named, if it lived for a while") func others() throws {
    let program = try Program()
    let script =
      "uprobe:\(program.path):_ZN2ns4leafEl { @[ustack(1)] = count(); } interval:ms:3000 { exit(); }"
    let tracer = try RunningCommand([Repository.swtrace, "-e", script])
    try tracer.wait { output, errors in (output + errors).contains("Attached") }
    _ = try run([program.path, "stays"])
    #expect(try tracer.finish().output.contains("        ns::leaf(long)+0@\(program.folder.path)/named.cc:2\n]: 1\n"))
  }

  @Test("so is what it ran before and what it opened later, when its program is gone") func changed() throws {
    let folder = try TemporaryFolder()
    // It calls as often as takes to be looked at again, then opens a library, and runs itself once more at the end.
    let source = """
      #include <dlfcn.h>
      #include <stdlib.h>
      #include <unistd.h>
      void library(void (*)(void));
      __attribute__((noinline, noipa)) void mark(void) { getppid(); __asm__ volatile(""); }
      __attribute__((noinline, noipa)) static void calls(void) { mark(); __asm__ volatile(""); }
      int main(int count, char **words) {
        for (int turn = 0; turn < 20; turn++, usleep(20000)) calls();
        void (*later)(void (*)(void)) = dlsym(dlopen(words[1], RTLD_NOW), "library");
        for (int turn = 0; turn < 40; turn++, usleep(20000)) later(mark);
        if (count > 2) unlink(words[0]);
        else execl(words[0], words[0], words[1], "again", (char *)0);
      }
      """
    let library = "void library(void (*call)(void)) { call(); __asm__ volatile(\"\"); }"
    let (program, shared) = (folder.path + "/program", folder.path + "/library.so")
    for words in [
      ["-fPIC", "-shared", "-o", shared, try folder.file("library.c", library)],
      ["-fPIE", "-pie", "-o", program, try folder.file("program.c", source)],
    ] {
      let built = try run(["cc", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls"] + words)
      try #require(built.ending == .exited(0), "\(built.errors)")
    }
    // A function of the C library has no frame of its own: the kernel's walk leaves out who called it.
    let script = "tracepoint:syscalls:sys_enter_getppid /comm == \"program\"/ { @[ustack] = count(); }"
    let tracer = try RunningCommand([Repository.swtrace, "-e", script])
    try tracer.wait { output, errors in (output + errors).contains("Attached") }
    #expect(try run([program, shared]).ending == .exited(0))
    tracer.signal(SIGINT)
    let output = try tracer.finish().output
    let stacks = output.split(separator: "@[\n").map(String.init)
    // Both images, at addresses of their own.
    for caller in ["calls+", "library+"] {
      #expect(stacks.count { $0.contains(caller) && $0.contains("main+") } == 2, "\(output)")
    }
  }
}
