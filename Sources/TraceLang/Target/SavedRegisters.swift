/// The registers that programs on perf events, kprobes and uprobes are given, and what functions pass in them.
///
/// Kernel: struct pt_regs or user_pt_regs of the architecture's include/uapi/asm/ptrace.h. Its procedure call standard has
/// the arguments; the kernel's own functions keep to it.
public struct SavedRegisters: Sendable {
  /// In the order in which they lie, 8 bytes each.
  public let names: [String]
  /// Those of a function's first arguments.
  public let arguments: [String]
  /// That of what a function returns.
  public let result: String
  /// Bytes from the stack pointer, at a function's entry, to the first argument that has no register.
  public let stackArguments: Int
  let programCounter: String

  /// Bytes from the start of the registers; "pc" is there on every architecture.
  public func offset(of name: String) -> Int? {
    names.firstIndex(of: name == "pc" ? programCounter : name).map { $0 * 8 }
  }
}
