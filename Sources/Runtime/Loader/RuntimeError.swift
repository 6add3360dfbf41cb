import SystemPackage
import TraceLang

/// Why a bundle could not be loaded, attached or run; its text is one line that starts with what the user can act on.
public enum RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// EPERM or EACCES from bpf(2) or perf_event_open(2), and what would be permitted.
  case needsPrivilege(doing: String, remedy: String)
  /// ENOSYS from bpf(2).
  case kernelWithoutBPF
  case refused(VerifierRefusal)
  /// Something of the machine that a hook needs is not there.
  case unavailable(String)
  case failed(doing: String, Errno, remedy: String?)
  /// Hooks that could not be attached, at least two.
  case several([RuntimeError])
  /// What the script printed did not all reach its output.
  case outputFailed(String, lines: Int, bytes: Int)

  /// All of several failures; `nil` where there is none.
  init?(_ failures: [RuntimeError]) {
    guard let first = failures.first else { return nil }
    self = failures.count == 1 ? first : .several(failures)
  }

  /// Failures that are told one by one.
  private static let listedFailures = 12

  /// What there is to say of each of several failures, a line each.
  public var details: [String] {
    guard case .several(let failures) = self else { return [] }
    let listed = failures.prefix(Self.listedFailures).map(\.description)
    return failures.count == listed.count ? listed : listed + ["and \(failures.count - listed.count) more"]
  }

  public var description: String {
    switch self {
    case .needsPrivilege(let doing, let remedy): "\(remedy): not permitted to \(doing)"
    case .kernelWithoutBPF: "this kernel was built without BPF (CONFIG_BPF_SYSCALL)"
    case .refused(let refusal): refusal.description
    case .unavailable(let message): message
    case .failed(let doing, let errno, let remedy): "could not \(doing): \(errno)\(remedy.map { "; \($0)" } ?? "")"
    case .several(let failures):
      "\(failures.count) probes could not be attached"
    case .outputFailed(let reason, let lines, let bytes):
      "could not write the output: \(reason); \(lines) line\(lines == 1 ? "" : "s") (\(bytes) bytes) were lost"
    }
  }

  /// What the failure of a system call says.
  static func failure(doing: String, code: Int32, of call: SystemCall = .other) -> RuntimeError {
    let errno = Errno(rawValue: code)
    let failure = RuntimeError.failed(doing: doing, errno, remedy: call.remedy(for: errno))
    switch call {
    case .other: return failure
    case .bpfMap, .bpf, .perfEvent:
      if errno == .notPermitted || errno == .permissionDenied {
        return .needsPrivilege(doing: doing, remedy: Permissions.current().remedy(for: call))
      }
      let isMissing = errno == .noFunction && call != .perfEvent && !Permissions.current().isFiltered
      return isMissing ? .kernelWithoutBPF : failure
    }
  }
}
