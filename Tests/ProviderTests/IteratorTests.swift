import Glibc
import Runtime
import Testing

@testable import TraceLang

/// `iter`.
@Suite struct IteratorTests {
  @Test("an iterator is found by its name and by a wildcard") func names() {
    #expect(expand("iter:task").names == ["iter:task"])
    #expect(expand("it:task*").names == ["iter:task", "iter:task_file"])
  }

  @Test("what is not there is told with what there is") func missing() {
    #expect(
      expand("iter:tusk").report == """
        stdin:1:6-10: ERROR: this kernel has no iterator over 'tusk'
        iter:tusk { exit(); }
             ~~~~
             task
        NOTE: did you mean 'task'?

        """)
    #expect(expand("iter:sockets").report.contains("NOTE: there are task, task_file"))
    #expect(expand("iter").report.contains("iter: needs a kind of objects"))
    #expect(expand("iter:task:").report.contains("iter: needs a kind of objects and, to be pinned, one file"))
    #expect(expand("iter:task:a:b").report.contains("iter: needs a kind of objects and, to be pinned, one file"))
  }

  @Test("a pinned iterator has a file, below the folder of such files where the script says none") func pins() throws {
    let actions = "printf(\"x\");"
    #expect(expand("iter:task:list", actions: actions).names == ["iter:task:list"])
    #expect(expand("it:task:/sys/fs/bpf/a", actions: actions).names == ["iter:task:/sys/fs/bpf/a"])
    #expect(expand("iter:task*:list").report.contains("a file belongs to one iterator, not to a wildcard"))
    #expect(
      try ProbeScript.hooks("iter:task:list { printf(\"x\") } iter:task:/sys/fs/bpf/a/b { printf(\"y\") }")
        == "iterator in /sys/fs/bpf/list\niterator in /sys/fs/bpf/a/b")
  }

  @Test(
    "a pinned iterator prints what the kernel can print",
    arguments: [
      ("exit();", "exit() needs swtrace, which has ended when a pinned iterator runs"),
      ("print(1);", "print() needs swtrace, which has ended when a pinned iterator runs"),
      ("assert(pid > 0, \"x\");", "assert() needs swtrace, which has ended when a pinned iterator runs"),
      ("printf(\"%20s\", comm);", "the kernel, which prints for a pinned iterator, cannot print this so"),
      ("printf(\"%o\", 1);", "the kernel, which prints for a pinned iterator, cannot print this so"),
      ("printf(\"%s\", ksym(1));", "the kernel, which prints for a pinned iterator, cannot print this so"),
      ("printf(\"%#x\", 1);", "the kernel, which prints for a pinned iterator, cannot print this so"),
    ])
  func pinnedOutput(actions: String, message: String) throws {
    let report = try ProbeScript.refusal("iter:task:list { \(actions) }")
    #expect(report.split(separator: "\n").first?.hasSuffix("ERROR: \(message)") == true)
    #expect(report.contains("NOTE: "))
  }

  @Test(
    "path() takes what the kernel knows to be a path",
    arguments: [
      (
        "$f = ctx.file; print(path($f.f_path));",
        "stdin:1:44-53: ERROR: path() needs a struct path that is reached from args, ctx or curtask by members alone\n"
          + "NOTE: as in args.file.f_path; the kernel does not know what variables and casts point to"
      ),
      (
        "print(path(ctx.file));",
        "stdin:1:29-37: ERROR: path() needs a struct path or a pointer to one, not struct file *"
      ),
      ("print(path(ctx.file.f_path, 0));", "stdin:1:46-47: ERROR: path() takes a size of 1 to 4096 bytes, not 0"),
      (
        "print(path(ctx.file.f_path, pid));",
        "stdin:1:46-49: ERROR: path() needs a number known at compile time here"
      ),
    ])
  func paths(actions: String, report: String) throws {
    #expect(try ProbeScript.refusal("iter:task_file { \(actions) }") == report)
  }

  @Test("ctx is the struct of the iterator, and nothing elsewhere") func context() throws {
    #expect(Provider.named("it")?.name == "iter")
    #expect(ObjectIterator(name: "task").traits.context == .named("struct bpf_iter__task"))
    #expect(Special.begin.traits.context == nil)
  }
}
