import Glibc
import TestSupport
import Testing

/// One pass over objects of the kernel.
@Suite(.root) struct IteratorTests {
  @Test("an iterator visits each task, and the run ends when it has") func tasks() throws {
    let script = """
      iter:task /ctx.task.pid == \(getpid()) && ctx->task->tgid == \(getpid())/ { printf("%s\\n", probe); @ = count(); }
      end { printf("end\\n"); }
      """
    #expect(try Tracing.output(script) == "iter:task\nend\n\n\n@: 1\n")
  }

  @Test("a pass that sends more than the ring buffer holds loses nothing") func flood() throws {
    let files = (0..<300).map { _ in fcntl(0, F_DUPFD_CLOEXEC, 0) }
    defer { for file in files { close(file) } }
    let script = """
      config = { perf_rb_pages = 1 }
      iter:task_file { printf("%s\\n", "0123456789012345678901234567890123456789"); @ = count(); }
      """
    let output = try Tracing.output(script)
    let lines = output.split(separator: "\n").count { $0.hasPrefix("0") }
    #expect(lines > files.count)
    #expect(output.hasSuffix("@: \(lines)\n"))
  }

  @Test("exit() ends the pass") func exit() throws {
    #expect(try Tracing.output("iter:task { printf(\"x\\n\"); exit(); }") == "x\n\n\n")
  }

  @Test("several passes come one after the other, and other probes go on after them") func several() throws {
    let script = """
      iter:task { @task = 1; } iter:task_vma { @area = 1; }
      interval:ms:10 /@task && @area/ { printf("both\\n"); clear(@task); clear(@area); exit(); }
      """
    #expect(try Tracing.output(script) == "both\n\n\n")
  }

  @Test("the objects of an iterator are listed with their types") func listing() throws {
    let result = try run([Repository.swtrace, "-lv", "iter:task_file"])
    #expect(result.output == "iter:task_file\n    struct task_struct * task\n    uint32 fd\n    struct file * file\n")
  }
}
