import Codegen
import Testing

@testable import TraceLang

private let modern: Set<KernelFeature> = [.kprobeMulti, .kprobeSession, .attachCookie]

/// Probes on the entry and on the return of the same functions, where the kernel has sessions. What they print is compared
/// with what they print without, on kernels that have them, by `make vm-test` (`kprobe-session`).
@Suite struct KprobeSessionTests {
  private func bundle(_ text: String, features: Set<KernelFeature> = modern) throws -> Bundle {
    try Compiler(target: FunctionTarget(features: features)).compile(SourceFile(name: "stdin", text: text)).bundle
  }

  /// What each hook asks the kernel for.
  private func hooks(_ text: String, features: Set<KernelFeature> = modern) throws -> [String] {
    try bundle(text, features: features).hooks.map(\.point.description)
  }

  private static let latency = "kprobe:vfs_read { @s[tid] = nsecs; } kretprobe:vfs_read { @ = hist(nsecs - @s[tid]); }"

  @Test("both bodies are one program where the kernel has sessions") func joined() throws {
    #expect(try hooks(Self.latency) == ["kprobe session vfs_read"])
    #expect(try hooks(Self.latency, features: [.kprobeMulti]) == ["kprobes vfs_read", "kretprobes vfs_read"])
    #expect(try hooks("kretprobe:vfs_* { @a = 1; } kprobe:vfs_* { @b = 1; }").count == 1)
    let title = try bundle("kprobe:vfs_w* { } kretprobe:vfs_w* { }").hooks[0].title
    #expect(title == "kprobe:vfs_write and kretprobe:vfs_write")
  }

  @Test("a program of a session asks the kernel which side it is at") func side() throws {
    let program = try bundle(Self.latency).programs[0]
    #expect(program.load == .kprobeSession)
    let asked = program.object.relocations.filter { $0.target == .kernelFunction(.sessionIsReturn) }
    #expect(asked.count == 1)
    #expect(program.object.listing().contains("call bpf_session_is_return\n"))
  }

  @Test("a return is joined with one entry of the same functions")
  func partners() throws {
    #expect(try hooks("kprobe:vfs_read { } kretprobe:vfs_write { }") == ["kprobes vfs_read", "kretprobes vfs_write"])
    #expect(
      try hooks("kprobe:vfs_read { } kretprobe:vfs_read, kretprobe:vfs_write { }")
        == ["kprobes vfs_read", "kretprobes vfs_read vfs_write"])
    #expect(
      try hooks("kprobe:vfs_read { @a = 1; } kprobe:vfs_read { @b = 1; } kretprobe:vfs_read { @c = 1; }")
        == ["kprobe session vfs_read", "kprobes vfs_read"])
    #expect(
      try hooks("kretprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; } kprobe:vfs_read { @c = 1; }")
        == ["kprobe session vfs_read", "kretprobes vfs_read"])
  }

  @Test("names that one cookie cannot give both sides keep two programs") func names() throws {
    func count(_ entry: String, _ exit: String) throws -> Int {
      try hooks("kprobe:vfs_* { @a[\(entry)] = count(); } kretprobe:vfs_* { @b[\(exit)] = count(); }").count
    }
    #expect(try count("pid", "pid") == 1)
    #expect(try count("func", "func") == 1)
    #expect(try count("probe", "func") == 1)
    #expect(try count("func", "probe") == 1)
    #expect(try count("probe", "pid") == 1)
    #expect(try count("probe", "probe") == 2)
  }

  @Test("the cookie is that of the side that asks for its name") func cookies() throws {
    func names(_ text: String) throws -> [String] {
      let bundle = try bundle(text)
      guard case .kprobeSession(_, let cookies) = bundle.hooks[0].point else { return [] }
      return cookies.map { bundle.probeNames[Int($0 & 0xffff_ffff)] }
    }
    #expect(
      try names("kprobe:vfs_r*, kprobe:vfs_w* { @a[probe] = 1; } kretprobe:vfs_r*, kretprobe:vfs_w* { @b[func] = 1; }")
        == ["kprobe:vfs_read", "kprobe:vfs_write"])
    #expect(
      try names("kprobe:vfs_r*, kprobe:vfs_w* { @a[func] = 1; } kretprobe:vfs_r*, kretprobe:vfs_w* { @b[probe] = 1; }")
        == ["kretprobe:vfs_read", "kretprobe:vfs_write"])
    #expect(
      try names("kprobe:vfs_r*, kprobe:vfs_w* { @a = 1; } kretprobe:vfs_r*, kretprobe:vfs_w* { @b[probe] = 1; }")
        == ["kretprobe:vfs_read", "kretprobe:vfs_write"])
  }

  @Test("what the verifier may need long for stays apart") func costly() throws {
    func count(_ actions: String) throws -> Int {
      try hooks("kprobe:vfs_read { \(actions) } kretprobe:vfs_read { }").count
    }
    #expect(try count("@a = 1;") == 1)
    #expect(try count("for ($i : 0..3) { @a = $i; }") == 2)
    #expect(try count("$i = 0; while ($i < 3) { $i++; }") == 2)
    #expect(try count(String(repeating: "@a = 1; ", count: 100)) == 1)
    #expect(try count(String(repeating: "@a = 1; ", count: 101)) == 2)
    #expect(try count("unroll(50) { @a = 1; }") == 1)
    #expect(try count("unroll(50) { @a = 1; @b = 2; }") == 2)
  }

  @Test("neither side interrupts the other, so that their updates need not be atomic") func updates() throws {
    let text = "kprobe:vfs_read { @ = count(); } kretprobe:vfs_read { @ = count(); }"
    func isAtomic(_ features: Set<KernelFeature>) throws -> Bool {
      try bundle(text, features: features).programs.contains { $0.object.listing().contains("lock") }
    }
    #expect(try !isAtomic(modern))
    #expect(try isAtomic([.kprobeMulti, .attachCookie]))
  }
}
