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
}
