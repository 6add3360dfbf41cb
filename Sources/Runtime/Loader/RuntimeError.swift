import SystemPackage
import TraceLang

/// Why a bundle could not be loaded, attached or run; its text is one line that starts with what the user can act on.
public enum RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// EPERM or EACCES from bpf(2) or perf_event_open(2).
  case needsPrivilege(doing: String)
  /// ENOSYS from bpf(2).
  case kernelWithoutBPF
  case refused(VerifierRefusal)
  /// Something of the machine that a hook needs is not there.
  case unavailable(String)
  case failed(doing: String, Errno)
  /// What the script printed did not all reach its output.
  case outputFailed(String, lines: Int, bytes: Int)

  public var description: String {
    switch self {
    case .needsPrivilege(let doing):
      "run as root, or with CAP_BPF, CAP_PERFMON and CAP_DAC_READ_SEARCH: not permitted to \(doing)"
    case .kernelWithoutBPF: "this kernel was built without BPF (CONFIG_BPF_SYSCALL)"
    case .refused(let refusal): refusal.description
    case .unavailable(let message): message
    case .failed(let doing, let errno): "could not \(doing): \(errno)"
    case .outputFailed(let reason, let lines, let bytes):
      "could not write the output: \(reason); \(lines) line\(lines == 1 ? "" : "s") (\(bytes) bytes) were lost"
    }
  }

  /// What the failure of a system call says.
  static func failure(doing: String, code: Int32) -> RuntimeError {
    let errno = Errno(rawValue: code)
    switch errno {
    case .notPermitted, .permissionDenied: return .needsPrivilege(doing: doing)
    case .noFunction: return .kernelWithoutBPF
    default: return .failed(doing: doing, errno)
    }
  }
}
