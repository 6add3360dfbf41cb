import Codegen
import Glibc
import Runtime
import TestSupport
import Testing
import TraceLang

/// The rows of the catalog of builtins, and docs/stdlib.md, which is made from them.
///
/// `SWTRACE_RENEW_BUILTINS=1 swift test --filter BuiltinTests` writes the page and, as root, records what the examples ask of
/// a machine anew.
@Suite struct BuiltinTests {
  private static let renews = getenv("SWTRACE_RENEW_BUILTINS") != nil
  private static let targetPath = Repository.root + "/Tests/Targets/builtins.json"
  private static let pagePath = Repository.root + "/docs/stdlib.md"

  private static let rows = Builtin.catalog

  @Test("no two builtins have a name in common, and none that of a probe") func names() {
    let names = Builtin.catalog.flatMap(\.names) + Provider.catalog.flatMap(\.names)
    #expect(Set(names).count == names.count)
  }

  @Test("every builtin says what it is and has an example that uses it", arguments: Self.rows.map(\.name))
  func description(name: String) throws {
    let builtin = try #require(Builtin.named(name))
    #expect(builtin.summary.hasSuffix("."))
    #expect(builtin.signature.contains(name.filter { !$0.isNumber }))
    let words = builtin.example.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    #expect(words.contains(Substring(name)), "the example does not use it")
    // It may be given to -e in quotes.
    #expect(!builtin.example.contains("'"))
  }

  @Test(
    "the example compiles without a warning", .enabled(if: !renews, "the target is being renewed"),
    arguments: Self.rows.map(\.name))
  func compiles(name: String) throws {
    let target = try RecordedTarget(decoding: try FileContents.bytes(Self.targetPath))
    let report = try Self.compile(try #require(Builtin.named(name)), for: target)
    #expect(report == "")
  }

  @Test(
    "the example runs on this machine, if it has such probes",
    .enabled(if: getuid() == 0, "needs root to load BPF programs"), arguments: Self.rows.map(\.name))
  func runs(name: String) throws {
    let builtin = try #require(Builtin.named(name))
    guard try Self.isPossibleHere(builtin.example) else { return }
    let work = "for i in 1 2 3 4 5; do /bin/true; cat /etc/passwd >/dev/null; done"
    let result = try run([Repository.swtrace, "-q", "--unsafe", "-c", "/bin/bash -c '\(work)'", "-e", builtin.example])
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
  }

  @Test("docs/stdlib.md is made from the rows", .enabled(if: !renews, "the page is being renewed")) func page() throws {
    #expect(
      try FileContents.text(Self.pagePath) == BuiltinPage.text,
      "SWTRACE_RENEW_BUILTINS=1 swift test --filter BuiltinTests writes it")
  }

  @Test("renewal of the page", .enabled(if: renews, "set SWTRACE_RENEW_BUILTINS=1 to renew the page"))
  func pageRenewal() throws { try FileContents.write(BuiltinPage.text, to: Self.pagePath) }

  @Test(
    "renewal of the target", .enabled(if: renews, "set SWTRACE_RENEW_BUILTINS=1 to renew the target"),
    .enabled(if: getuid() == 0, "needs root to read tracefs"))
  func targetRenewal() throws {
    let recording = RecordingTarget(EquippedTarget(SampledTarget(try HostTarget())))
    for builtin in Self.rows {
      let report = try Self.compile(builtin, for: recording)
      #expect(report == "", "\(builtin.name)")
    }
    try FileContents.write(try recording.encoded(), to: Self.targetPath)
  }

  /// - Returns: what is told of it.
  private static func compile(_ builtin: Builtin, for target: any Target) throws -> String {
    var frontEnd = FrontEnd(target: target)
    frontEnd.options = CheckerOptions(allowsUnsafe: true, childPID: 4711)
    let checked = frontEnd.check(SourceFile(name: builtin.name, text: builtin.example))
    if let program = checked.program { _ = try Compiler(target: target).compile(program, sources: checked.sources) }
    return checked.report
  }

  /// Not all kernels have kprobe and fentry or name their variables, nor processors watchpoints, nor machines cgroups of
  /// version 2 alone.
  private static func isPossibleHere(_ example: String) throws -> Bool {
    if example.contains("write_user") { return try HostTarget().has(.userWrites) }
    if ["kprobe:", "kretprobe:", "fentry:"].contains(where: example.contains) {
      return try !example.contains("override") && GoldenScript.functionsAreTraced.get()
    }
    if example.contains("/sys/fs/cgroup") { return access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 }
    if example.contains("percpu_kaddr") { return try HostTarget().kernelSymbolAddress("__per_cpu_offset") != nil }
    return !example.contains("watchpoint:")
  }
}

/// Another target that also has what only some machines have.
private final class EquippedTarget: Target {
  private let source: any Target

  init(_ source: any Target) { self.source = source }

  var machine: Machine { source.machine }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    switch question {
    case .kernel(.has(feature: .kprobeOverride)), .kernel(.has(feature: .userWrites)): return .flag(true)
    case .kernel(.symbolAddress): return .number(0xffff_ffff_8100_0000)
    case .process(.cgroupID): return .number(1)
    default: return try source.answer(question)
    }
  }
}
