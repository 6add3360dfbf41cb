import Glibc
import Runtime
import TestSupport
import Testing

/// What a user sees of a machine that does not let be done, or does not know, what a script needs.
@Suite struct MissingPrivilegeTests {
  /// The words that run swtrace as a user who may nothing.
  private func asNobody(_ folder: TemporaryFolder, _ words: [String]) throws -> [String] {
    guard getuid() == 0 else { return [Repository.swtrace] + words }
    // Root's build folder may be closed to others.
    let copy = try folder.program("swtrace", copying: Repository.swtrace)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy] + words
  }

  @Test("without root, what needs it says so") func noRoot() throws {
    let folder = try TemporaryFolder()
    let result = try run(asNobody(folder, ["-e", "BEGIN { exit(); }"]))
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        ERROR: run as root, or with CAP_BPF, CAP_PERFMON and CAP_DAC_READ_SEARCH: not permitted to create the map swtrace_events

        """)
  }

  @Test("without root and tracefs, what needs tracepoints says so") func noTracefs() throws {
    let folder = try TemporaryFolder()
    let result = try run(asNobody(folder, ["-e", "tracepoint:syscalls:sys_enter_* { @ = count(); }"]))
    #expect(result.ending == .exited(1))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("stdin:1:1-32: ERROR: ") == true)
    #expect(lines.first?.contains("run as root or with CAP_") == true)
    #expect(
      lines.dropFirst() == ["tracepoint:syscalls:sys_enter_* { @ = count(); }", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"])
  }

  @Test("a kernel without BPF is told as such") func noBPF() {
    #expect(RuntimeError.kernelWithoutBPF.description == "this kernel was built without BPF (CONFIG_BPF_SYSCALL)")
  }

  @Test("without root a script compiles for a recorded machine") func recordedTarget() throws {
    let folder = try TemporaryFolder()
    let target = try folder.file("target.json", try FileContents.text(Repository.root + "/Tests/Targets/x86_64.json"))
    let result = try run(
      asNobody(folder, ["--target", target, "-e", "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"]))
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    #expect(result.output.hasPrefix("== bpf\nprogram 0 "))
  }

  @Test("a recorded machine that does not know what is asked says so") func unrecorded() throws {
    let target = Repository.root + "/Tests/Targets/x86_64.json"
    let result = try run([Repository.swtrace, "--target", target, "-e", "tracepoint:xyz:abc { @ = count(); }"])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        stdin:1:1-19: ERROR: the recorded target does not say which tracepoints match xyz:abc; record it again with this script
        tracepoint:xyz:abc { @ = count(); }
        ~~~~~~~~~~~~~~~~~~

        """)
  }
}
