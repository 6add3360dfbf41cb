import Glibc
import Runtime
import TestSupport
import Testing

/// What a user sees of a mistake: where it is, what is wrong, and what to do; the whole text.
@Suite struct BadInputTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let what: String
    let script: String
    let errors: String

    init(_ what: String, _ script: String, _ errors: String) {
      self.what = what
      self.script = script
      self.errors = errors
    }

    var testDescription: String { what }
  }

  @Test("a mistake is told once, with its place and a remedy", arguments: anywhere) func told(mistake: Mistake) throws {
    let result = try run([Repository.swtrace, "-e", mistake.script])
    #expect(result.ending == .exited(1))
    #expect(result.output == "")
    #expect(result.errors == mistake.errors)
  }

  @Test(
    "a mistake about tracepoints is told once, with its place and a remedy",
    .enabled(if: getuid() == 0, "needs root to read tracefs"), arguments: withTracepoints)
  func toldOfTracepoint(mistake: Mistake) throws {
    try told(mistake: mistake)
  }

  private static let withTracepoints = [
    Mistake(
      "unknown tracepoint", "tracepoint:syscalls:sys_enter_opennat { @ = count(); }",
      """
      stdin:1:21-38: ERROR: there is no tracepoint 'syscalls:sys_enter_opennat'
      tracepoint:syscalls:sys_enter_opennat { @ = count(); }
                          ~~~~~~~~~~~~~~~~~
      NOTE: did you mean 'syscalls:sys_enter_openat', 'syscalls:sys_enter_openat2' or 'syscalls:sys_enter_open'?

      """),
    Mistake(
      "unknown category", "tracepoint:sycalls:sys_enter_open { @ = count(); }",
      """
      stdin:1:12-19: ERROR: there is no tracepoint category 'sycalls'
      tracepoint:sycalls:sys_enter_open { @ = count(); }
                 ~~~~~~~
                 syscalls
      NOTE: did you mean 'syscalls'?

      """),
    Mistake(
      "a wildcard that matches nothing", "tracepoint:signal:nothing_* { @ = count(); }",
      """
      stdin:1:1-28: ERROR: no tracepoint matches 'signal:nothing_*'
      tracepoint:signal:nothing_* { @ = count(); }
      ~~~~~~~~~~~~~~~~~~~~~~~~~~~
      NOTE: 'signal' has 2 tracepoints, from 'signal_deliver' to 'signal_generate'

      """),
    Mistake(
      "a wildcard in a category that is not there", "tracepoint:sigal:* { @ = count(); }",
      """
      stdin:1:1-19: ERROR: no tracepoint matches 'sigal:*'
      tracepoint:sigal:* { @ = count(); }
      ~~~~~~~~~~~~~~~~~~
      NOTE: there is no such category; did you mean 'signal'?

      """),
    Mistake(
      "unknown field of args", "tracepoint:syscalls:sys_enter_openat { print(args.filenam); }",
      """
      stdin:1:51-58: ERROR: tracepoint:syscalls:sys_enter_openat has no field 'filenam'
      tracepoint:syscalls:sys_enter_openat { print(args.filenam); }
                                                        ~~~~~~~
                                                        filename
      NOTE: did you mean 'filename'?
      NOTE: there are __syscall_nr, dfd, filename, flags, mode

      """),
    Mistake(
      "a field that programs may not read", "tracepoint:syscalls:sys_enter_openat { print(args.common_pid); }",
      """
      stdin:1:51-61: ERROR: programs may not read common_pid
      tracepoint:syscalls:sys_enter_openat { print(args.common_pid); }
                                                        ~~~~~~~~~~
      NOTE: the kernel hides the common fields of tracepoints; pid, tid and cpu are builtins

      """),
  ]

  private static let anywhere = [
    Mistake(
      "unknown probe type", "tracepont:a:b { @ = count(); }",
      """
      stdin:1:1-10: ERROR: 'tracepont' is not a probe type
      tracepont:a:b { @ = count(); }
      ~~~~~~~~~
      tracepoint
      NOTE: did you mean 'tracepoint'?

      """),
    Mistake(
      "unknown builtin", "BEGIN { print(pidd); }",
      """
      stdin:1:15-19: ERROR: there is nothing named 'pidd'
      BEGIN { print(pidd); }
                    ~~~~
                    pid
      NOTE: did you mean 'pid'?

      """),
    Mistake(
      "unknown function", "BEGIN { prinft(\"x\"); }",
      """
      stdin:1:9-15: ERROR: there is no function 'prinft'
      BEGIN { prinft("x"); }
              ~~~~~~
              printf
      NOTE: did you mean 'printf'?

      """),
    Mistake(
      "too few arguments", "BEGIN { @ = hist(); }",
      """
      stdin:1:13-19: ERROR: hist() takes 1 or 2 arguments, not 0
      BEGIN { @ = hist(); }
                  ~~~~~~
      NOTE: it is written @m = hist(int n [, const k])

      """),
    Mistake(
      "too many arguments", "BEGIN { exit(1, 2); }",
      """
      stdin:1:9-19: ERROR: exit() takes no or 1 argument, not 2
      BEGIN { exit(1, 2); }
              ~~~~~~~~~~
      NOTE: it is written void exit([int status])

      """),
    Mistake(
      "an argument of the wrong type", "BEGIN { @ = sum(\"x\"); }",
      """
      stdin:1:17-20: ERROR: this must be an integer, not string[2]
      BEGIN { @ = sum("x"); }
                      ~~~

      """),
    Mistake(
      "an argument that is no map", "BEGIN { clear(3); }",
      """
      stdin:1:15-16: ERROR: clear() needs a map here, such as @x
      BEGIN { clear(3); }
                    ~

      """),
    Mistake(
      "args where there are none", "BEGIN { print(args.x); }",
      """
      stdin:1:15-19: ERROR: args is only there in tracepoint, rawtracepoint, fentry, fexit and uprobe probes
      BEGIN { print(args.x); }
                    ~~~~

      """),
    Mistake(
      "a map that changes its type", "BEGIN { @x = 1;\n  @x = \"s\"; }",
      """
      stdin:2:8-11: ERROR: @x is int64 and cannot hold string[2]
        @x = "s"; }
             ~~~
      stdin:1:14-15: NOTE: its type was decided here
      BEGIN { @x = 1;
                   ~

      """),
    Mistake(
      "a map that stops to count", "BEGIN { @x = count(); } END { @x = 3; }",
      """
      stdin:1:36-37: ERROR: @x gathers count() and cannot be assigned int64
      BEGIN { @x = count(); } END { @x = 3; }
                                         ~
      stdin:1:9-11: NOTE: its type was decided here
      BEGIN { @x = count(); } END { @x = 3; }
              ~~

      """),
    Mistake(
      "a map whose keys change their type", "BEGIN { @x[1] = 1; @x[\"s\"] = 2; }",
      """
      stdin:1:23-26: ERROR: the key of @x is int64 elsewhere and string[2] here
      BEGIN { @x[1] = 1; @x["s"] = 2; }
                            ~~~
      stdin:1:9-14: NOTE: it was first used here
      BEGIN { @x[1] = 1; @x["s"] = 2; }
              ~~~~~

      """),
    Mistake(
      "unterminated string", "BEGIN { printf(\"hello); }",
      """
      stdin:1:16-26: ERROR: unterminated string: '"' is missing at the end of the line
      BEGIN { printf("hello); }
                     ~~~~~~~~~~
      stdin:1:16-17: NOTE: the string starts here
      BEGIN { printf("hello); }
                     ~

      """),
    Mistake(
      "unterminated comment", "BEGIN { /* hello }",
      """
      stdin:1:9-11: ERROR: unterminated comment: '*/' is missing
      BEGIN { /* hello }
              ~~
      NOTE: all text after this '/*' is part of the comment

      """),
    Mistake(
      "unterminated block", "BEGIN { printf(\"a\\n\");",
      """
      stdin:1:23-24: ERROR: expected '}', found the end of the script
      BEGIN { printf("a\\n");
                            ~
                             }
      stdin:1:7-8: NOTE: to close this '{'
      BEGIN { printf("a\\n");
            ~

      """),
    Mistake(
      "unterminated block in angles", "BEGIN < printf(\"a\\n\");",
      """
      stdin:1:23-24: ERROR: expected '>', found the end of the script
      BEGIN < printf("a\\n");
                            ~
                             >
      stdin:1:7-8: NOTE: to close this '<'
      BEGIN < printf("a\\n");
            ~

      """),
    Mistake(
      "fewer arguments than the format has conversions", "BEGIN { printf(\"%d %s\\n\", 1); }",
      """
      stdin:1:16-25: ERROR: the format has 2 conversions and 1 argument follow
      BEGIN { printf("%d %s\\n", 1); }
                     ~~~~~~~~~
      NOTE: each of %d, %s and so on takes one argument; '%%' is a percent sign

      """),
    Mistake(
      "a string for a number's conversion", "BEGIN { printf(\"%d\\n\", comm); }",
      """
      stdin:1:24-28: ERROR: %d does not print string[16]
      BEGIN { printf("%d\\n", comm); }
                             ~~~~
      NOTE: %s prints text

      """),
    Mistake(
      "a string for a number with decimals", "BEGIN { printf(\"%.2f\\n\", comm); }",
      """
      stdin:1:26-30: ERROR: %f does not print string[16]
      BEGIN { printf("%.2f\\n", comm); }
                               ~~~~
      NOTE: %s prints text

      """),
    Mistake(
      "decimals where there are whole numbers only", "BEGIN { $x = pid * 0.5; }",
      """
      stdin:1:20-23: ERROR: floating-point numbers are not supported
      BEGIN { $x = pid * 0.5; }
                         ~~~
      NOTE: printf's %f, %e and %g take them, in sums, products and quotients alone

      """),
    Mistake(
      "a number for a buffer's conversion", "BEGIN { printf(\"%r\\n\", 3); }",
      """
      stdin:1:24-25: ERROR: %r does not print int64
      BEGIN { printf("%r\\n", 3); }
                             ~
      NOTE: %d prints numbers

      """),
    Mistake(
      "a conversion that there is not", "BEGIN { printf(\"%k\\n\", 3); }",
      """
      stdin:1:16-22: ERROR: '%k' is not a conversion; there are %d %u %x %X %o %f %e %g %c %p %s %r %rx %rh %gr
      BEGIN { printf("%k\\n", 3); }
                     ~~~~~~

      """),
    Mistake(
      "a variable without a value", "BEGIN { $count = 1; print($cuont); }",
      """
      stdin:1:27-33: ERROR: the variable $cuont is used before it is assigned
      BEGIN { $count = 1; print($cuont); }
                                ~~~~~~
                                $count
      NOTE: did you mean '$count'?

      """),
    Mistake(
      "a map without a value", "BEGIN { print(@x); }",
      """
      stdin:1:15-17: ERROR: the map @x is never assigned a value
      BEGIN { print(@x); }
                    ~~
      NOTE: assign it in some probe: @x = ...

      """),
    Mistake(
      "unknown setting", "config = { max_map_key = 3 } BEGIN { exit(); }",
      """
      stdin:1:12-23: ERROR: there is no setting 'max_map_key'
      config = { max_map_key = 3 } BEGIN { exit(); }
                 ~~~~~~~~~~~
                 max_map_keys
      NOTE: did you mean 'max_map_keys'?

      """),
    Mistake(
      "unknown unit of time", "interval:x:1 { exit(); }",
      """
      stdin:1:10-11: ERROR: 'x' is not a unit
      interval:x:1 { exit(); }
               ~
      NOTE: there are hz, s, ms and us

      """),
    Mistake(
      "break outside of a loop", "BEGIN { break; }",
      """
      stdin:1:9-14: ERROR: 'break' is only allowed inside a loop
      BEGIN { break; }
              ~~~~~

      """),
    Mistake(
      "a command without leave", "BEGIN { system(\"ls\"); }",
      """
      stdin:1:9-15: ERROR: system() runs commands and needs --unsafe
      BEGIN { system("ls"); }
              ~~~~~~

      """),
    Mistake(
      "two mistakes", "BEGIN { print(pidd); }\nEND { exot(); }",
      """
      stdin:1:15-19: ERROR: there is nothing named 'pidd'
      BEGIN { print(pidd); }
                    ~~~~
                    pid
      NOTE: did you mean 'pid'?
      stdin:2:7-11: ERROR: there is no function 'exot'
      END { exot(); }
            ~~~~
            exit
      NOTE: did you mean 'exit'?

      """),
    Mistake(
      "an empty program", "",
      """
      stdin:1:1-2: ERROR: the program is empty: write a probe and its actions, such as 'interval:1s { print(nsecs); }'

      """),
    Mistake(
      "a program of a comment", "// nothing",
      """
      stdin:1:1-2: ERROR: the program is empty: write a probe and its actions, such as 'interval:1s { print(nsecs); }'
      // nothing
      ~

      """),
  ]

  // MARK: Files

  @Test("a file that is not there, and a folder") func noFile() throws {
    let missing = try run([Repository.swtrace, "/no/such/file.bt"])
    #expect(missing.ending == .exited(1))
    #expect(missing.errors == "ERROR: cannot read '/no/such/file.bt': No such file or directory\n")
    let folder = try run([Repository.swtrace, "/usr"])
    #expect(folder.ending == .exited(1))
    #expect(folder.errors == "ERROR: cannot read '/usr': Is a directory\n")
  }

  @Test("what never ends is not read as a script", arguments: ["/dev/zero", "-"]) func endless(path: String) throws {
    let result = try run(["/bin/sh", "-c", "ulimit -v 400000; '\(Repository.swtrace)' \(path) < /dev/zero"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: cannot read '\(path)': it is longer than 16 MB\n")
  }

  @Test("a script through a FIFO, whose writer is not disturbed", .root) func fifo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/fifo"
    #expect(mkfifo(path, 0o600) == 0)
    let writer = try RunningCommand(["/bin/sh", "-c", "echo 'BEGIN { print(\"read\"); exit(); }' > \(path)"])
    #expect(try run([Repository.swtrace, "-q", path]).output == "read\n\n\n")
    #expect(try writer.finish().ending == .exited(0))
  }

  @Test("a device as an import or a header is refused") func devices() throws {
    let folder = try TemporaryFolder()
    let imports = try run([Repository.swtrace, try folder.file("a.bt", "import \"/dev/zero\";\nBEGIN { exit(); }\n")])
    #expect(imports.ending == .exited(1))
    #expect(imports.errors.contains(":1:8-19: ERROR: cannot import '/dev/zero': it is neither a file nor a folder\n"))
    #expect(mkfifo(folder.path + "/fifo.h", 0o600) == 0)
    for header in ["/dev/zero", "fifo.h"] {
      let script = try folder.file("b.bt", "#include \"\(header)\"\nBEGIN { print(FOO); exit(); }\n")
      let result = try run([Repository.swtrace, script])
      #expect(result.ending == .exited(1))
      #expect(result.errors.contains(":1:1-"))
      #expect(result.errors.contains(": ERROR: the header '\(header)' is a device or a pipe, not a file\n"))
    }
  }

  @Test(
    "a header that never ends, hangs or swells is named, and the preprocessor is gone",
    arguments: [
      ("#include \"/dev/zero\"\n", "out of memory"),
      ("#if 1\n" + String(repeating: "#include \"evil.h\"\n", count: 200) + "#endif\n", "it writes more than 16 MB"),
    ])
  func evilHeader(text: String, reason: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("evil.h", text)
    let script = try folder.file("a.bt", "#include <stddef.h>\n#include \"evil.h\"\nBEGIN { print(FOO); exit(); }\n")
    let result = try run([Repository.swtrace, script])
    #expect(result.ending == .exited(1))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0].hasPrefix("\(script):2:1-18: ERROR: 'FOO' must come from a header, and the C preprocessor fails: "))
    #expect(lines[0].contains(reason))
    #expect(lines[3] == "NOTE: it was reading '\(folder.path)/evil.h'")
  }

  @Test("control characters in the name of a script do not reach the terminal") func controlCharacters() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a\u{1b}[31m.bt", "BEGIN { exot(); }\n")
    for words in [[path], ["fmt", path], ["fmt", "--check", path], ["build", "-o", "-", path], ["/no\u{1b}[31m"]] {
      let result = try run([Repository.swtrace] + words)
      #expect(!result.errors.utf8.contains(0x1b))
    }
    #expect(
      try run([Repository.swtrace, path]).errors.hasPrefix("\(folder.path)/a\\x1b[31m.bt:1:9-13: ERROR: there is no "))
  }

  @Test("binary garbage as a program") func garbage() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/garbage"
    try FileContents.write([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe, 0x0a, 0x80], to: path)
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        \(path):1:1-2: ERROR: this is not a script: byte 0x7f at offset 0
        \u{fffd}ELF\u{fffd}\u{fffd}\u{fffd}\u{fffd}
        ~

        """)
  }

  @Test("10 MB of '('") func parentheses() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/deep"
    try FileContents.write([UInt8](repeating: UInt8(ascii: "("), count: 10_000_000), to: path)
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        \(path):1:257-258: ERROR: nested too deeply: at most 256 levels are allowed
        ...\(String(repeating: "(", count: 160))...
        \(String(repeating: " ", count: 63))~

        """)
  }

  // MARK: The machine

  /// The words that run swtrace as a user who may nothing.
  private func asNobody(_ folder: TemporaryFolder, _ words: [String]) throws -> [String] {
    guard getuid() == 0 else { return [Repository.swtrace] + words }
    // Root's build folder may be closed to others.
    let copy = try folder.program("swtrace", copying: Repository.swtrace)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy] + words
  }

  @Test("without root, what needs it says so") func noRoot() throws {
    let folder = try TemporaryFolder()
    let result = try run(asNobody(folder, ["-e", "BEGIN { exit(); }"]))
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        ERROR: run as root, or with CAP_BPF, CAP_PERFMON and CAP_DAC_READ_SEARCH: not permitted to create the map swtrace_events

        """)
  }

  @Test("without root and tracefs, what needs tracepoints says so") func noTracefs() throws {
    let folder = try TemporaryFolder()
    let result = try run(asNobody(folder, ["-e", "tracepoint:syscalls:sys_enter_* { @ = count(); }"]))
    #expect(result.ending == .exited(1))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("stdin:1:1-32: ERROR: ") == true)
    #expect(lines.first?.contains("run as root or with CAP_") == true)
    #expect(
      lines.dropFirst() == ["tracepoint:syscalls:sys_enter_* { @ = count(); }", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"])
  }

  @Test("a kernel without BPF is told as such") func noBPF() {
    #expect(RuntimeError.kernelWithoutBPF.description == "this kernel was built without BPF (CONFIG_BPF_SYSCALL)")
  }

  @Test("without root a script compiles for a recorded machine") func recordedTarget() throws {
    let folder = try TemporaryFolder()
    let target = try folder.file("target.json", try FileContents.text(Repository.root + "/Tests/Targets/x86_64.json"))
    let result = try run(
      asNobody(folder, ["--target", target, "-e", "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"]))
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    #expect(result.output.hasPrefix("== bpf\nprogram 0 "))
  }

  @Test("a recorded machine that does not know what is asked says so") func unrecorded() throws {
    let target = Repository.root + "/Tests/Targets/x86_64.json"
    let result = try run([Repository.swtrace, "--target", target, "-e", "tracepoint:xyz:abc { @ = count(); }"])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        stdin:1:1-19: ERROR: the recorded target does not say which tracepoints match xyz:abc; record it again with this script
        tracepoint:xyz:abc { @ = count(); }
        ~~~~~~~~~~~~~~~~~~

        """)
  }
}
