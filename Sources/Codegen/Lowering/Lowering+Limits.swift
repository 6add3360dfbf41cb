import TraceLang

// What a program may become, so that what is too much is refused where it is written and before it is built.
extension Lowering {
  struct Limits {
    /// Instructions of IR that the program may have.
    var size: Int
    /// Whether other programs of the script have taken of them.
    var isShared: Bool
    /// The most that a program may have: the kernel walks through a million instructions, on all ways together.
    static let program = 65_536
    /// The most that all programs of a script may have.
    static let script = 131_072
    /// Above this, code that branches less is better than code that is faster: the verifier keeps what it knows at each
    /// branch until it has followed both ways to the program's end.
    static let fast = 16_384
    /// Functions of a program, itself among them (Kernel: BPF_MAX_SUBPROGS in include/linux/bpf_verifier.h).
    static let functions = 256
    /// Functions that may call one another (Kernel: MAX_CALL_FRAMES in include/linux/bpf_verifier.h).
    static let calls = 8
  }

  /// Whether more may be lowered.
  var hasRoom: Bool { failure == nil }

  /// Refuses the program for what a stage before this should have refused.
  /// - Returns: what stands for a value until the lowering ends.
  @discardableResult
  mutating func impossible(_ reason: String, file: String = #fileID, line: Int = #line) -> Operand {
    failure = failure ?? CompileError(InternalError(reason, file: file, line: line), range: expressionRange)
    return .constant(0)
  }

  var isLarge: Bool { builder.size + otherSize > Limits.fast }

  /// Notes that the program is too large once it is.
  mutating func checkSize(at range: SourceRange) {
    guard failure == nil, builder.size + otherSize > limits.size else { return }
    failure = CompileError(
      message: limits.isShared
        ? "the script is too large: its probes become more than \(Limits.script) instructions up to here"
        : "the probe is too large: it becomes more than \(limits.size) instructions up to here", range: range)
  }

  /// Notes that there are more loops than the kernel allows, before another one becomes a function.
  /// - Parameter depth: loops around the new one that are functions, too.
  mutating func checkFunctions(at range: SourceRange, depth: Int) {
    guard failure == nil else { return }
    if functions.count + 2 > Limits.functions {
      failure = CompileError(
        message:
          "the probe has too many loops: the kernel allows a program \(Limits.functions - 1) that it does not unroll",
        range: range)
    } else if depth + 2 > Limits.calls {
      failure = CompileError(
        message: "loops are nested too deeply: the kernel allows \(Limits.calls - 1) in one another", range: range)
    }
  }
}
