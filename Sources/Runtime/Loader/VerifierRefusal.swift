import Codegen
import SystemPackage
import TraceLang

/// A program the kernel's verifier did not accept, told by the script's line.
public struct VerifierRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The probe whose program it is.
  public let title: String
  /// Index of the instruction the verifier stopped at, when the log names one.
  public let instruction: Int?
  public let line: SourceLine?
  /// What it calls where the verifier stopped.
  private let helper: Helper?
  /// The verifier's last words.
  public let reason: String
  public let errno: Errno
  public let log: String
  /// Whether the log did not fit.
  public let isLogCut: Bool

  public var description: String {
    let place = line.map { "line \($0.line), column \($0.column): " } ?? ""
    let refusal = "\(place)the kernel refused the program of \(title): \(reason)"
    guard let advice = hasTooManyTurns ? Self.loopAdvice : helperAdvice else { return refusal }
    return "\(refusal.hasSuffix(".") ? String(refusal.dropLast()) : refusal); \(advice)"
  }

  /// Where the kernel lets programs call what this one calls and may not.
  private var helperAdvice: String? {
    guard Self.prohibitions.contains(where: { reason.contains(text: $0) }) else { return nil }
    return helper.flatMap { Self.helperAdvice[$0] }
  }

  /// Kernel: kernel/bpf/verifier.c, check_helper_call.
  private static let prohibitions = [
    "helper call is not allowed in probe", "unknown func", "invalid func", "cannot use helper",
  ]
  private static let helperAdvice: [Helper: String] = [
    // Kernel: kernel/trace/bpf_trace.c, btf_allowlist_d_path.
    .dPath:
      "path() works in iter probes (from Linux 5.12 on) and in fentry and fexit of functions that the kernel lists:"
      + " vfs_truncate, vfs_fallocate, vfs_getattr, dentry_open, filp_close, security_file_open,"
      + " security_file_permission, security_inode_getattr and security_path_truncate",
    .getSocketCookie: "socket_cookie() needs Linux 5.12",
    .getFunctionIP: "func where a ksym_t is wanted needs Linux 5.15, in fentry and fexit 5.17",
  ]

  /// Whether the verifier gave up on a loop rather than found a fault; 5.10 tells too many branches by EFAULT.
  package var hasTooManyTurns: Bool {
    (isLogCut && (errno == .argListTooLong || errno == .badAddress))
      || Self.exhaustion.contains { reason.contains(text: $0) }
  }

  /// Kernel: kernel/bpf/verifier.c; the words before 5.3 knew no loops.
  private static let exhaustion = ["jumps is too complex", "program is too large", "infinite loop detected"]
  private static let loopAdvice =
    "the verifier follows each way through branches and each turn of loops: split the probe, bound loops lower, or"
    + " loop with `for` over a range, which needs no proof from Linux 5.17 on"

  /// - Parameter log: what the kernel wrote at log level 1: a line "INDEX: (OPCODE) TEXT" for each step, then the reason,
  ///   then "processed N insns".
  init(title: String, object: ProgramObject, errno: Errno, log: String, isLogCut: Bool = false) {
    self.title = title
    self.errno = errno
    self.log = log
    self.isLogCut = isLogCut
    var instruction: Int?
    var reason: Substring?
    for text in log.split(separator: "\n") {
      if let index = Self.stepIndex(text) {
        instruction = index
        reason = nil
      } else if !text.hasPrefix("processed ") && !text.hasPrefix("; ") && !text.hasPrefix("verification time") {
        reason = text
      }
    }
    self.instruction = instruction
    // Kernels from 6.4 on keep the end of a log that does not fit, older ones its beginning.
    let isReasonLost = isLogCut && !Self.exhaustion.contains { reason?.contains(text: $0) ?? false }
    self.reason =
      isReasonLost ? "its log cannot hold all steps (\(errno))" : reason.map(String.init) ?? "\(errno)"
    helper = instruction.flatMap { Self.helper(calledAt: $0, of: object) }
    line = instruction.flatMap { index in object.lines.last { $0.instruction <= index }?.line }
  }

  private static func helper(calledAt index: Int, of object: ProgramObject) -> Helper? {
    guard object.instructions.indices.contains(index),
      case .call(.helper(let number))? = try? MachineInstruction.decode([object.instructions[index]]).first
    else { return nil }
    return Helper(rawValue: number)
  }

  /// The index in "12: (85) call ...".
  private static func stepIndex(_ text: Substring) -> Int? {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix(": (") else { return nil }
    return Int(text[..<colon])
  }
}
