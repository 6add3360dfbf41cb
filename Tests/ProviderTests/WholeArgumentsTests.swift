import Codegen
import Glibc
import TestSupport
import Testing

@testable import TraceLang

/// `args` as one value, at each kind of probe that has some.
@Suite struct WholeArgumentsTests {
  private static let source = #"""
    struct pair { int low; int high; };
    __attribute__((noipa)) int work(int count, struct pair *pair, struct pair whole, char letter) {
      return count + pair->low + whole.low + letter;
    }
    int main(void) {
      struct pair pair = {3, 4};
      return work(7, &pair, pair, 'x') > 1000;
    }
    """#

  private static let program = Result { try DebugProgram(source) }

  /// Forms in which a script may keep all that a probe is given.
  private static let forms = [
    "$a = args; $b = $a; print($b.FIELD == args.FIELD);", "@ = args; print(@.FIELD == args.FIELD);",
    "print((1, args).1.FIELD == args.FIELD);", "@m[args] = 1; print(@m[args] == 1);", "print(args == args);",
    "$t = (args, 2); print($t.0 == args);", "print((pid > 0 ? args : args) == args);", "print({ args } == args);",
    "@r = (whole=args); print(@r.whole.FIELD == args.FIELD);",
    "let $d : typeof(args); $d = args; print($d.FIELD == args.FIELD);",
    "let $e : (uint8, typeof(args)) = (1, args); print($e.1 == args);", "print(offsetof(args, FIELD) < sizeof(args));",
    "whole(args);",
  ]

  /// A script of all forms; it leaves no map that prints.
  private static func script(_ probe: String, _ field: String) -> String {
    """
    macro whole(value) { print(value.FIELD == args.FIELD); $copy = value; print($copy.FIELD == value.FIELD); }
    PROBE { FORMS clear(@m); clear(@); clear(@r); exit(); }
    """.replacing("FORMS", with: forms.joined(separator: "\n")).replacing("FIELD", with: field)
      .replacing("PROBE", with: probe)
  }

  private static let answers = String(repeating: "true\n", count: forms.count + 1)

  @Test(
    "args of events are a value", .enabled(if: getuid() == 0),
    arguments: [
      ("tracepoint:sched:sched_switch", "prev_pid"), ("tracepoint:sched:sched_process_exec", "pid"),
      ("tracepoint:syscalls:sys_enter_execve", "filename"), ("tracepoint:syscalls:sys_exit_execve", "ret"),
      ("rawtracepoint:sched_switch", "prev"),
    ])
  func events(probe: String, field: String) throws {
    let result = try run([Repository.swtrace, "-q", "-c", "/bin/true", "-e", Self.script(probe, field)])
    #expect(result.errors == "")
    #expect(result.output.hasPrefix(Self.answers))
  }

  @Test("a text of any length is kept with its event", .enabled(if: getuid() == 0)) func texts() throws {
    let script = """
      tracepoint:sched:sched_process_exec /pid == cpid/ { $a = args; @ = args; print((1, $a.filename, str($a.filename))); }
      """
    let result = try run([Repository.swtrace, "-q", "-c", "/bin/true", "-e", script])
    #expect(result.errors == "")
    #expect(result.output.hasPrefix("(1, /bin/true, /bin/true)\n\n\n@: { .filename = /bin/true, .pid = "))
  }

  @Test("args of a function with debug information are a value", .enabled(if: getuid() == 0)) func function() throws {
    let result = try Self.program.get().traced(Self.script("uprobe:BIN:work", "count"))
    #expect(result.errors == "")
    #expect(result.output == Self.answers.dropLast())
    let printed = try Self.program.get().traced(
      "uprobe:BIN:work { $a = args; print((1, args.count, $a.pair.high, $a.whole.high, $a.letter)); @[args.whole] = 1; }"
    )
    #expect(printed.errors == "")
    #expect(printed.output == "(1, 7, 4, 4, 120)\n@[{ .low = 3, .high = 4 }]: 1")
  }

  @Test("args of the kernel's functions are a value", arguments: ["fentry", "fexit"])
  func kernelFunctions(probe: String) throws {
    let script = Self.script("\(probe):vfs_read", "count")
    let target = FunctionTarget(features: [.btf, .ringBuffer])
    #expect(try Compiler(target: target).compile(SourceFile(name: "stdin", text: script)).bundle.hooks.count == 1)
  }

  @Test(
    "what args cannot be is told where it is written",
    arguments: [
      (
        "if (args) { }",
        "22-28: ERROR: a condition must be a number, a pointer or a bool, not (file=int8 *,count=uint64)"
      ),
      ("print(!args);", "26-30: ERROR: '!' needs a number or a pointer, not (file=int8 *,count=uint64)"),
      ("print(args + 1);", "25-29: ERROR: '+' needs integers, not (file=int8 *,count=uint64)"),
      ("print(*args);", "26-30: ERROR: '*' needs a pointer, not (file=int8 *,count=uint64)"),
      ("$p = &args;", "25-29: ERROR: '&' gives the address of a variable ($x) or of a map without keys (@x)"),
      ("print(args.0);", "25-29: ERROR: struct vfs_read is not a tuple"),
      ("print(args[0]);", "25-29: ERROR: struct vfs_read cannot be indexed"),
      ("@ = hist(args);", "28-32: ERROR: this must be an integer, not (file=int8 *,count=uint64)"),
      ("printf(\"%d\", args);", "32-36: ERROR: %d does not print (file=int8 *,count=uint64)"),
      ("print((uint64)args);", "25-37: ERROR: (file=int8 *,count=uint64) cannot be cast to uint64"),
      ("return args;", "26-30: ERROR: a probe returns an integer, not (file=int8 *,count=uint64)"),
      ("@ = 1; @ = args;", "30-34: ERROR: @ is int64 and cannot hold (file=int8 *,count=uint64)"),
    ])
  func mistakes(actions: String, message: String) {
    #expect(expand("fentry:vfs_read", actions: actions).report.contains("stdin:1:\(message)"))
  }

  @Test("an iterator has no args") func iterators() {
    let report = expand("iter:task", actions: "$a = args;").report
    #expect(report.contains("stdin:1:18-22: ERROR: args is only there in tracepoint"))
  }
}
