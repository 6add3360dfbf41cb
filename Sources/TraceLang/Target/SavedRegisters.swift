/// The registers that programs on perf events, kprobes and uprobes are given, and what functions pass in them.
///
/// Kernel: struct pt_regs of arch/x86, struct user_pt_regs of arch/arm64, both include/uapi/asm/ptrace.h. The x86 psABI
/// and the AAPCS64 have the arguments; the kernel's own functions keep to them.
public struct SavedRegisters {
  /// In the order in which they lie, 8 bytes each.
  public let names: [String]
  /// Those of a function's first arguments.
  public let arguments: [String]
  /// That of what a function returns.
  public let result: String
  /// Bytes from the stack pointer, at a function's entry, to the first argument that has no register.
  public let stackArguments: Int
  private let programCounter: String

  public init(_ architecture: Machine.Architecture) {
    switch architecture {
    case .x86_64:
      names = [
        "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di", "orig_ax", "ip",
        "cs", "flags", "sp", "ss",
      ]
      arguments = ["di", "si", "dx", "cx", "r8", "r9"]
      result = "ax"
      // The return address comes first.
      stackArguments = 8
      programCounter = "ip"
    case .aarch64:
      names = (0...30).map { "r\($0)" } + ["sp", "pc", "pstate"]
      arguments = (0...7).map { "r\($0)" }
      result = "r0"
      stackArguments = 0
      programCounter = "pc"
    }
  }

  /// Bytes from the start of the registers; "pc" is there on every architecture.
  public func offset(of name: String) -> Int? {
    names.firstIndex(of: name == "pc" ? programCounter : name).map { $0 * 8 }
  }
}
