import Testing

@testable import TraceLang

/// `fentry` and `fexit`.
@Suite struct FentryTests {
  @Test("names say the module, also where the script does not") func functions() {
    #expect(expand("fentry:vfs_read").names == ["fentry:vmlinux:vfs_read"])
    #expect(expand("f:vfs_[gw]*").names == ["fentry:vmlinux:vfs_getattr", "fentry:vmlinux:vfs_write"])
    #expect(expand("kfunc:nf:conntrack").names == ["fentry:nf:conntrack"])
    #expect(expand("kretfunc:conntrack").names == ["fexit:nf:conntrack"])
    #expect(expand("fr:vmlinux:*read").names == ["fexit:vmlinux:vfs_read"])
  }

  @Test("a function without types is told, with what works without") func withoutTypes() {
    let report = expand("fentry:without_types").report
    #expect(report.contains("the kernel's type information does not have 'without_types'"))
    #expect(report.contains("NOTE: kprobe works without"))
    #expect(expand("fentry:*").names.count == 4)
  }

  @Test("a kernel without types is told so") func withoutBTF() {
    let target = FunctionTarget(hasTypes: false)
    let report = expand("fexit:vfs_read", on: target).report
    #expect(report.contains("fexit needs a kernel with type information (CONFIG_DEBUG_INFO_BTF)"))
    #expect(report.contains("NOTE: kretprobe works without"))
    #expect(expand("iter:task", on: target).report.contains("iter needs a kernel with type information"))
  }

  @Test("what is not there is told with the nearest names") func missing() {
    #expect(expand("fentry:vfs_reed").report.contains("NOTE: did you mean 'vfs_read'?"))
    #expect(expand("fentry:do_nmi").report.contains("'do_nmi' cannot be traced"))
    #expect(expand("fentry:foo:vfs_read").report.contains("there is no module 'foo'"))
  }

  @Test("arguments and the result are listed with their types") func listing() throws {
    #expect(
      try listed("fentry:vfs_[gr]*", arguments: true) == [
        "fentry:vmlinux:vfs_getattr", "    int8 * file", "    uint64 count",
        "fentry:vmlinux:vfs_read", "    int8 * file", "    uint64 count",
      ])
    #expect(
      try listed("fexit:vmlinux:vfs_[gr]*", arguments: true) == [
        "fexit:vmlinux:vfs_getattr", "    int8 * file", "    uint64 count",
        "fexit:vmlinux:vfs_read", "    int8 * file", "    uint64 count", "    int64 retval",
      ])
    #expect(try listed("fentry:*").count == 4)
  }
}
