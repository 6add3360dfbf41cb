import Glibc
import Symbolizer
import TraceLang

/// The code of an ELF file, to find where its instructions begin.
final class MachineCode {
  private enum Instructions {
    case x86(is64Bit: Bool)
    /// Of one length each.
    case words
  }

  /// Kernel: include/uapi/linux/elf-em.h.
  private enum Architecture: UInt16 {
    case i386 = 3
    case x86_64 = 62
    case aarch64 = 183
  }

  /// More code between a function's start and a place in it is not looked through.
  private static let maximumDistance: UInt64 = 4 << 20
  private static let windowSize = 64 << 10

  private let file: BinaryFile
  private let instructions: Instructions
  private var window = ELFBytes()
  private var windowStart: UInt64 = 0

  /// `nil` for what is not ELF, or whose instructions it does not know.
  init?(_ file: BinaryFile) {
    guard let elf = file.elf, let architecture = Architecture(rawValue: elf.machine) else {
      return nil
    }
    self.file = file
    switch architecture {
    case .i386: instructions = .x86(is64Bit: false)
    case .x86_64: instructions = .x86(is64Bit: true)
    case .aarch64: instructions = .words
    }
  }

  /// What lies at an offset in the file, found from the start of a function before it; `nil` where that is not code all
  /// the way.
  func place(at offset: UInt64, from start: UInt64) -> InstructionPlace? {
    switch instructions {
    case .words: return offset % 4 == 0 ? .start : .inside
    case .x86:
      guard offset >= start, offset - start <= Self.maximumDistance else { return nil }
      var place = start
      while place < offset {
        guard let instruction = instruction(at: place) else { return nil }
        place += UInt64(instruction.length)
      }
      if place > offset { return .inside }
      return instruction(at: place).map { $0.canBeProbed ? .start : .unprobed }
    }
  }

  /// Whether the kernel would probe what lies there, where it is the start of an instruction.
  func canProbe(at offset: UInt64) -> Bool {
    switch instructions {
    case .words: true
    case .x86: instruction(at: offset)?.canBeProbed ?? true
    }
  }

  private func instruction(at offset: UInt64) -> X86Instruction? {
    guard case .x86(let is64Bit) = instructions else { return nil }
    let size = UInt64(X86Instruction.maximumLength)
    let (end, overflow) = offset.addingReportingOverflow(size)
    if overflow { return nil }
    if offset < windowStart || end > windowStart + UInt64(window.count) {
      window = file.part.bytes(at: offset, atMost: Self.windowSize)
      windowStart = offset
    }
    return X86Instruction(window.bytes.dropFirst(Int(offset - windowStart)), is64Bit: is64Bit)
  }
}
