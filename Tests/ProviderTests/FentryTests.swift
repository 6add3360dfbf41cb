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

  @Test("functions of BPF programs are found by name, of all programs or of those with a number") func programs() {
    #expect(expand("fentry:bpf:count").names == ["fentry:bpf:7:count", "fentry:bpf:12:count"])
    #expect(expand("fr:bpf:12:*").names == ["fexit:bpf:12:count", "fexit:bpf:12:helper"])
    #expect(expand("f:bpf:1*:h?lper").names == ["fentry:bpf:12:helper"])
    #expect(expand("fentry:*").names.count == 4)
  }

  @Test("a BPF program that is not there is told with those that are") func missingProgram() {
    #expect(
      expand("fentry:bpf:cound").report == """
        stdin:1:12-17: ERROR: no BPF program has a function 'cound' that can be traced
        fentry:bpf:cound { exit(); }
                   ~~~~~
        NOTE: there are count, helper

        """)
    #expect(expand("fentry:bpf:7:helper").report.contains("no BPF program 7 has a function 'helper'"))
    #expect(expand("fentry:bpf:7:helper").report.contains("NOTE: there are count"))
    #expect(
      expand("fentry:bpf:8:x").report
        .contains("NOTE: programs without types, and those of fentry and the like, cannot be"))
    for text in ["fentry:bpf:", "fentry:bpf::count", "fentry:bpf:7:count:x"] {
      #expect(expand(text).report.contains("fentry: needs a function of a BPF program"), "\(text)")
    }
  }

  @Test("a BPF program's function has a name, and neither arguments nor a result") func programTraits() {
    let point = "fexit:bpf:7:count"
    #expect(expand(point, actions: "print(func);").report == "")
    for builtin in ["args.x", "retval", "path(args.x)"] {
      #expect(expand(point, actions: "print(\(builtin));").report.contains("is only there in"), "\(builtin)")
    }
    for builtin in ["args.x", "retval"] {
      let report = expand(point, actions: "print(\(builtin));").report
      #expect(report.hasSuffix("NOTE: not of functions of BPF programs\n"), "\(builtin)")
    }
  }

  @Test("functions of BPF programs are listed with the programs' numbers") func programListing() throws {
    #expect(
      try listed("fentry:bpf:*") == ["fentry:bpf:12:count", "fentry:bpf:12:helper", "fentry:bpf:7:count"])
    #expect(try listed("fexit:bpf:count") == ["fexit:bpf:12:count", "fexit:bpf:7:count"])
    #expect(try listed("fentry:*").filter { $0.contains(":bpf:") }.count == 3)
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
    #expect(try listed("fentry:*").filter { !$0.contains(":bpf:") }.count == 4)
  }
}
