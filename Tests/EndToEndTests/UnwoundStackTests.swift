import TestSupport
import Testing

/// `dw_ustack`: stacks of programs that keep no frame pointers, frame for frame as the program knows them.
@Suite(.root) struct UnwoundStackTests {
  private let folder: TemporaryFolder
  private let program: String

  /// Calls `mark(N)` in situations that are hard to unwind.
  private static let source = """
    #define _GNU_SOURCE
    #include <alloca.h>
    #include <dlfcn.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    #define CALLED __attribute__((noinline, noclone))
    volatile int sink;
    volatile char *kept;
    CALLED void mark(int kind) { sink += kind; __asm__(""); }
    CALLED int leaf(int kind) { mark(kind); return sink; }
    CALLED int with_alloca(int n) { char *p = alloca(n); memset(p, 1, n); kept = p; int r = leaf(1); return r + p[3]; }
    CALLED int realigned(int n) {
      __attribute__((aligned(64))) char b[256];
      memset(b, n, 256);
      kept = b;
      char *q = alloca(n);
      kept = q;
      int r = leaf(2);
      return r + b[5];
    }
    CALLED int large(int n) { volatile char b[100000]; b[n] = 1; int r = leaf(3); return r + b[n]; }
    CALLED int recursive(int n) { if (n == 0) return leaf(4); int r = recursive(n - 1); return r + sink; }
    CALLED int compare(const void *a, const void *b) {
      static int once;
      if (!once++) leaf(5);
      return *(int *)a - *(int *)b;
    }
    CALLED int sorting(void) { int a[4] = {3, 1, 2, 0}; qsort(a, 4, 4, compare); return a[0] + sink; }
    CALLED void handler(int number) { leaf(6); sink++; }
    CALLED int signalled(void) { raise(SIGUSR1); return sink; }
    CALLED int signalled_elsewhere(void) {
      static char stack[65536];
      stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
      sigaltstack(&other, 0);
      struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
      sigaction(SIGUSR2, &action, 0);
      raise(SIGUSR2);
      return sink;
    }
    CALLED void *threaded(void *p) { leaf(7); sink++; return p; }
    CALLED int crowded(int a, int b, int c, int d, int e, int f) { int r = leaf(8); return r + a * b * c * d * e * f + sink; }
    int main(int count, char **words) {
      with_alloca(count * 50);
      realigned(count * 32);
      large(count * 5);
      recursive(20);
      sorting();
      signal(SIGUSR1, handler);
      signalled();
      signalled_elsewhere();
      pthread_t thread;
      pthread_create(&thread, 0, threaded, 0);
      pthread_join(thread, 0);
      crowded(count, 2, 3, 4, 5, 6);
      if (count > 1) {
        void *library = dlopen(words[1], RTLD_NOW);
        int (*call)(int) = library ? (int (*)(int))dlsym(library, "library") : 0;
        for (int turn = 0; call && turn < 50; turn++, usleep(20000)) sink += call(9);
      }
      return 0;
    }
    """

  init() throws {
    folder = try TemporaryFolder()
    program = folder.path + "/unwound"
    _ = try folder.file("unwound.c", Self.source)
  }

  private func build(_ options: [String]) throws {
    let words = ["cc", "-O2", "-fomit-frame-pointer", "-rdynamic", "-o", program, "\(folder.path)/unwound.c"]
    let built = try run(words + options + ["-ldl", "-lpthread"])
    try #require(built.ending == .exited(0), "\(built.errors)")
  }

  /// The names of each stack that a program's `mark` was called with, by its argument.
  /// - Parameter others: what else is probed.
  private func stacks(
    _ command: String, builtin: String = "dw_ustack", others: String = ""
  ) throws -> [Int: [[String]]] {
    let script =
      "config = { show_debug_info = false; print_maps_on_exit = false } "
      + "uprobe:\(program):mark { printf(\"mark %d%s\", arg0, \(builtin)); } \(others)"
    let result = try run([Repository.swtrace, "-q", "-c", command, "-e", script])
    #expect(result.ending == .exited(0) && result.errors == "", "\(result.errors)")
    var stacks: [Int: [[String]]] = [:]
    for text in result.output.split(separator: "mark ").dropFirst(0) {
      let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
      guard let kind = lines.first.flatMap({ Int($0) }) else { continue }
      stacks[kind, default: []].append(lines.dropFirst().map { String($0.prefix { $0 != "+" }) })
    }
    return stacks
  }

  private static let expected: [Int: [String]] = [
    1: ["with_alloca", "main"], 2: ["realigned", "main"], 3: ["large", "main"],
    4: Array(repeating: "recursive", count: 20) + ["main"], 8: ["crowded", "main"],
  ]

  private func check(_ stacks: [Int: [[String]]]) {
    for (kind, names) in Self.expected {
      let found = stacks[kind]?.first ?? []
      #expect(Array(found.prefix(names.count + 2)) == ["mark", "leaf"] + names, "\(kind): \(found)")
      #expect(found.last == "_start", "\(kind): \(found)")
    }
    #expect(stacks.values.joined().allSatisfy { !$0.contains { $0.hasPrefix("[not unwound") } }, "\(stacks)")
  }

  @Test("frames without frame pointers", arguments: [["-no-pie"], ["-pie", "-fPIE"], ["-static"]])
  func frames(_ options: [String]) throws {
    try build(options)
    let stacks = try stacks(program)
    check(stacks)
    let sorted = try #require(stacks[5]?.first)
    #expect(sorted.prefix(3) == ["mark", "leaf", "compare"] && sorted.contains("sorting"), "\(sorted)")
    try #require(stacks[6]?.count == 2)
    for (stack, caller) in zip(stacks[6] ?? [], ["signalled", "signalled_elsewhere"]) {
      #expect(stack.prefix(3) == ["mark", "leaf", "handler"] && stack.contains(caller), "\(stack)")
      #expect(stack.last == "_start", "\(stack)")
    }
    let thread = try #require(stacks[7]?.first)
    #expect(thread.prefix(3) == ["mark", "leaf", "threaded"] && thread.count > 3, "\(thread)")
  }

  @Test(
    "functions and lines are those that gdb finds",
    .enabled(if: (try? run(["which", "gdb"]).ending) == .exited(0), "needs gdb"), arguments: ["-O1", "-O2", "-Os"])
  func debugger(optimization: String) throws {
    // Of a call in place of a return gdb shows the caller, which has no frame any more.
    try build(["-g", "-no-pie", "-fno-optimize-sibling-calls", optimization])
    let commands = try folder.file(
      "commands",
      """
      set pagination off
      set width 0
      handle SIGUSR1 SIGUSR2 nostop noprint pass
      break mark
      commands
      silent
      echo stack\\n
      backtrace
      continue
      end
      run
      """)
    let debugged = try run(["gdb", "-nx", "-batch", "-x", commands, program])
    // "#1  0x0000000000401186 in leaf (kind=1) at /tmp/x/unwound.c:14"
    let theirs: [[String]] = debugged.output.split(separator: "stack\n").dropFirst().map { stack in
      stack.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("#"), let place = line.firstRange(of: "unwound.c:") else { return nil }
        let words = line.split(separator: " ")
        let name = words.dropFirst().first { !$0.hasPrefix("0x") && $0 != "in" }
        return "\(name ?? "")@\(line[place.upperBound...])"
      }
    }
    let result = try run([
      Repository.swtrace, "-q", "-c", program, "-e",
      "uprobe:\(program):mark { printf(\"stack\\n%s\", dw_ustack); }",
    ])
    // "        leaf+14@/tmp/x/unwound.c:14"
    let ours: [[String]] = result.output.split(separator: "stack\n").map { stack in
      stack.split(separator: "\n").compactMap { line -> String? in
        guard let place = line.firstRange(of: "unwound.c:") else { return nil }
        let words = line.split(separator: " ").filter { $0 != "[inlined]" }
        return "\(words[0].prefix { $0 != "+" && $0 != "@" })@\(line[place.upperBound...])"
      }
    }.filter { !$0.isEmpty }
    // Where `mark` is stopped differs: gdb skips what begins a function.
    func callers(_ stacks: [[String]]) -> [[String]] { stacks.map { Array($0.dropFirst()) } }
    #expect(ours.count == 9 && theirs.count == 9, "\(debugged.errors)\(result.errors)")
    for (mine, gdbs) in zip(callers(ours), callers(theirs)) { #expect(mine == gdbs) }
  }

  @Test("a program without symbols, and one that keeps frame pointers") func stripped() throws {
    try build(["-no-pie"])
    let whole = try stacks(program)
    // The uprobe needs a symbol, which the dynamic table has.
    #expect(try run(["strip", program]).ending == .exited(0))
    let stripped = try stacks(program)
    for kind in 1...8 { #expect(stripped[kind]?.first?.count == whole[kind]?.first?.count, "\(kind)") }
    try build(["-fno-omit-frame-pointer"])
    check(try stacks(program))
  }

  @Test("the kernel's walk of the same stacks ends early") func kernelsWalk() throws {
    try build(["-no-pie"])
    let stacks = try stacks(program, builtin: "ustack")
    #expect(stacks[4]?.first?.filter { $0 == "recursive" }.count ?? 0 < 20)
  }

  @Test("a library that is opened later") func openedLibrary() throws {
    try build([])
    let source = try folder.file(
      "library.c",
      "int leaf(int); __attribute__((noinline)) int inner(int x) { return leaf(x) + 1; } int library(int x) { return inner(x) + 2; }"
    )
    let library = folder.path + "/library.so"
    let built = try run(["cc", "-O2", "-fomit-frame-pointer", "-shared", "-fPIC", "-o", library, source])
    try #require(built.ending == .exited(0))
    let found = try stacks("\(program) \(library)")[9] ?? []
    try #require(found.count == 50)
    // The first may come before the library was read, and then says so.
    #expect(found[0].prefix(3) == ["mark", "leaf", "inner"])
    #expect(found[49].prefix(5) == ["mark", "leaf", "inner", "library", "main"] && found[49].last == "_start")
    let early = found.filter { $0.last == "[not unwound: an address in no file]" }.count
    #expect(early < 25, "\(early) of 50")
  }

  @Test("return addresses that probes have replaced, once and twice") func replacedReturns() throws {
    try build(["-pie", "-fPIE", "-foptimize-sibling-calls"])
    let plain = try stacks(program)
    let functions = ["recursive", "leaf", "crowded", "with_alloca", "signalled", "main"]
    let probes = functions.map { "uretprobe:\(program):\($0) { @returns = count(); }" }.joined(separator: " ")
    let again = "uretprobe:\(program):recursive { @again = count(); } uretprobe:\(program):leaf { @again = count(); }"
    for probes in [probes, probes + " " + again] {
      let probed = try stacks(program, others: probes)
      check(probed)
      #expect(probed == plain)
    }
  }

  @Test("a process that was there before, and runs another program then") func otherImages() throws {
    let marks = """
      #include <stdlib.h>
      #include <unistd.h>
      __attribute__((noinline)) void mark(int x) { __asm__("" : : "r"(x)); }
      __attribute__((noinline)) int NAME(int x) { mark(x); return x + 1; }
      int main(int count, char **words) {
        int sum = 0;
        for (int turn = 0; turn < 100; turn++, usleep(10000)) sum += NAME(turn);
        if (count > 1) execv(words[1], words + 1);
        return sum == 0;
      }
      """
    for name in ["first", "second"] {
      let source = try folder.file("\(name).c", marks)
      let built = try run(
        ["cc", "-O2", "-fomit-frame-pointer", "-DNAME=\(name)_caller", "-o", "\(folder.path)/\(name)", source])
      try #require(built.ending == .exited(0))
    }
    let (first, second) = (folder.path + "/first", folder.path + "/second")
    let command = try RunningCommand([first, second])
    let result = try run([
      Repository.swtrace, "-q", "-p", String(command.pid), "-e",
      """
      config = { show_debug_info = false }
      uprobe:\(first):mark { @first[dw_ustack] = count(); } uprobe:\(second):mark { @second[dw_ustack] = count(); }
      """,
    ])
    _ = try command.finish()
    let maps = result.output.split(separator: "]: ").map { $0.split(separator: "\n").map { $0.drop { $0 == " " } } }
    func names(_ map: [Substring]) -> [String] {
      map.drop { !$0.hasPrefix("@") }.dropFirst().map { String($0.prefix { $0 != "+" }) }
    }
    for (map, caller) in [("@first[", "first_caller"), ("@second[", "second_caller")] {
      let found = maps.filter { $0.contains { $0.hasPrefix(map) } }.map(names)
      #expect(found.contains { $0.prefix(3) == ["mark", caller, "main"] && $0.last == "_start" }, "\(result.output)")
      // What is not whole says so, and no frame is of the other program.
      #expect(
        found.allSatisfy {
          $0.prefix(3) == ["mark", caller, "main"] && $0.last == "_start"
            || $0 == ["mark", "[not unwound: the process was new]"]
        }, "\(result.output)")
    }
  }

  @Test("modes, limits, keys and depths") func modes() throws {
    try build(["-no-pie"])
    let script = """
      uprobe:\(program):mark /arg0 == 4/ {
        printf("%d %d|", len(dw_ustack), len(dw_ustack(5)));
        print(dw_ustack(perf, 3)); print(dw_ustack(raw, 2)); print((1, dw_ustack(1)));
        @[dw_ustack, dw_ustack] = count();
      }
      """
    let result = try run([Repository.swtrace, "-q", "-c", program, "-e", script])
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(result.errors == "")
    let depths = try #require(lines.first?.split(separator: "|").first?.split(separator: " "))
    #expect(Int(depths[0]) ?? 0 >= 26 && depths[1] == "5")
    #expect(lines.contains { $0.hasPrefix("\t") && $0.hasSuffix("(\(program))") && $0.contains(" recursive+") })
    #expect(lines.last == "]: 1" && result.output.components(ofText: "recursive+").count == 2 + 20 * 2)
  }

  @Test("code that is no file's is walked by its frame pointers", .enabled(if: Processor.isX86)) func madeCode() throws
  {
    let source = try folder.file(
      "made.c",
      """
      #include <string.h>
      #include <sys/mman.h>
      #include <unistd.h>
      __attribute__((noinline)) int called(int x) { __asm__(""); return x + 1; }
      int main(void) {
        // push rbp; mov rbp, rsp; mov rax, called; call rax; pop rbp; ret
        unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd0, 0x5d, 0xc3};
        int (*function)(int) = called;
        memcpy(code + 6, &function, 8);
        unsigned char *made = mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(made, code, sizeof code);
        for (int turn = 0; turn < 50; turn++, usleep(20000)) ((int (*)(int))made)(turn);
      }
      """)
    let made = folder.path + "/made"
    try #require(try run(["cc", "-O2", "-fomit-frame-pointer", "-o", made, source]).ending == .exited(0))
    let result = try run([
      Repository.swtrace, "-q", "-c", made, "-e",
      "config = { show_debug_info = false } uprobe:\(made):called { @[dw_ustack] = count(); }",
    ])
    let stacks = result.output.split(separator: "@[").map {
      $0.split(separator: "\n").map { String($0.drop { $0 == " " }.prefix { $0 != "+" }) }
    }
    #expect(
      stacks.contains {
        $0.count > 4 && $0[0] == "called" && $0[1].hasPrefix("0x") && $0[2] == "main" && $0.contains("_start")
      }, "\(result.output)\(result.errors)")
  }

  @Test(
    "stacks of samples and of system calls", arguments: ["profile:hz:499", "tracepoint:syscalls:sys_enter_getppid"])
  func otherProbes(_ probe: String) throws {
    let source = try folder.file(
      "busy.c",
      """
      #include <stdlib.h>
      #include <unistd.h>
      #include <sys/syscall.h>
      __attribute__((noinline)) long inner(long n) { long sum = 0; for (volatile long i = 0; i < n; i++) sum += i; return sum + syscall(SYS_getppid); }
      __attribute__((noinline)) long outer(long n) { return inner(n) * 3; }
      int main(void) { long sum = 0; for (int i = 0; i < 300; i++) sum += outer(500000); return sum == 1; }
      """)
    let busy = folder.path + "/busy"
    try #require(try run(["cc", "-O2", "-fomit-frame-pointer", "-o", busy, source]).ending == .exited(0))
    let result = try run([
      Repository.swtrace, "-q", "-c", busy, "-e",
      "config = { show_debug_info = false } \(probe) /pid == cpid/ { @[dw_ustack] = count(); }",
    ])
    let whole = result.output.split(separator: "]: ").filter {
      $0.contains("outer+") && $0.contains("main+") && $0.contains("_start+")
    }
    #expect(!whole.isEmpty, "\(result.output)")
    #expect(!result.output.contains("does not say how"), "\(result.output)")
  }
}

extension String {
  fileprivate func components(ofText text: String) -> [Substring] { split(separator: text) }
}

private enum Processor {
  #if arch(x86_64)
    static let isX86 = true
  #else
    static let isX86 = false
  #endif
}
