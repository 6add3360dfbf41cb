/// What the compiler must know of the machine a program will run on.
///
/// Every answer is a fact that `RecordedTarget` can keep in a file; asking is the only way the compiler learns of a
/// machine. Callers ask through the methods that each topic adds (`Questions/`). Answers are cached by the
/// implementation, so asking twice is cheap.
public protocol Target: AnyObject {
  var machine: Machine { get }

  /// The answer to a question, in the shape of `Question.nothing`.
  /// - Throws: when the machine cannot be asked; the message says what the user can do.
  func answer(_ question: Question) throws(TargetError) -> Answer
}

extension Target {
  /// The number of the syscall that `sys_enter_NAME` stands for on this machine; `nil` when not known.
  ///
  /// No question: the architecture tells it.
  public func syscallNumber(_ name: String) -> Int? {
    SyscallTable.of(machine.architecture).number(ofTracepoint: name)
  }
}

/// A machine did not give what was asked; the message says what the user can do.
public struct TargetError: Error, Hashable, Sendable {
  public let message: String

  public init(_ message: String) { self.message = message }
}

extension TargetError {
  /// An answer is not of its question's shape.
  static func misfit(_ question: Question) -> TargetError {
    TargetError("the target's answer to this is of another kind: \(question.description)")
  }
}
