import TraceLang

/// What the back end may use and should do.
public struct BackendOptions: Hashable, Sendable {
  /// BPF ISA v4: signed division, sign-extending loads and moves, long jumps (kernel 6.6 and newer).
  public var isV4: Bool
  /// Runs the IR passes; without them the code is correct and slow.
  public var isOptimizing: Bool
  /// Checks the IR before and after the passes; an error in it is a `BackendError.malformed`.
  public var isVerifying: Bool
  /// Bytes of stack that the program and what it calls may use together (Kernel: MAX_BPF_STACK).
  public var stackLimit: Int

  public init(isV4: Bool = false, isOptimizing: Bool = true, isVerifying: Bool = false, stackLimit: Int = 512) {
    self.isV4 = isV4
    self.isOptimizing = isOptimizing
    self.isVerifying = isVerifying
    self.stackLimit = stackLimit
  }
}

/// Why a module cannot become a program.
public enum BackendError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The function, or the chain of calls through it, needs this many bytes of stack.
  case stackTooLarge(function: String, bytes: Int, limit: Int)
  /// A jump is longer than its offset field can say.
  case functionTooLarge(function: String)
  /// The IR breaks a rule: the compiler is wrong, not the script.
  case malformed(InternalError)

  static func malformed(
    function: String, reason: String, file: String = #fileID, line: Int = #line
  ) -> BackendError {
    .malformed(InternalError("the code of \(function) is malformed: \(reason)", file: file, line: line))
  }

  public var description: String {
    switch self {
    case .stackTooLarge(let function, let bytes, let limit):
      "\(function) needs \(bytes) bytes of stack, and the kernel allows \(limit): use fewer or smaller strings at a time"
    case .functionTooLarge(let function):
      "\(function) is too large: a jump in it does not fit 16 bits"
    case .malformed(let error): error.description
    }
  }
}
