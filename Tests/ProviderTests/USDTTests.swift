import Codegen
import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct USDTTests {
  /// The notes as the format's description has them, without a header of the system.
  private static let macros = #"""
    #define SITE(...) SITE_AT("", __VA_ARGS__)
    #define SITE_AT(moved, provider, name, semaphore, arguments, ...) \
      __asm__ volatile( \
        "990: nop\n .pushsection .note.stapsdt, \"\", \"note\"\n .balign 4\n" \
        ".4byte 992f - 991f, 994f - 993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
        "993: .8byte 990b" moved ", _.stapsdt.base" moved ", " semaphore "\n .asciz \"" provider "\"\n .asciz \"" name "\"\n" \
        ".asciz \"" arguments "\"\n994: .balign 4\n .popsection\n" \
        ".ifndef _.stapsdt.base\n .pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
        ".weak _.stapsdt.base\n .hidden _.stapsdt.base\n _.stapsdt.base: .space 1\n .size _.stapsdt.base, 1\n" \
        ".popsection\n .endif\n" : : __VA_ARGS__)

    """#

  private static let source =
    macros + #"""
      #include <pthread.h>
      #include <string.h>
      #include <sys/wait.h>
      #include <unistd.h>
      #include <dlfcn.h>

      __attribute__((section(".probes"))) volatile unsigned short traced_semaphore, idle_semaphore,
        moved_semaphore;
      static volatile char greeting[] = "hello";
      volatile int placed[3] = {30, -40, 50};
      static _Thread_local volatile int own_value = 1;

      __attribute__((noinline)) static void step(long i) { SITE("app", "step", "0", "8@%0", "r"(i)); }

      static void *thread(void *argument) {
        for (int i = 0; i < 100; i++) step(i);
        return argument;
      }

      int main(int count, char **words) {
        if (count > 1 && !strcmp(words[1], "watch")) {
          while (!idle_semaphore) usleep(1000);
          (void)!write(1, "on\n", 3);
          while (idle_semaphore) usleep(1000);
          (void)!write(1, "off\n", 4);
          return 0;
        }
        volatile struct { char a; unsigned char b; short c; unsigned short d; int e; unsigned f; long g; } numbers = {
          -1, 255, -2, 65534, -3, 4294967293u, -4
        };
        volatile int array[4] = {10, 20, 30, -40};
        // The tracer reads only what is in memory already.
        greeting[0] = 'h';
        for (int i = 0; i < 10; i++) {
          step(i);
          SITE("app", "first", "0", "-4@%0 8@%1 -4@%2", "r"(-i), "r"(greeting), "n"(-5));
          if (traced_semaphore) SITE("app", "counted", "traced_semaphore", "-4@%0", "r"(i));
          if (moved_semaphore) SITE_AT("+ 64", "app", "moved", "moved_semaphore + 64", "-4@%0", "r"(i));
          if (idle_semaphore) SITE("app", "idle", "idle_semaphore", "");
          SITE("app", "twice", "0", "4@%0", "r"(i));
          SITE("app", "twice", "0", "-4@%0", "n"(-7));
          SITE("other", "twice", "0", "");
        }
        SITE("app", "memory", "0", "-1@%0 1@%1 -2@%2 2@%3 -4@%4 4@%5 -8@%6", "m"(numbers.a), "m"(numbers.b),
          "m"(numbers.c), "m"(numbers.d), "m"(numbers.e), "m"(numbers.f), "m"(numbers.g));
      #ifdef __x86_64__
        SITE("app", "registers", "0",
          "-1@%%al 1@%%al 1@%%ah -2@%%bx 2@%%bx -4@%%ecx 4@%%ecx -8@%%rdx -1@%%sil 4@%%r8d 8@%%r9 2@%%r10w",
          "a"(0x12fe), "b"(0xffff1234fffeL), "c"(0xfffffffdL), "d"(-4L), "S"(0x1ffL));
        SITE("app", "indexed", "0", "-4@(%0,%1,4) -4@4(%0,%1,4) -4@-8(%0,%2)", "r"(array), "r"(2L), "r"(16L));
        placed[0]++;
        SITE("app", "symbols", "0", "-4@%0 -4@%1 4@placed+8(%%rip) 2@placed+6(%%rip)", "m"(placed[0]), "m"(placed[1]));
        SITE("app", "thread_local", "0", "4@%0", "m"(own_value));
        SITE("app", "constants", "0", "1@$511 -1@$255 8@$-1 -8@$0x10 8@%%xmm0 4f@%%eax", "n"(0));
      #endif
        if (count > 1 && !strcmp(words[1], "threads")) {
          pthread_t threads[4];
          for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, thread, 0);
          for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
          for (int i = 0; i < 3; i++) {
            if (fork() == 0) {
              step(i);
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

  static let program = Result { try TestProgram(source, name: "sites", options: ["-pthread"]) }
  private static let fixed = Result { try TestProgram(source, name: "fixed", options: ["-pthread", "-no-pie", "-s"]) }

  private func output(_ script: String, of program: TestProgram? = nil, doing words: String = "") throws -> String {
    let program = try program ?? Self.program.get()
    let result = try Swtrace.output(
      script.replacing("BIN", with: program.path), command: program.path + (words.isEmpty ? "" : " " + words))
    #expect(result.errors == "")
    #expect(result.ending == .exited(0))
    return result.output.split(separator: "\n").joined(separator: "\n").replacing(program.path, with: "BIN")
  }

  @Test(
    "each site of each probe counts, in position-independent programs and in stripped ones", arguments: [false, true])
  func counts(isFixed: Bool) throws {
    let program = try (isFixed ? Self.fixed : Self.program).get()
    #expect(
      try output("usdt:BIN:twice { @[probe] = count(); } U:BIN:app:st?p { @s = sum(arg0); }", of: program) == """
        @[usdt:BIN:other:twice]: 10
        @[usdt:BIN:app:twice]: 20
        @s: 45
        """)
  }

  @Test("arguments are of their sizes and signs: registers, constants and strings") func arguments() throws {
    #expect(
      try output("usdt:BIN:app:first /arg0 == -3/ { print((arg0, str(arg1), arg2, probe, probetype)); }")
        == "(-3, hello, -5, usdt:BIN:app:first, usdt)")
  }

  @Test("arguments in memory are of their sizes and signs", arguments: [false, true]) func memory(isFixed: Bool) throws
  {
    #expect(
      try output(
        "usdt:BIN:app:memory { print((arg0, arg1, arg2, arg3, arg4, arg5, arg6)); }",
        of: (isFixed ? Self.fixed : Self.program).get()) == "(-1, 255, -2, 65534, -3, 4294967293, -4)")
  }

  #if arch(x86_64)
    @Test("parts of registers, scaled indices and constants, as the assembler writes them") func operands() throws {
      #expect(
        try output(
          """
          usdt:BIN:app:registers { print((arg0, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8)); }
          usdt:BIN:app:indexed { print((arg0, arg1, arg2)); }
          usdt:BIN:app:constants { print((arg0, arg1, arg2, arg3)); }
          """) == """
            (-2, 254, 18, -2, 65534, -3, 4294967293, -4, -1)
            (30, -40, 30)
            (255, -1, 18446744073709551615, 16)
            """)
    }

    @Test("arguments in variables of the binary, wherever it is loaded", arguments: [false, true])
    func symbols(isFixed: Bool) throws {
      let program = isFixed ? try TestProgram(Self.source, name: "named", options: ["-pthread", "-no-pie"]) : nil
      #expect(
        try output("usdt:BIN:app:symbols { print((arg0, arg1, arg2, arg3, probe)); }", of: program)
          == "(31, -40, 50, 65535, usdt:BIN:app:symbols)")
    }

    @Test("arguments in variables are not there when their symbols were stripped") func strippedSymbols() throws {
      let program = try TestProgram(Self.source, name: "stripped", options: ["-pthread", "-s"])
      for (probe, argument, path) in [
        ("symbols", "arg2", program.path), ("thread_local", "arg0", try Self.program.get().path),
      ] {
        let result = try Swtrace.output("usdt:\(path):\(probe) { print(\(argument)); }")
        #expect(
          result.errors.contains("\(argument) of usdt:\(path):app:\(probe) lies where it cannot be read"),
          "\(result.errors)")
      }
    }

    @Test("an argument in a floating-point register is refused, and only where it is read") func unreadable() throws {
      let program = try Self.program.get()
      let result = try Swtrace.output("usdt:\(program.path):constants { print(arg4); }")
      #expect(result.errors.contains("ERROR: arg4 of usdt:\(program.path):app:constants lies where it cannot be read"))
      #expect(try output("usdt:BIN:constants { @ = count(); }") == "@: 1")
    }
  #endif

  @Test("sites of a probe with arguments in different places each read their own") func sites() throws {
    #expect(
      try output("usdt:BIN:app:twice { @[arg0 < 0, probe] = sum(arg0); }") == """
        @[true, usdt:BIN:app:twice]: -70
        @[false, usdt:BIN:app:twice]: 45
        """)
  }

  @Test("a probe with a semaphore is switched on for as long as it is traced") func semaphores() throws {
    #expect(try output("usdt:BIN:app:counted { @ = sum(arg0); }") == "@: 45")
    #expect(
      try output("usdt:BIN:app:idle { @idle = count(); } usdt:BIN:app:counted { @ = count(); }") == "@: 10\n@idle: 10")
    // Not traced, it stays off.
    #expect(try output("usdt:BIN:app:step { @ = count(); }") == "@: 10")
  }

  @Test("a file that was moved to other addresses after its notes were written says so by its base section")
  func moved() throws {
    #expect(try output("usdt:BIN:app:moved { @ = sum(arg0); }") == "@: 45")
  }

  @Test("a semaphore goes back to 0 when the tracer is killed") func killed() throws {
    let path = try Self.program.get().path
    let traced = try RunningCommand([path, "watch"])
    let tracer = try RunningCommand([Repository.swtrace, "-q", "-e", "usdt:\(path):idle { @ = count(); }"])
    try traced.wait { output, _ in output == "on\n" }
    tracer.signal(SIGKILL)
    #expect(try traced.finish().output == "on\noff\n")
    #expect(try tracer.finish().ending == .killed(SIGKILL))
  }

  @Test("all threads of the command are traced, and children where there is no -c") func threads() throws {
    #expect(try output("usdt:BIN:step { @[comm == \"sites\"] = count(); }", doing: "threads") == "@[true]: 410")
    let path = try Self.program.get().path
    let tracing = try RunningCommand([Repository.swtrace, "-e", "usdt:\(path):step { @ = count(); }"])
    try tracing.wait { $1.contains("Attached") }
    #expect(try run([path, "threads"]).ending == .exited(0))
    tracing.signal(SIGINT)
    #expect(try tracing.finish().output == "\n\n@: 413\n")
  }

  @Test("a library that is loaded after attaching is traced, its semaphores too") func libraries() throws {
    let library = try TestProgram(
      Self.macros + """
        __attribute__((section(".probes"), visibility("hidden"))) volatile unsigned short semaphore;
        void loaded(void) {
          SITE("lib", "loaded", "0", "");
          if (semaphore) SITE("lib", "counted", "semaphore", "-4@%0", "n"(3));
        }
        """, name: "library.so", options: ["-shared", "-fPIC", "-s"])
    let program = try Self.program.get()
    let result = try Swtrace.output(
      "U:\(library.path):* { @[probe] = count(); }", command: "\(program.path) load \(library.path)")
    #expect(
      Set(result.output.split(separator: "\n")) == [
        "@[usdt:\(library.path):lib:loaded]: 1", "@[usdt:\(library.path):lib:counted]: 1",
      ])
    #expect(result.errors == "")
  }

  @Test("a probe counts as one however many sites it has") func attached() throws {
    let program = try Self.program.get()
    let result = try run([
      Repository.swtrace, "-c", program.path, "-e", "usdt:\(program.path):twice { @a = count(); } END { clear(@a); }",
    ])
    #expect(result.errors == "Attached 3 probes\n")
  }

  @Test("without links to many places, each has a perf event") func perfEvents() throws {
    let program = try Self.program.get()
    let site = try #require(
      try HostTarget().usdtSites(of: program.path)?.first { $0.name == "counted" && $0.semaphore != nil })
    let text = "usdt:\(program.path):counted { @[probe] = sum(arg0); }"
    let target = OldKernel(try HostTarget())
    let bundle = try Compiler(target: target).compile(SourceFile(name: "stdin", text: text)).bundle
    guard case .uprobe(let place)? = bundle.hooks.first?.point, bundle.hooks.count == 1 else {
      Issue.record("\(bundle.hooks)")
      return
    }
    #expect(place.offset == site.offset && place.semaphore == site.semaphore)
    let result = try Swtrace.output(text, command: program.path, options: ["--no-feature", "uprobe_multi"])
    #expect(result.output == "\n\n@[usdt:\(program.path):app:counted]: 45\n", "\(result)")
  }

  @Test("probes of a binary are listed once each, with their arguments") func list() throws {
    let program = try Self.program.get()
    let result = try run([Repository.swtrace, "-lv", "usdt:\(program.path):*twice,usdt:\(program.path):app:first"])
    #expect(
      result.output == """
        usdt:\(program.path):app:twice
            uint32 arg0
        usdt:\(program.path):other:twice
        usdt:\(program.path):app:first
            int32 arg0
            uint64 arg1
            int32 arg2

        """)
  }

  @Test("what is not there is told with what is") func mistakes() throws {
    let program = try Self.program.get()
    let plain = try TestProgram("int main(void) { return 0; }", name: "plain")
    for (probe, message, note) in [
      ("usdt:BIN:app:stap", "'BIN' has no USDT probe 'app:stap'", "did you mean 'app:step'"),
      ("usdt:BIN:stap", "'BIN' has no USDT probe 'stap'", "did you mean 'step'"),
      ("usdt:BIN:app:no*", "no USDT probe of 'BIN' matches 'app:no*'", ""),
      ("usdt:BINX:app:step", "there is no binary 'BINX'", "no file matches the path"),
      ("usdt:BIN.c:app:step", "'BIN.c' is no ELF file", ""),
      ("usdt:\(plain.path):app:step", "'\(plain.path)' has no USDT probes", ""),
      ("usdt:BIN", "usdt: needs a binary and a probe", "it is written usdt:BINARY:[NAMESPACE:]PROBE"),
      ("usdt:BIN:app:step { print(arg1); } END", "there is no arg1: usdt:BIN:app:step has one argument, arg0", ""),
      ("usdt:BIN:other:twice { print(arg0); } END", "there is no arg0: usdt:BIN:other:twice has no arguments", ""),
      ("usdt:BIN:app:step { print(retval); } END", "retval is only there in", ""),
      ("usdt:BIN:app:step { print(func); } END", "func is only there in", ""),
    ] {
      let result = try Swtrace.output(probe.replacing("BIN", with: program.path) + " { }")
      let report = result.errors.replacing(program.path, with: "BIN")
      #expect(report.contains("ERROR: " + message), "\(report)")
      #expect(report.contains(note), "\(report)")
      #expect(result.ending == .exited(1))
    }
    let ignored = try Swtrace.output(
      "config = { missing_probes = ignore } usdt:\(program.path):app:no*, begin { printf(\"on\\n\"); exit(); }")
    #expect(ignored.output == "on\n\n\n" && ignored.errors == "")
  }

  @Test("a bundle finds its probes where they were, or is refused") func bundle() throws {
    let folder = try TemporaryFolder()
    let (path, file) = (folder.path + "/program", folder.path + "/x.swb")
    _ = try run(["cp", try Self.program.get().path, path])
    let built = try run([Repository.swtrace, "build", "-o", file, "-e", "usdt:\(path):app:step { @ = sum(arg0); }"])
    #expect(built.ending == .exited(0), "\(built.errors)")
    #expect(try run([Repository.swtrace, "-q", "-c", path, file]).output == "\n\n@: 45\n")
    _ = try run(["cp", try Self.fixed.get().path, path])
    let refused = try run([Repository.swtrace, "-q", file])
    #expect(refused.ending == .exited(1))
    #expect(refused.errors.contains("the USDT probes of \(path)"), "\(refused.errors)")
  }

  @Test("damaged notes name no place outside of the file's code, and trap nothing") func damage() throws {
    let bytes = try FileContents.bytes(Self.program.get().path)
    let folder = try TemporaryFolder()
    let path = folder.path + "/damaged"
    var random = SplitMix(seed: 7)
    for _ in 0..<200 {
      try write(random.damaged(bytes), to: path)
      for site in try HostTarget().usdtSites(of: path) ?? [] {
        #expect(!site.name.isEmpty && !site.provider.isEmpty)
        _ = USDTOperand.operands(of: site.arguments, .x86_64)
        _ = USDTOperand.operands(of: site.arguments, .aarch64)
      }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }
}

/// A kernel without links to many places of a file.
private final class OldKernel: Target {
  private let source: any Target

  init(_ source: any Target) { self.source = source }

  var machine: Machine { source.machine }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    if case .kernel(.has(.uprobeMulti)) = question { return .flag(false) }
    return try source.answer(question)
  }
}
