// Signals to what runs.
extension Checker {
  /// `signal(s)` and `signal_thread(s)`.
  mutating func signal(_ call: BuiltinCall, isThread: Bool) -> TypedExpression {
    let syntax = call.arguments[0]
    let value: TypedExpression
    if case .string(let bytes) = syntax.kind {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let code = SignalName.number(of: text) else {
        let hint = diagnostics.advice { Suggestions.hint(for: text, among: SignalName.all, at: syntax.range) }
        error("there is no signal '\(text)'", at: syntax.range, notes: hint.notes)
        return invalid(call.range)
      }
      value = number(Int64(code), .uint32, syntax.range)
    } else {
      value = converted(integerOperand(syntax), .uint32)
      if case .integer(let code) = value.kind, !(1...64).contains(code) {
        error("a signal's number is 1 to 64, not \(code)", at: syntax.range)
      }
    }
    if value.type == .invalid { return value }
    return libraryValue(.signal(value, isThread: isThread), .void, call.range)
  }
}

/// Signals by name (Kernel: include/uapi/asm-generic/signal.h; x86 and arm64 have the same).
enum SignalName {
  /// By number, from 1 on.
  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
  ]

  static var all: [String] { names.map { "SIG\($0)" } }

  /// The number of "SIGKILL" or "KILL".
  static func number(of name: String) -> Int? {
    let short = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
    switch short {
    case "IOT": return 6
    case "POLL": return 29
    default: return names.firstIndex(of: short).map { $0 + 1 }
    }
  }
}
