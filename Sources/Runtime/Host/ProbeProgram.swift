import CLibBPF
import Glibc
import TraceLang

/// A program loaded to see whether the kernel takes it; closed when it goes out of use.
final class ProbeProgram {
  /// One instruction in the kernel's encoding (Kernel: Documentation/bpf/standardization/instruction-set.rst).
  struct Instruction {
    let opcode: UInt8
    let destination: UInt8
    let source: UInt8
    let offset: Int16
    let immediate: Int32

    static let exit = Instruction(opcode: 0x95, destination: 0, source: 0, offset: 0, immediate: 0)

    static func moveImmediate(_ register: UInt8, _ value: Int32) -> Instruction {
      Instruction(opcode: 0xb7, destination: register, source: 0, offset: 0, immediate: value)
    }

    static func moveSignExtending8(_ destination: UInt8, _ source: UInt8) -> Instruction {
      Instruction(opcode: 0xbf, destination: destination, source: source, offset: 8, immediate: 0)
    }

    static func call(_ helper: Int32) -> Instruction {
      Instruction(opcode: 0x85, destination: 0, source: 0, offset: 0, immediate: helper)
    }

    /// BPF_PSEUDO_KFUNC_CALL of a function of the kernel's own BTF.
    static func callFunction(_ type: UInt32) -> Instruction {
      Instruction(opcode: 0x85, destination: 0, source: 2, offset: 0, immediate: Int32(bitPattern: type))
    }

    /// The first half of the wide load of a map's address (BPF_PSEUDO_MAP_FD).
    static func loadMap(_ register: UInt8, _ map: Int32) -> Instruction {
      Instruction(opcode: 0x18, destination: register, source: 1, offset: 0, immediate: map)
    }

    static func immediateHigh(_ value: Int32) -> Instruction {
      Instruction(opcode: 0, destination: 0, source: 0, offset: 0, immediate: value)
    }

    /// The eight bytes as a little-endian number.
    var word: UInt64 {
      UInt64(opcode) | UInt64(destination | source << 4) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
        | UInt64(UInt32(bitPattern: immediate)) << 32
    }
  }

  /// Negative when the kernel refused: -errno.
  let descriptor: Int32
  /// What the verifier said, up to a NUL.
  private let log: [CChar]

  /// - Parameter logs: whether the verifier is to tell what it does, for which it refuses a program that it tells more of
  ///   than the log holds.
  init(
    _ type: ProgramType, _ instructions: [Instruction], attachType: UInt32 = 0, attachBTF: UInt32 = 0, logs: Bool = true
  ) {
    var words = instructions.map(\.word.littleEndian)
    var text = [CChar](repeating: 0, count: 4096)
    let count = words.count
    descriptor = text.withUnsafeMutableBufferPointer { text in
      words.withUnsafeMutableBytes { words in
        var options = bpf_prog_load_opts()
        options.sz = MemoryLayout<bpf_prog_load_opts>.size
        options.expected_attach_type = bpf_attach_type(attachType)
        options.attach_btf_id = attachBTF
        if logs {
          options.log_level = 1
          options.log_buf = text.baseAddress
          options.log_size = UInt32(text.count)
        }
        return bpf_prog_load(
          bpf_prog_type(type.number), nil, "GPL", words.baseAddress?.assumingMemoryBound(to: bpf_insn.self), count,
          &options)
      }
    }
    log = text
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
  }

  /// Whether the verifier lets a program of a type call a function; it complains of arguments only where it does.
  static func canCall(_ function: UInt32, from type: ProgramType) -> Bool {
    let program = ProbeProgram(type, [.callFunction(function), .moveImmediate(0, 0), .exit])
    if program.isLoaded { return true }
    let refusals = ["is not allowed", "is not supported", "not a kernel function", "cannot find"]
    return program.hasLog && !refusals.contains { program.says($0) }
  }

  var isLoaded: Bool { descriptor >= 0 }

  /// Whether the verifier said anything.
  var hasLog: Bool { log.first != 0 }

  func says(_ words: String) -> Bool { strstr(log, words) != nil }
}
