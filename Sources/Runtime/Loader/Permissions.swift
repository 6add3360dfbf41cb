import CLibBPF
import Glibc
import TraceLang

/// What of this process and machine decides whether the kernel lets it trace.
struct Permissions: Hashable, Sendable {
  /// Kernel: include/uapi/linux/capability.h.
  enum Capability: Int, CaseIterable {
    case admin = 21
    case perfmon = 38
    case bpf = 39
  }

  var capabilities: Set<Capability>
  /// Its capabilities do not count outside of a user namespace.
  var isInUserNamespace = false
  /// A seccomp filter may refuse system calls.
  var isFiltered = false
  /// The kernel keeps its memory from everybody (Kernel: security/lockdown).
  var isLockedDown = false
  /// The sysctl kernel.perf_event_paranoid, where it can be read.
  var perfEventParanoid: String?

  static func current() -> Permissions {
    let held = swtrace_effective_capabilities()
    let status = text("/proc/self/status")
    return Permissions(
      capabilities: Set(Capability.allCases.filter { held >> UInt64($0.rawValue) & 1 == 1 }),
      isInUserNamespace: isPart(text("/proc/self/uid_map")),
      isFiltered: status?.contains(text: "\nSeccomp:\t2") ?? false,
      isLockedDown: text("/sys/kernel/security/lockdown")?.contains(text: "[confidentiality]") ?? false,
      perfEventParanoid: text("/proc/sys/kernel/perf_event_paranoid")?.split(separator: "\n").first.map(String.init))
  }

  /// What would make the kernel permit what it refused.
  func remedy(for call: SystemCall) -> String {
    if isInUserNamespace {
      return "run outside of this user namespace (a rootless container), whose root is not the machine's"
    }
    let needed: [Capability] = call == .perfEvent ? [.perfmon] : [.bpf, .perfmon]
    let missing = needed.filter { !capabilities.contains($0) }
    if !missing.isEmpty, !capabilities.contains(.admin) {
      if call == .perfEvent {
        let setting = perfEventParanoid.map { " (kernel.perf_event_paranoid is \($0))" } ?? ""
        return "run as root, or with CAP_PERFMON\(setting)"
      }
      return missing == needed
        ? "run as root, or with CAP_BPF, CAP_PERFMON and CAP_DAC_READ_SEARCH"
        : "run as root, or with \(missing[0] == .bpf ? "CAP_BPF" : "CAP_PERFMON") too"
    }
    // The capabilities are there: something else says no.
    if isLockedDown {
      return "start the kernel with lockdown=integrity or none: its lockdown keeps all its memory from programs"
    }
    if isFiltered {
      return "run without the seccomp filter of this process (a container's): it may refuse what root may do"
    }
    return
      "ask the machine's security module (SELinux, AppArmor, BPF LSM), which refuses what this process may otherwise do"
  }

  /// Whether a map of user IDs is not the machine's own "0 0 4294967295".
  private static func isPart(_ map: String?) -> Bool {
    guard let map else { return false }
    return map.split { $0 == " " || $0 == "\n" } != ["0", "0", "4294967295"]
  }

  private static func text(_ path: String) -> String? {
    (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) }
  }
}
