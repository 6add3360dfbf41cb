import Codegen
import SystemPackage

/// A program the kernel's verifier did not accept, told by the script's line.
public struct VerifierRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The probe whose program it is.
  public let title: String
  /// Index of the instruction the verifier stopped at, when the log names one.
  public let instruction: Int?
  public let line: SourceLine?
  /// The verifier's last words.
  public let reason: String
  public let errno: Errno
  public let log: String
  /// Whether the log did not fit.
  public let isLogCut: Bool

  public var description: String {
    let place = line.map { "line \($0.line), column \($0.column): " } ?? ""
    let refusal = "\(place)the kernel refused the program of \(title): \(reason)"
    guard hasTooManyTurns else { return refusal }
    return "\(refusal.hasSuffix(".") ? String(refusal.dropLast()) : refusal)\(Self.loopAdvice)"
  }

  /// Whether the verifier gave up on a loop rather than found a fault; 5.10 tells too many branches by EFAULT.
  package var hasTooManyTurns: Bool {
    (isLogCut && (errno == .argListTooLong || errno == .badAddress)) || Self.exhaustion.contains { reason.contains($0) }
  }

  /// Kernel: kernel/bpf/verifier.c; the words before 5.3 knew no loops.
  private static let exhaustion = ["jumps is too complex", "program is too large", "infinite loop detected"]
  private static let loopAdvice =
    "; the verifier follows each way through branches and each turn of loops: split the probe, bound loops lower, or"
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
    let isReasonLost = isLogCut && !Self.exhaustion.contains { reason?.contains($0) ?? false }
    self.reason =
      isReasonLost ? "its log cannot hold all steps (\(errno))" : reason.map(String.init) ?? "\(errno)"
    line = instruction.flatMap { index in object.lines.last { $0.instruction <= index }?.line }
  }

  /// The index in "12: (85) call ...".
  private static func stepIndex(_ text: Substring) -> Int? {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix(": (") else { return nil }
    return Int(text[..<colon])
  }
}
