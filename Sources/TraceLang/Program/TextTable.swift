/// Texts that numbers stand for, all known when a script is compiled.
public enum TextTable: Hashable, Sendable {
  /// Of error numbers, with either sign.
  case errors
  /// Of signals, as strsignal(3) has them.
  case signals
  /// The names of system calls.
  case syscalls(Machine.Architecture)
  /// Names of probes or functions, for their indices from the first one on.
  case names([String], first: Int)

  /// For dumps.
  var name: String {
    switch self {
    case .errors: "errors"
    case .signals: "signals"
    case .syscalls: "syscalls"
    case .names(let names, let first): "names \(first)..<\(first + names.count)"
    }
  }

  /// The number that the first text is for.
  public var first: Int {
    switch self {
    case .errors, .signals, .syscalls: 0
    case .names(_, let first): first
    }
  }

  /// In order of their numbers; the last one is for all other numbers.
  public var texts: [[UInt8]] {
    let texts: [String] =
      switch self {
      case .errors: Self.lines(of: ErrorTexts.all) + ["Unknown error"]
      case .signals: Self.signalTexts
      case .syscalls(let architecture): Self.names(of: SyscallTable.of(architecture))
      case .names(let names, _): names + [""]
      }
    return texts.map(\.systemBytes)
  }

  /// Bytes of the longest text with its terminator.
  public var capacity: Int { (texts.map(\.count).max() ?? 0) + 1 }

  /// Whether a number below 0 stands for what the number without its sign does.
  public var takesMagnitudes: Bool { self == .errors }

  public func text(of number: Int64) -> [UInt8] {
    let texts = texts
    let number = takesMagnitudes ? Int64(clamping: number.magnitude) : number
    let (index, overflow) = number.subtractingReportingOverflow(Int64(first))
    return texts[overflow || index < 0 ? texts.count - 1 : Int(min(index, Int64(texts.count - 1)))]
  }

  private static func lines(of text: StaticString) -> [String] {
    text.description.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func names(of table: SyscallTable) -> [String] {
    let unknown = "Unknown syscall"
    var names = [String](repeating: unknown, count: (table.entries.last?.number ?? -1) + 2)
    for entry in table.entries { names[entry.number] = entry.name }
    return names
  }

  /// C library: signal(7); those from 32 on are numbered from SIGRTMIN, of which it keeps two for itself.
  private static let signalTexts: [String] =
    ["Unknown signal 0"]
    + [
      "Hangup", "Interrupt", "Quit", "Illegal instruction", "Trace/breakpoint trap", "Aborted", "Bus error",
      "Floating point exception", "Killed", "User defined signal 1", "Segmentation fault", "User defined signal 2",
      "Broken pipe", "Alarm clock", "Terminated", "Stack fault", "Child exited", "Continued", "Stopped (signal)",
      "Stopped", "Stopped (tty input)", "Stopped (tty output)", "Urgent I/O condition", "CPU time limit exceeded",
      "File size limit exceeded", "Virtual timer expired", "Profiling timer expired", "Window changed",
      "I/O possible", "Power failure", "Bad system call", "Unknown signal 32", "Unknown signal 33",
    ] + (34...64).map { "Real-time signal \($0 - 34)" } + ["N/A"]
}

extension SymbolicType {
  /// The texts of its values, where they are few and the same in every run; probes and functions have theirs by block.
  public func texts(on machine: Machine.Architecture) -> TextTable? {
    switch self {
    case .errorName: .errors
    case .signalName: .signals
    case .syscallName: .syscalls(machine)
    case .probeName, .kernelSymbol, .userSymbol, .inet, .macAddress, .username, .timestamp, .cgroupPath: nil
    }
  }
}
