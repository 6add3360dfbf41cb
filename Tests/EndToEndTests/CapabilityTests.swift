import Glibc
import TestSupport
import Testing

/// What README says is enough without root.
@Suite(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root to give it up"))
struct CapabilityTests {
  private let folder: TemporaryFolder
  private let swtrace: String

  init() throws {
    folder = try TemporaryFolder()
    swtrace = try folder.program("swtrace", copying: Repository.swtrace)
  }

  /// Runs a script as nobody with some capabilities, where tracefs is mounted as it usually is.
  private func trace(_ script: String, _ capabilities: String, mounts: Bool = true) throws -> CommandResult {
    let list = capabilities.split(separator: " ").map { ",+\($0)" }.joined()
    let mount = mounts ? "mount -t tracefs tracefs /sys/kernel/tracing" : "umount /sys/kernel/tracing 2>/dev/null"
    return try run([
      "unshare", "--mount", "sh", "-c", "\(mount); exec \"$@\"", "sh", "setpriv", "--reuid=65534", "--regid=65534",
      "--clear-groups", "--inh-caps=-all\(list)", "--ambient-caps=-all\(list)", "--bounding-set=-all\(list)", swtrace,
      "-q", "-e", script,
    ])
  }

  @Test(
    "CAP_BPF and CAP_PERFMON are enough for probes that tracefs does not know",
    arguments: [
      "begin { exit(); }", "interval:ms:1 { exit(); }", "profile:hz:99 { exit(); }",
      "profile:hz:99 { @[kstack(3), ustack(3)] = count(); exit(); }", "software:cs:1 { exit(); }",
      "rawtracepoint:sched_switch { @ = args.prev.comm; exit(); }",
    ])
  func withoutTracefs(script: String) throws {
    let result = try trace(script, "bpf perfmon", mounts: false)
    #expect(result.ending == .exited(0), "\(result.errors)")
  }

  @Test(
    "with CAP_DAC_READ_SEARCH tracepoints are read by name and by wildcard",
    arguments: [
      "tracepoint:sched:sched_switch { exit(); }", "tracepoint:sched:sched_swi* { @ = args.next_pid; exit(); }",
      "tracepoint:sched:sched_switch { @ = args.next_pid; exit(); }",
      "tracepoint:syscalls:sys_enter_* { @[probe] = count(); exit(); }",
      "tracepoint:syscalls:sys_exit_* { @[probe] = count(); exit(); }",
      "tracepoint:raw_syscalls:sys_enter { @ = args.id; exit(); }",
    ])
  func withTracefs(script: String) throws {
    let result = try trace(script, "bpf perfmon dac_read_search")
    #expect(result.ending == .exited(0), "\(result.errors)")
  }

  @Test("what is missing is said with its capability") func messages() throws {
    let script = "tracepoint:sched:sched_switch { exit(); }"
    #expect(try trace(script, "bpf perfmon").errors.contains("run as root or with CAP_DAC_READ_SEARCH"))
    #expect(
      try trace(script, "bpf perfmon dac_read_search", mounts: false).errors.contains(
        "run as root or with CAP_SYS_ADMIN, or mount it with 'mount -t tracefs tracefs /sys/kernel/tracing'"))
  }
}
