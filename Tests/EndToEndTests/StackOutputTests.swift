import Glibc
import TestSupport
import Testing

/// Maps that are keyed by stacks as folded lines, flame graphs and files of pprof.
@Suite(.root) struct StackOutputTests {
  /// A program whose functions make system calls in known numbers, three by way of `read_all` and two by `write_all`.
  private static let source = """
    #include <time.h>
    __attribute__((always_inline)) static inline long ask(void) {
      long result;
    #ifdef __x86_64__
      __asm__ volatile("syscall" : "=a"(result) : "a"(110) : "rcx", "r11", "memory");
    #else
      register long number __asm__("x8") = 173;
      register long first __asm__("x0");
      __asm__ volatile("svc #0" : "=r"(first) : "r"(number) : "memory");
      result = first;
    #endif
      return result;
    }
    long ask_kernel(void) { return ask() + 1; }
    long read_all(void) { return ask_kernel() + ask_kernel() + ask_kernel(); }
    long write_all(void) { return ask_kernel() + ask_kernel(); }
    long work(void) { return read_all() + write_all(); }
    // Long enough for swtrace to see what it has mapped.
    int main(void) { long result = work(); nanosleep(&(struct timespec){0, 500000000}, 0); return result == 1; }
    """

  /// The program, under a name of its own.
  private func program(in folder: TemporaryFolder, named name: String = "swt-chain") throws -> String {
    let source = try folder.file("chain.c", Self.source)
    let path = "\(folder.path)/\(name)"
    let built = try run([
      // What is optimized has no frame in functions that call no others.
      "cc", "-O0", "-fno-omit-frame-pointer", "-o", path, source,
    ])
    try #require(built.ending == .exited(0))
    return path
  }

  private static let script =
    "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[comm, kstack, ustack] = count(); }"

  private func trace(_ words: [String], errors: String = "", status: Int32 = 0) throws -> [Substring] {
    let result = try run([Repository.swtrace, "-q"] + words)
    #expect(result.ending == .exited(status))
    #expect(result.errors == errors)
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  @Test("the functions of a program and of the kernel are one line, frame by frame") func chain() throws {
    let folder = try TemporaryFolder()
    let lines = try trace(["-f", "folded", "-c", try program(in: folder), "-e", Self.script])
    // All calls are made at different places.
    try #require(lines.count == 2)
    for (line, (caller, count)) in zip(lines, [("write_all", "2"), ("read_all", "3")]) {
      let frames = line.split(separator: ";")
      #expect(frames.first == "swt-chain")
      let start = try #require(frames.firstIndex(of: "main"))
      #expect(frames[start...].prefix(4) == ["main", "work", caller[...], "ask_kernel"])
      let kernel = frames[(start + 4)...]
      #expect(!kernel.isEmpty && kernel.dropLast().allSatisfy { $0.hasSuffix("_[k]") })
      #expect(kernel.last?.hasSuffix("_[k] \(count)") == true)
      #expect(!frames[..<start].contains { $0.hasSuffix("_[k]") })
    }
  }

  @Test("the files are written besides the usual output, and without a compiler") func files() throws {
    let folder = try TemporaryFolder()
    let program = try program(in: folder)
    let bundle = folder.path + "/x.swb"
    #expect(try run([Repository.swtrace, "build", "-o", bundle, "-e", Self.script.filterless]).ending == .exited(0))
    let scripts = [
      ["-o", folder.path + "/text", "-e", Self.script], ["-f", "json", "-e", Self.script], ["-f", "folded", bundle],
    ]
    for (number, words) in scripts.enumerated() {
      let (svg, pprof) = ("\(folder.path)/\(number).svg", "\(folder.path)/\(number).pb.gz")
      let lines = try trace(["--flamegraph", svg, "--pprof=\(pprof)", "-c", program] + words)
      switch number {
      case 0:
        #expect(lines.isEmpty)
        #expect(try FileContents.text(folder.path + "/text").split(separator: "\n").count { $0 == "]: 1" } == 5)
      case 1: #expect(lines.count == 1 && lines[0].hasPrefix(#"{"type": "map", "data": {"@": {"swt-chain,"#))
      default: #expect(lines.count == 2 && lines[1].contains(";main;work;read_all;ask_kernel;"))
      }
      let titles = try XMLElement(parsing: try FileContents.bytes(svg)).all("title").map(\.text)
      for title in ["all (5, 100.00%)", "work (5, 100.00%)", "read_all (3, 60.00%)", "write_all (2, 40.00%)"] {
        #expect(titles.contains(title))
      }
      #expect(titles.contains { $0.contains(" (kernel, 3, 60.00%)") })
      #expect(try run(["gzip", "--decompress", pprof]).ending == .exited(0))
      let profile = try PprofProfile(try FileContents.bytes(String(pprof.dropLast(3))))
      #expect(profile.types == ["count/count"])
      // Each call is a place of its own.
      #expect(profile.samples.map(\.values) == Array(repeating: [1], count: 5))
      #expect(profile.samples.allSatisfy { $0.labels == ["comm=swt-chain"] })
      let readers = profile.samples.filter { $0.functions.contains("read_all") }
      #expect(readers.count == 3)
      for sample in readers {
        let start = sample.functions.firstIndex(of: "ask_kernel") ?? 0
        #expect(start > 0 && sample.functions[start...].prefix(4) == ["ask_kernel", "read_all", "work", "main"])
      }
      #expect(profile.strings.contains(program))
      #expect(profile.message.number(9) > 1_600_000_000_000_000_000)
      #expect((1...60_000_000_000).contains(profile.message.number(10)))
    }
  }

  @Test("nothing but stacks is on the output of folded lines") func messages() throws {
    let script = """
      begin {
        printf("hello\\n"); @n[1] = 2; @[kstack(2)] = sum(8); print(@); print(5); print(@, 0, 2);
        exit();
      }
      """
    let result = try run([Repository.swtrace, "-f", "folded", "-e", script])
    #expect(result.errors == "Attached 1 probe\nhello\n5\n@n[1]: 2\n")
    let lines = result.output.split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ").last } == ["8", "4", "8"])
    #expect(lines.allSatisfy { $0.contains("_[k] ") })
  }

  @Test("long output beside the lines goes on while tracing") func longText() throws {
    let script = "begin { for ($i : 0..5000) { printf(\"%100d\\n\", $i); } @[kstack(1)] = count(); exit(); }"
    let result = try run([Repository.swtrace, "-q", "-f", "folded", "-e", script])
    #expect(result.errors.split(separator: "\n").count == 5000)
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test("output of commands goes where other text does, however long") func commands() throws {
    let script = "begin { @[kstack(1)] = count(); system(\"seq 300000\"); exit(); }"
    let result = try run([Repository.swtrace, "-q", "--unsafe", "-f", "folded", "-e", script])
    #expect(result.errors.split(separator: "\n") == (1...300_000).map { "\($0)"[...] })
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test("several maps are told apart") func several() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x"
    let script = """
      begin {
        @calls[kstack(1)] = count(); @usecs[comm, kstack(1)] = avg(8); @usecs[comm, kstack(1)] = avg(4);
        @min[kstack(1)] = min(3); exit();
      }
      """
    let refusal = "@min is keyed by stacks and left out: values of min() cannot be added up"
    let result = try run([
      Repository.swtrace, "-q", "-f", "folded", "--flamegraph", path, "--pprof", path + ".gz", "-e", script,
    ])
    #expect(result.errors.hasPrefix("WARNING: \(refusal)\n@min[\n"))
    let lines = result.output.split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasPrefix("@calls;") && lines[0].hasSuffix("_[k] 1"))
    #expect(lines[1].hasPrefix("@usecs;") && lines[1].hasSuffix("_[k] 12"))
    let titles = try XMLElement(parsing: try FileContents.bytes(path)).all("title").map(\.text)
    #expect(titles.contains("@calls (1, 100.00%)") && titles.contains("@usecs (12, 100.00%)"))
    #expect(try run(["gzip", "--decompress", "--force", path + ".gz"]).ending == .exited(0))
    let profile = try PprofProfile(try FileContents.bytes(path))
    #expect(profile.types == ["calls/count", "usecs_count/count", "usecs/microseconds"])
    #expect(profile.samples.map(\.values) == [[1, 0, 0], [0, 1, 4], [0, 1, 8]])
    let quiet = try run([Repository.swtrace, "-q", "--no-warnings", "-f", "folded", "-e", script])
    #expect(quiet.errors.hasPrefix("@min[\n"))
  }

  @Test("a script without such a map is refused before it is run", arguments: [["-f", "folded"], ["--pprof", "x"]])
  func noStacks(options: [String]) throws {
    let script = "begin { @[pid] = count(); @x[kstack] = max(1); @y = kstack; printf(\"no\"); exit(); }"
    let option = options[0] == "-f" ? "-f folded" : "--pprof"
    let lines = try trace(
      options + ["-e", script],
      errors: """
        ERROR: \(option) shows maps that are keyed by stacks, and the script has none: write @[ustack, kstack] = count()
        NOTE: @x is keyed by stacks and left out: values of max() cannot be added up

        """, status: 1)
    #expect(lines.isEmpty)
  }

  @Test("a file that cannot be written is told before anything is traced") func unwritable() throws {
    let folder = try TemporaryFolder()
    let script = "begin { @[kstack] = count(); printf(\"no\"); exit(); }"
    for (path, problem) in [
      (folder.path + "/none/x", "No such file or directory"), (folder.path, "Is a directory"),
      ("/proc/none", "No such file or directory"),
    ] {
      let result = try run([Repository.swtrace, "--flamegraph", path, "-e", script])
      #expect(result.ending == .exited(1))
      #expect(result.output == "")
      #expect(result.errors == "ERROR: cannot write '\(path)': \(problem)\n")
    }
    _ = try trace(
      ["--pprof", "-", "-e", script],
      errors: "ERROR: --pprof needs the name of a file: standard output has what the script prints\n", status: 1)
    _ = try trace(
      ["--pprof", "x", "--flamegraph", "x", "-e", script],
      errors: """
        ERROR: --flamegraph and --pprof need a file each
        NOTE: 'swtrace --help' lists all options

        """, status: 1)
  }

  @Test("a run that fails leaves the file as it was, and no new one") func failure() throws {
    let folder = try TemporaryFolder()
    let old = try folder.file("old.svg", "old")
    for path in [old, folder.path + "/new.svg"] {
      let result = try run([
        Repository.swtrace, "--flamegraph", path, "-e", "uprobe:/bin/sh+1 { @[ustack] = count(); }",
      ])
      #expect(result.ending == .exited(1))
    }
    #expect(try FileContents.text(old) == "old")
    #expect(FileContents.names(in: folder.path, extension: "svg") == ["old"])
  }

  @Test("Ctrl-C ends the run, and the files are written", arguments: [SIGINT, SIGTERM]) func interrupted(signal: Int32)
    throws
  {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.svg", "old")
    let tracing = try RunningCommand([
      Repository.swtrace, "--flamegraph", path, "-e",
      "begin { @[kstack(1)] = count(); } interval:s:60 { }",
    ])
    try tracing.wait { $1.contains("Attached 2 probes") }
    tracing.signal(signal)
    #expect(try tracing.finish().ending == .exited(0))
    #expect(try XMLElement(parsing: try FileContents.bytes(path)).all("title").count == 2)
  }

  @Test("a reader that goes away ends the run, and the files are written") func closedPipe() throws {
    let folder = try TemporaryFolder()
    let script = "begin { @[kstack(1)] = count(); } interval:ms:1 { print(@); }"
    let result = try run([
      "sh", "-c", "{ \"$0\" -q -f folded --flamegraph \"$1\" -e \"$2\"; echo $? >&2; } | head -n 1", Repository.swtrace,
      folder.path + "/x.svg", script,
    ])
    #expect(result.errors == "0\n")
    #expect(try XMLElement(parsing: try FileContents.bytes(folder.path + "/x.svg")).all("title").count == 2)
  }

  @Test("a graph of nothing is told") func empty() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.svg"
    let words = ["--flamegraph", path, "-e", "begin { @[kstack] = count(); clear(@); exit(); }"]
    let lines = try trace(words, errors: "WARNING: no stacks were there at the end: '\(path)' shows none\n")
    #expect(lines == ["", ""])
    #expect(try XMLElement(parsing: try FileContents.bytes(path)).all("title").isEmpty)
    #expect(try trace(["--no-warnings"] + words).count == 2)
  }

  @Test("the names of strangers are text in each format") func hostile() throws {
    let folder = try TemporaryFolder()
    let name = "<b>;\"&'1 2"
    let program = try program(in: folder, named: name)
    let (svg, pprof) = (folder.path + "/x.svg", folder.path + "/x.gz")
    let lines = try trace([
      "-f", "folded", "--flamegraph", svg, "--pprof", pprof, "-c", "\"\(folder.path)/<b>;\\\"&'1 2\"", "-e",
      Self.script,
    ])
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("<b>:\"&'1_2;") }, "\(program)")
    let titles = try XMLElement(parsing: try FileContents.bytes(svg)).all("title").map(\.text)
    #expect(titles.contains("\(name) (5, 100.00%)"))
    #expect(try run(["gzip", "--decompress", pprof]).ending == .exited(0))
    let profile = try PprofProfile(try FileContents.bytes(folder.path + "/x"))
    #expect(profile.samples.allSatisfy { $0.labels == ["comm=\(name)"] })
  }
}

extension String {
  /// A bundle's script knows no child: it has the filter of `-c` instead.
  fileprivate var filterless: String {
    guard let start = firstIndex(of: "/"), let end = lastIndex(of: "/") else { return self }
    return self[..<start] + "/comm == \"swt-chain\"/" + self[index(after: end)...]
  }
}
