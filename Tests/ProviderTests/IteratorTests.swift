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
    #expect(expand("iter:task:/sys/fs/bpf/x").report.contains("pinned iterators are not in this version of swtrace"))
  }

  @Test("ctx is the struct of the iterator, and nothing elsewhere") func context() throws {
    #expect(Provider.named("it")?.name == "iter")
    #expect(ObjectIterator(name: "task").traits.context == .named("struct bpf_iter__task"))
    #expect(Special.begin.traits.context == nil)
  }
}
