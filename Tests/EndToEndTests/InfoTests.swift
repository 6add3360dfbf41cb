import Glibc
import TestSupport
import Testing

/// `--info`: what this machine and its kernel have.
@Suite(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root to give it up"))
struct InfoTests {
  private func info() throws -> [Substring] {
    try run([Repository.swtrace, "--info"]).output.split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("headings and names are bpftrace's, two facts a line") func layout() throws {
    let lines = try info()
    #expect(
      lines.filter { !$0.hasPrefix(" ") && !$0.isEmpty } == [
        "System", "Build", "Kernel helpers", "Kernel features", "Probe types",
      ])
    var names = utsname()
    uname(&names)
    let release = withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    #expect(lines[0...1].last?.hasPrefix("  OS: Linux \(release) #") == true)
    let second = lines.first { $0.hasPrefix("  dpath: ") }?.dropFirst(35)
    #expect(second?.hasPrefix("get_tai_ns: ") == true)
  }

  /// Each of these is asked in another way than `--info` does.
  @Test("what the kernel has is what scripts that need it find") func agreement() throws {
    let text = try info().joined(separator: "\n")
    let hasTypes = access("/sys/kernel/btf/vmlinux", R_OK) == 0
    #expect(text.contains("btf: \(hasTypes ? "yes" : "no")"))
    #expect(text.contains("Instruction limit: 1000000"))
    let loop = try run([
      Repository.swtrace, "-q", "-e", "begin { $n = 0; while ($n < 1000000) { $n++; } printf(\"%d\\n\", $n); exit(); }",
    ])
    #expect(text.contains("loop: \(loop.ending == .exited(0) ? "yes" : "no")"))
  }

  @Test("--info is asked for before and after other options, and nothing after it counts") func otherOptions() throws {
    let text = try info().joined(separator: "\n")
    for words in [["-q", "--info"], ["-e", "begin { }", "--info", "-x"], ["--inf"]] {
      #expect(try run([Repository.swtrace] + words).output == text)
    }
    let denied = try run([Repository.swtrace, "--no-feature", "uprobe_multi", "--info"]).output
    #expect(denied.contains("uprobe_multi: no"))
  }

  @Test(
    "a helper that the kernel was built without is not there",
    .enabled(if: access("/proc/config.gz", R_OK) == 0, "needs the kernel's configuration"))
  func configuration() throws {
    let isBuilt = try run(["zgrep", "-c", "^CONFIG_BPF_KPROBE_OVERRIDE=y", "/proc/config.gz"]).output == "1\n"
    #expect(try info().joined(separator: "\n").contains("override_return: \(isBuilt ? "yes" : "no")"))
  }

  @Test("without permission to try, it says what gives it") func unprivileged() throws {
    let folder = try TemporaryFolder()
    let swtrace = try folder.program("swtrace", copying: Repository.swtrace)
    let result = try run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", swtrace, "--info"])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        ERROR: the kernel's features can only be tried with permission to load programs: run as root, or with CAP_BPF, \
        CAP_PERFMON and CAP_DAC_READ_SEARCH

        """)
  }
}
