import TestSupport
import Testing

@testable import TraceLang

/// `kprobe` and `kretprobe`.
@Suite struct KprobeTests {
  @Test("a function is found by its name, by a wildcard, and in its module") func functions() {
    #expect(expand("kprobe:vfs_read").names == ["kprobe:vfs_read"])
    #expect(expand("k:vfs_*").names == ["kprobe:vfs_getattr", "kprobe:vfs_read", "kprobe:vfs_write"])
    #expect(expand("kr:vfs_[gw]*").names == ["kretprobe:vfs_getattr", "kretprobe:vfs_write"])
    #expect(expand("kprobe:vmlinux:vfs_read").names == ["kprobe:vmlinux:vfs_read"])
    #expect(expand("kprobe:nf:*").names == ["kprobe:nf:conntrack"])
    #expect(expand("kprobe:conntrack").names == ["kprobe:nf:conntrack"])
    #expect(expand("kprobe:without_types").names == ["kprobe:without_types"])
  }

  @Test("an offset is a number of bytes behind the start of one function") func offsets() {
    #expect(expand("kprobe:vfs_read+12").names == ["kprobe:vfs_read+12"])
    #expect(expand("kprobe:vfs_read+0x1c").names == ["kprobe:vfs_read+28"])
    #expect(expand("kprobe:vfs_read+0").names == ["kprobe:vfs_read"])
    #expect(
      expand("kprobe:vfs_read+x").report.contains("'x' is not an offset: a number of bytes such as 8 or 0x8"))
    #expect(expand("kprobe:vfs_*+4").report.contains("an offset belongs to one function, not to a wildcard"))
    #expect(expand("kretprobe:vfs_read+4").report.contains("kretprobe takes no offset"))
  }

  @Test("an address needs --unsafe") func addresses() {
    let text = "kprobe:0xffffffff81000000"
    #expect(
      expand(text).report == """
        stdin:1:8-26: ERROR: a probe at an address needs --unsafe: inside of an instruction it brings the machine down
        kprobe:0xffffffff81000000 { exit(); }
               ~~~~~~~~~~~~~~~~~~

        """)
    #expect(expand(text, unsafe: true).names == ["kprobe:18446744071578845184"])
    #expect(expand("kretprobe:0x1", unsafe: true).report.contains("'0x1' is neither a function nor an address"))
    #expect(expand("kprobe:0x1zz", unsafe: true).report.contains("'0x1zz' is neither a function nor an address"))
  }

  @Test("what is not there is told with the nearest names") func missing() {
    #expect(
      expand("kprobe:vfs_reed").report == """
        stdin:1:8-16: ERROR: there is no kernel function 'vfs_reed'
        kprobe:vfs_reed { exit(); }
               ~~~~~~~~
               vfs_read
        NOTE: did you mean 'vfs_read'?

        """)
    #expect(
      expand("kprobe:entirely_else").report.contains("NOTE: functions that the compiler has inlined cannot be traced"))
    #expect(expand("kprobe:nosuch*").report.contains("no function that can be traced matches 'nosuch*'"))
    #expect(expand("kprobe:foo:vfs_read").report.contains("there is no module 'foo'"))
    #expect(
      expand("kprobe:nf:vfs_read").report.contains("there is no kernel function 'vfs_read' of the module 'nf'"))
  }

  @Test("what the kernel has and does not let be traced is told so") func untraceable() {
    let report = expand("kprobe:do_nmi").report
    #expect(report.contains("'do_nmi' cannot be traced"))
    #expect(report.contains("the kernel has it, but not among those that can be stopped at"))
  }

  @Test("missing_probes decides what a missing function is") func missingProbes() {
    let text = "config = { missing_probes = \(#""warn""#) } kprobe:vfs_reed, kprobe:vfs_read"
    let (names, report) = expand(text)
    #expect(names == ["kprobe:vfs_read"])
    #expect(report.contains("WARNING: there is no kernel function 'vfs_reed'"))
    #expect(expand("config = { missing_probes = \"ignore\" } kprobe:vfs_reed, kprobe:vfs_read").report.isEmpty)
  }

  @Test("what is not written as a kprobe is reported") func misuse() {
    for text in ["kprobe", "kprobe:", "kprobe:a:b:c"] {
      #expect(expand(text).report.contains("kprobe: needs a function"), "\(text)")
    }
  }

  @Test("all functions are listed, a module's with its name") func listing() throws {
    #expect(try listed("kprobe:vfs_*") == ["kprobe:vfs_getattr", "kprobe:vfs_read", "kprobe:vfs_write"])
    #expect(try listed("kretprobe:*") == FunctionTarget().traceable.map { "kretprobe:\($0)" })
    #expect(try listed("kprobe:nf:*") == ["kprobe:nf:conntrack"])
  }

  @Test("func of the kernel is a symbol where one is wanted, whichever comes first") func functionSymbols() throws {
    func run(_ script: String) throws -> CommandResult {
      let target = "\(Repository.root)/Tests/Targets/5.10.json"
      return try TestSupport.run([Repository.swtrace, "--target", target, "-d", "program", "-e", script])
    }
    for body in [
      "@n[0] = ksym(0); @n[1] = func;", "@n[1] = func; @n[0] = ksym(0);", "$f = func; $f = ksym(1); @n[1] = $f;",
      "@n[1] = (1, func); @n[0] = (0, ksym(0));", "@n[func] = 1; @n[ksym(0)] = 2;",
    ] {
      let result = try run("kprobe:vfs_read { \(body) }")
      #expect(result.ending == .exited(0), "\(body): \(result.errors)")
      #expect(result.output.contains("functionAddress:ksym_t"), "\(body)")
    }
    // The name of a probe is no function, and of a program's functions the kernel knows no names.
    let probe = try run("kprobe:vfs_read { @n[0] = ksym(0); @n[1] = probe; }")
    #expect(probe.errors.contains("@n is ksym_t and cannot hold string"))
    let user = try TestSupport.run([
      Repository.swtrace, "--dry-run", "-e", "uprobe:/bin/bash:main { @n[0] = ksym(0); @n[1] = func; }",
    ])
    #expect(user.errors.contains("@n is ksym_t and cannot hold string"))
  }
}
