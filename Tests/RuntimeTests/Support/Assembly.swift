import Codegen

/// BPF instructions as words (Kernel: struct bpf_insn), for programs written by hand.
enum Assembly {
  static func word(_ opcode: UInt8, dst: UInt8 = 0, src: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0) -> UInt64 {
    UInt64(opcode) | UInt64(dst) << 8 | UInt64(src) << 12 | UInt64(UInt16(bitPattern: offset)) << 16
      | UInt64(UInt32(bitPattern: immediate)) << 32
  }

  static func move(_ dst: UInt8, _ immediate: Int32) -> UInt64 { word(0xb7, dst: dst, immediate: immediate) }
  static func move(_ dst: UInt8, from src: UInt8) -> UInt64 { word(0xbf, dst: dst, src: src) }
  static func call(_ helper: Int32) -> UInt64 { word(0x85, immediate: helper) }
  static let exit = word(0x95)
  /// The two halves of ld_imm64, for a relocation.
  static func address(_ dst: UInt8) -> [UInt64] { [word(0x18, dst: dst), 0] }
  /// `*(u64 *)(dst + offset) = immediate`
  static func store(_ dst: UInt8, _ offset: Int16, _ immediate: Int32) -> UInt64 {
    word(0x7a, dst: dst, offset: offset, immediate: immediate)
  }
  /// `dst = *(u64 *)(src + offset)`
  static func load(_ dst: UInt8, _ src: UInt8, _ offset: Int16) -> UInt64 {
    word(0x79, dst: dst, src: src, offset: offset)
  }
  static func jumpIfNotEqual(_ dst: UInt8, _ immediate: Int32, skip: Int16) -> UInt64 {
    word(0x55, dst: dst, offset: skip, immediate: immediate)
  }
  static func jumpIfEqual(_ dst: UInt8, _ immediate: Int32, skip: Int16) -> UInt64 {
    word(0x15, dst: dst, offset: skip, immediate: immediate)
  }
  static func jump(skip: Int16) -> UInt64 { word(0x05, offset: skip) }
  static func shiftRight(_ dst: UInt8, _ bits: Int32) -> UInt64 { word(0x77, dst: dst, immediate: bits) }
  /// `lock *(u64 *)(dst + offset) += src`
  static func atomicAdd(_ dst: UInt8, _ offset: Int16, _ src: UInt8) -> UInt64 {
    word(0xdb, dst: dst, src: src, offset: offset)
  }
}

/// A program made step by step, its relocations kept.
struct HandProgram {
  private(set) var code: [UInt64] = []
  private(set) var relocations: [ProgramObject.Relocation] = []

  static func + (program: HandProgram, words: [UInt64]) -> HandProgram {
    var result = program
    result.code += words
    return result
  }

  func address(_ register: UInt8, _ target: ProgramObject.Relocation.Target) -> HandProgram {
    var result = self
    result.relocations.append(.init(instruction: code.count, target: target))
    result.code += Assembly.address(register)
    return result
  }

  /// Sends a record of an action's index and 64-bit numbers; drops it when the buffer is full.
  func emitting(action: Int32, numbers: [Int32], ring: Int) -> HandProgram {
    address(1, .map(ring)) + [
      Assembly.move(2, Int32(8 + numbers.count * 8)), Assembly.move(3, 0), Assembly.call(131),
      Assembly.jumpIfEqual(0, 0, skip: Int16(4 + numbers.count)), Assembly.store(0, 0, action),
    ] + numbers.enumerated().map { Assembly.store(0, Int16(8 + $0.offset * 8), $0.element) } + [
      Assembly.move(1, from: 0), Assembly.move(2, 0), Assembly.call(132),
    ]
  }

  /// As `emitting`, and counts what did not fit.
  func emitting(action: Int32, number: Int32, ring: Int, lost map: Int, offset: Int) -> HandProgram {
    let reserved =
      address(1, .map(ring)) + [
        Assembly.move(2, 16), Assembly.move(3, 0), Assembly.call(131), Assembly.jumpIfNotEqual(0, 0, skip: 5),
      ]
    return reserved.counting(map: map, offset: offset) + [
      Assembly.jump(skip: 5), Assembly.store(0, 0, action), Assembly.store(0, 8, number), Assembly.move(1, from: 0),
      Assembly.move(2, 0), Assembly.call(132),
    ]
  }

  /// Ends the program unless the current process is `pid` and the system call `number` is being entered (register 6
  /// holds the context).
  static func onSystemCall(_ number: Int32, of pid: Int32) -> HandProgram {
    HandProgram() + [
      Assembly.move(6, from: 1), Assembly.call(14), Assembly.shiftRight(0, 32),
      Assembly.jumpIfEqual(0, pid, skip: 2), Assembly.move(0, 0), Assembly.exit,
      Assembly.load(1, 6, 8), Assembly.jumpIfEqual(1, number, skip: 2), Assembly.move(0, 0), Assembly.exit,
    ]
  }

  /// Ends the program unless the current process is `pid`.
  static func inProcess(_ pid: Int32) -> HandProgram {
    HandProgram() + [
      Assembly.call(14), Assembly.shiftRight(0, 32), Assembly.jumpIfEqual(0, pid, skip: 2), Assembly.move(0, 0),
      Assembly.exit,
    ]
  }

  func counting(map: Int, offset: Int) -> HandProgram {
    address(1, .mapValue(map, offset: offset)) + [Assembly.move(2, 1), Assembly.atomicAdd(1, 0, 2)]
  }

  func spec(_ name: String, _ load: Load = .rawTracepoint) -> ProgramSpec {
    let code = code + [Assembly.move(0, 0), Assembly.exit]
    let object = ProgramObject(
      instructions: code, relocations: relocations,
      lines: [.init(instruction: 0, line: SourceLine(source: 0, line: 1, column: 1))], functions: [])
    return ProgramSpec(name: name, load: load, object: object, title: name)
  }
}

extension MapSpec {
  static func ring(size: Int = 1 << 16) -> MapSpec {
    MapSpec(name: "events", kind: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: size)
  }

  static func data(size: Int = 4096) -> MapSpec {
    MapSpec(name: "data", kind: .array, keySize: 4, valueSize: size, maxEntries: 1, flags: .mappable)
  }
}
