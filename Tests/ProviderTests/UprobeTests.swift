import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct UprobeTests {
  private static let source = #"""
    #include <dlfcn.h>
    #include <pthread.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/wait.h>
    #include <unistd.h>

    #define KEEP __attribute__((noinline, noipa))

    KEEP long add(long a, int b, const char *text) { return a + b + text[0]; }
    KEEP long many(long a, long b, long c, long d, long e, long f, long g, long h) {
      return a + b + c + d + e + f + g + h;
    }
    KEEP void step_one(void) { __asm__ volatile("nop\n\tnop\n\tnop"); }
    KEEP void step_two(void) { __asm__ volatile("nop"); }
    KEEP void step_three(void) { __asm__ volatile("nop"); }
    KEEP void _ZN2ns4workEi(int n) { __asm__ volatile("" : : "r"(n)); }
    KEEP void _RNvC5crate4work(void) { __asm__ volatile("nop"); }

    static void *thread(void *argument) {
      for (int i = 0; i < 100; i++) step_one();
      return argument;
    }

    int main(int count, char **words) {
      char text[] = "Az";
      for (int i = 0; i < 10; i++) {
        add(i, 2, text);
        step_one();
        if (i & 1) step_two();
      }
      step_three();
      many(1, 2, 3, 4, 5, 6, 77, 88);
      _ZN2ns4workEi(5);
      _RNvC5crate4work();
      if (count > 1 && !strcmp(words[1], "threads")) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, thread, 0);
        for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
        for (int i = 0; i < 3; i++) {
          if (fork() == 0) {
            step_two();
            _exit(0);
          }
        }
        while (wait(0) > 0) {}
      }
      if (count > 2 && !strcmp(words[1], "load")) {
        void *library = dlopen(words[2], RTLD_NOW);
        if (!library) return 1;
        ((void (*)(void))dlsym(library, "loaded"))();
      }
      return 0;
    }
    """#

  private static let program = Result { try TestProgram(source, options: ["-pthread"]) }
  private static let fixed = Result { try TestProgram(source, options: ["-pthread", "-no-pie"]) }

  private func maps(_ script: String, of program: TestProgram? = nil, doing words: String = "") throws -> String {
    let program = try program ?? Self.program.get()
    let result = try Swtrace.output(
      script.replacing("BIN", with: program.path), command: program.path + (words.isEmpty ? "" : " " + words))
    #expect(result.errors == "")
    #expect(result.ending == .exited(0))
    return result.output.split(separator: "\n").joined(separator: "\n").replacing(program.path, with: "BIN")
  }

  @Test("one program counts each function of a wildcard, by function and by probe", arguments: [false, true])
  func wildcard(isFixed: Bool) throws {
    let program = try (isFixed ? Self.fixed : Self.program).get()
    #expect(
      try maps("uprobe:BIN:step_* { @f[func] = count(); @p[probe] = count(); }", of: program) == """
        @f[step_three]: 1
        @f[step_two]: 5
        @f[step_one]: 10
        @p[uprobe:BIN:step_three]: 1
        @p[uprobe:BIN:step_two]: 5
        @p[uprobe:BIN:step_one]: 10
        """)
  }

  @Test("arguments in registers and on the stack, and what functions return") func values() throws {
    #expect(
      try maps(
        """
        uprobe:BIN:add { @text[str(arg2)] = sum(arg0); @b = arg1; }
        uretprobe:BIN:add { @results = sum(retval); }
        u:BIN:many { print((arg0, arg1, arg2, arg3, arg4, arg5, sarg0, sarg1)); }
        ur:BIN:many { @many = retval; @name = func; }
        """) == """
          (1, 2, 3, 4, 5, 6, 77, 88)
          @b: 2
          @many: 186
          @name: many
          @results: 715
          @text[Az]: 45
          """)
  }

  @Test("places inside of a function, by offset and by address") func places() throws {
    let program = try Self.fixed.get()
    let target = try HostTarget()
    let function = try #require(try target.functions(of: program.path, matching: "step_one")?.first)
    // Not moved by the loader, such a program lies at its file's addresses.
    let address = "0x" + String(function.offset + 0x400000, radix: 16)
    #expect(
      try maps("u:BIN:step_one+0 { @a = count(); } u:BIN:\(address) { @b = count(); @f[func] = count(); }", of: program)
        == "@a: 10\n@b: 10\n@f[\(address)]: 10")
  }

  @Test("names of other languages may be written as their symbols are") func mangled() throws {
    #expect(
      try maps("u:BIN:_ZN2ns* { @[func, arg0] = count(); } u:BIN:_R* { @[func, 0] = count(); }") == """
        @[ns::work(int), 5]: 1
        @[crate::work, 0]: 1
        """)
  }

  @Test("aggregations are atomic where a program may be preempted by itself, and plain where it may not")
  func preemption() throws {
    let path = try Self.program.get().path
    for (probe, isAtomic) in [("uprobe:\(path):main", true), ("rawtracepoint:sched_switch", false)] {
      let plan = try run([Repository.swtrace, "-d", "plan", "--dry-run", "-e", "\(probe) { @ = count(); }"])
      #expect(plan.output.contains(", atomic\n") == isAtomic, "\(plan.output)")
    }
  }

  @Test("all threads of the command are traced, and children are not") func threads() throws {
    #expect(
      try maps("u:BIN:step_one, u:BIN:step_two { @[func] = count(); }", doing: "threads")
        == "@[step_two]: 5\n@[step_one]: 410")
  }

  @Test("a library that is loaded after attaching is traced; it may be stripped") func libraries() throws {
    let library = try TestProgram(
      "__attribute__((noinline)) void loaded(void) { __asm__ volatile(\"nop\"); }", name: "library.so",
      options: ["-shared", "-fPIC", "-s"])
    let program = try Self.program.get()
    let result = try Swtrace.output(
      "u:\(library.path):loaded { @[func] = count(); }", command: "\(program.path) load \(library.path)")
    #expect(result.output == "\n\n@[loaded]: 1\n" && result.errors == "")
  }

  @Test("binaries are found in PATH and among the libraries of the dynamic linker, and by wildcards") func names()
    throws
  {
    let target = try HostTarget()
    let shell = try target.binaries(named: "sh")
    #expect(shell.count == 1 && shell[0].hasSuffix("/sh"))
    for name in ["libc", "libc.so.6", "c"] {
      let paths = try target.binaries(named: name)
      #expect(paths.count == 1 && paths[0].hasSuffix("/libc.so.6"), "\(name): \(paths)")
    }
    #expect(try target.functions(of: target.binaries(named: "libc")[0], matching: "malloc")?.count == 1)
    #expect(try target.binaries(named: "no-such-binary") == [])
    let path = try Self.program.get().path
    #expect(try target.binaries(named: path.dropLast(3) + "*ed") == [path])
  }

  @Test("a damaged cache of libraries names nothing and traps nothing") func damagedCache() throws {
    let bytes = try FileContents.bytes("/etc/ld.so.cache")
    for length in stride(from: 0, to: min(bytes.count, 4000), by: 7) {
      _ = LibraryCache.paths(of: "libc", in: Array(bytes[..<length]))
    }
    var random = SplitMix(seed: 1)
    for _ in 0..<300 { _ = LibraryCache.paths(of: "libc", in: random.damaged(bytes)) }
  }

  @Test("functions of a binary are listed") func list() throws {
    let program = try Self.program.get()
    let result = try run([Repository.swtrace, "-l", "uprobe:\(program.path):step_*"])
    #expect(
      result.output == """
        uprobe:\(program.path):step_one
        uprobe:\(program.path):step_three
        uprobe:\(program.path):step_two

        """)
  }

  // MARK: Mistakes

  @Test("what is not there is told with what is") func mistakes() throws {
    let program = try Self.program.get()
    let stripped = try TestProgram("int main(void) { return 0; }", options: ["-s", "-static-pie"])
    for (probe, message, note) in [
      ("uprobe:BIN:step_on", "'BIN' has no function 'step_on'", "did you mean 'step_one'"),
      ("uprobe:BIN:stop_*", "no function of 'BIN' matches 'stop_*'", ""),
      ("uprobe:BIN:step_one+4000", "there is none at +4000", ""),
      ("uprobe:BIN:0xffffffff", "'BIN' has no code at 0xffffffff", ""),
      ("uretprobe:BIN:step_one+1", "a function returns as a whole", "it is written uretprobe:BINARY:[cpp:]FUNCTION"),
      ("uprobe:BINX:main", "there is no binary 'BINX'", "no file matches the path"),
      ("uprobe:no-such-binary:main", "there is no binary 'no-such-binary'", "it was looked for in PATH"),
      ("uprobe:BIN.c:main", "'BIN.c' is no ELF file", ""),
      ("uprobe:\(stripped.path):main", "names no functions", "it is stripped"),
      ("uprobe:BIN", "uprobe: needs a binary and a function", "it is written uprobe:BINARY:[cpp:]FUNCTION[+OFFSET]"),
      ("uprobe:BIN:main { print(retval); } END", "retval is only there in kretprobe, uretprobe and fexit probes", ""),
      ("uretprobe:BIN:main { print(arg0); } END", "arg0 is only there in", ""),
      (
        "uprobe:BIN:main { print(arg6); } END", "arg6 is in no register: functions take 6 arguments in registers",
        "sarg0"
      ),
    ] {
      let result = try Swtrace.output(probe.replacing("BIN", with: program.path) + " { }")
      let report = result.errors.replacing(program.path, with: "BIN")
      #expect(report.contains("ERROR: " + message) || report.contains(message), "\(report)")
      #expect(report.contains(note), "\(report)")
      #expect(result.ending == .exited(1))
    }
  }

  @Test("a bundle finds its functions where they were, or is refused") func bundle() throws {
    let folder = try TemporaryFolder()
    let program = try TestProgram("int main(void) { return 0; }", name: "first")
    let file = folder.path + "/x.swb"
    let built = try run(
      [Repository.swtrace, "build", "-o", file, "-e", "uprobe:\(program.path):main { print(func); exit(); }"])
    #expect(built.ending == .exited(0), "\(built.errors)")
    let kept = try run([Repository.swtrace, "-q", "-c", program.path, file])
    #expect(kept.output == "main\n\n\n" || kept.output == "main\n", "\(kept)")
    let other = try TestProgram("int first(void) { return 1; } int main(void) { return first() - 1; }", name: "second")
    _ = try run(["cp", other.path, program.path])
    let refused = try run([Repository.swtrace, "-q", file])
    #expect(refused.ending == .exited(1))
    #expect(refused.errors.contains("the functions main of \(program.path)"), "\(refused.errors)")
  }
}
