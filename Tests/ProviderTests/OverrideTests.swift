import Codegen
import Testing

@testable import TraceLang

/// `override` in kprobe probes.
@Suite struct OverrideTests {
  private static var target: FunctionTarget {
    FunctionTarget(features: [.kprobeOverride, .kprobeMulti, .attachCookie])
  }

  private func report(
    _ probe: String, on target: any Target = Self.target, unsafe: Bool = true, actions: String = "override(1);"
  ) -> String {
    expand(probe, on: target, unsafe: unsafe, actions: actions).report.split(separator: "\n").first.map(String.init)
      ?? ""
  }

  @Test("a function is overridden where it begins") func places() {
    #expect(report("kprobe:vfs_read") == "")
    let message = "override() is only there in kprobe probes, at the start of a function"
    #expect(report("kretprobe:vfs_read") == "stdin:1:22-33: ERROR: \(message)")
    #expect(report("kprobe:vfs_read+4") == "stdin:1:21-32: ERROR: \(message)")
    #expect(report("kprobe:vfs_read, kprobe:vfs_read+4").hasSuffix(message))
    #expect(report("kprobe:0xffffffff81000000").hasSuffix(message))
    #expect(report("fentry:vfs_read").hasSuffix(message))
  }

  @Test("it needs --unsafe and a kernel that has it") func needs() {
    #expect(
      report("kprobe:vfs_read", unsafe: false)
        == "stdin:1:19-30: ERROR: override() changes what the kernel does and needs --unsafe")
    #expect(
      report("kprobe:vfs_read", on: FunctionTarget())
        == "stdin:1:19-30: ERROR: this kernel lets no program override functions (CONFIG_BPF_KPROBE_OVERRIDE)")
  }

  @Test("what it gives is a number") func result() {
    #expect(
      report("kprobe:vfs_read", actions: "override(comm);")
        == "stdin:1:28-32: ERROR: this must be an integer, not string[16]")
    #expect(report("kprobe:vfs_read", actions: "if (pid == 1) { override(-5); }") == "")
  }

  /// What the kernel is asked for, a line for each hook.
  private func hooks(_ text: String) throws -> String {
    var compiler = Compiler(target: Self.target)
    compiler.frontEnd.options.allowsUnsafe = true
    let bundle = try compiler.compile(SourceFile(name: "stdin", text: text)).bundle
    #expect(bundle.programs.count == 1)
    #expect(bundle.programs[0].calls(.overrideReturn) == text.contains("override"))
    return bundle.hooks.map { $0.point.description }.joined(separator: "\n")
  }

  @Test("it is attached by perf events, where the kernel checks that the function allows it") func hooks() throws {
    #expect(try hooks("kprobe:vfs_read, kprobe:vfs_write { @[func] = count(); }") == "kprobes vfs_read vfs_write")
    #expect(
      try hooks("kprobe:vfs_read, kprobe:vfs_write { @[func] = count(); override(7); }")
        == "kprobe vfs_read\nkprobe vfs_write")
  }
}
