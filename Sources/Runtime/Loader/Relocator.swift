import Codegen

/// Fills the descriptors of loaded maps into a program's `ld_imm64` instructions, and what the kernel numbers its functions
/// by into calls of those.
struct Relocator {
  let maps: [LoadedMap]
  /// BTF ids.
  let kernelFunctions: [CalledKernelFunction: UInt32]

  /// Kernel: include/uapi/linux/bpf.h, source registers of ld_imm64 and of calls.
  private static let pseudoMapDescriptor: UInt64 = 1
  private static let pseudoMapValue: UInt64 = 2
  private static let pseudoKernelCall: UInt64 = 2

  func instructions(of object: ProgramObject) -> [UInt64] {
    var code = object.instructions
    for relocation in object.relocations {
      let first = relocation.instruction
      switch relocation.target {
      case .map(let index):
        code[first] = patched(code[first], source: Self.pseudoMapDescriptor, immediate: maps[index].fd)
      case .mapValue(let index, let offset):
        code[first] = patched(code[first], source: Self.pseudoMapValue, immediate: maps[index].fd)
        code[first + 1] = patched(code[first + 1], source: 0, immediate: Int32(truncatingIfNeeded: offset))
      case .kernelFunction(let function):
        let id = kernelFunctions[function] ?? 0
        code[first] = patched(code[first], source: Self.pseudoKernelCall, immediate: Int32(bitPattern: id))
      }
    }
    return code
  }

  /// Kernel: struct bpf_insn: 8 bits opcode, 4 destination, 4 source, 16 offset, 32 immediate.
  private func patched(_ instruction: UInt64, source: UInt64, immediate: Int32) -> UInt64 {
    instruction & 0x0000_0000_ffff_0fff | source << 12 | UInt64(UInt32(bitPattern: immediate)) << 32
  }
}
