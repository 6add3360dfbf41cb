import CElfutils
import Codegen

extension UnwindRule {
  /// DWARF's numbers of the registers that frames are found by.
  struct Registers {
    let stackPointer: UInt64
    let framePointer: UInt64
    let returnAddress: UInt64
    /// Whether calls leave the return address on the stack.
    let pushesReturnAddress: Bool

    /// x86 psABI (64 bits), figure 3.36; DWARF for the Arm 64-bit Architecture, 4.1.
    static let own = {
      #if arch(arm64)
        Registers(stackPointer: 31, framePointer: 29, returnAddress: 30, pushesReturnAddress: false)
      #else
        Registers(stackPointer: 7, framePointer: 6, returnAddress: 16, pushesReturnAddress: true)
      #endif
    }()
  }

  /// A register and a distance from it.
  private struct Place {
    let register: UInt64
    let offset: Int

    init?(_ operation: Dwarf_Op) {
      switch Int(operation.atom) {
      case DW_OP_breg0...DW_OP_breg31:
        register = UInt64(Int(operation.atom) - DW_OP_breg0)
        offset = Int(bitPattern: UInt(operation.number))
      case DW_OP_bregx:
        register = operation.number
        offset = Int(bitPattern: UInt(operation.number2))
      default: return nil
      }
    }
  }

  /// Where a caller's register is.
  private enum Saved {
    case unchanged, undefined
    /// So far from the CFA.
    case atFrame(Int)
    /// Where an expression says.
    case expression([Dwarf_Op])
    case otherwise

    init(_ register: UInt64, of frame: OpaquePointer) {
      self = withUnsafeTemporaryAllocation(of: Dwarf_Op.self, capacity: 3) { memory in
        var operations: UnsafeMutablePointer<Dwarf_Op>?
        var count = 0
        guard let place = memory.baseAddress,
          dwarf_frame_register(frame, Int32(register), place, &operations, &count) == 0
        else { return .otherwise }
        guard let operations else { return .unchanged }
        if count == 0 { return .undefined }
        let isFrame = Int(operations[0].atom) == DW_OP_call_frame_cfa
        if isFrame, count == 1 { return .atFrame(0) }
        if isFrame, count == 2, Int(operations[1].atom) == DW_OP_plus_uconst {
          return .atFrame(Int(bitPattern: UInt(operations[1].number)))
        }
        // Expressions have the CFA to begin with.
        return .expression(((isFrame ? 1 : 0)..<min(count, 16)).map { operations[$0] })
      }
    }
  }

  /// The rule that libdw's view of a frame (`Dwarf_Frame *`) amounts to; nothing is known of one that is of another kind.
  init(_ frame: OpaquePointer, _ registers: Registers = .own) {
    self.init(.unknown)
    var first: UnsafeMutablePointer<Dwarf_Op>?
    var count = 0
    guard dwarf_frame_cfa(frame, &first, &count) == 0, let first, count > 0 else { return }
    let operations = (0..<min(count, 16)).map { first[$0] }
    guard takeReturnAddress(frame, registers), takeFrame(operations, registers) else { return }
    guard self.frame != .signal, self.frame != .outermost else { return }
    takeFramePointer(frame, registers)
    if bits == nil { self = UnwindRule(.unknown) }
  }

  /// Sets how the CFA is found; false where there is no such rule.
  private mutating func takeFrame(_ operations: [Dwarf_Op], _ registers: Registers) -> Bool {
    guard let place = Place(operations[0]) else { return false }
    if frame == .outermost { return true }
    let atoms = operations.map { Int($0.atom) }
    switch (place.register, operations.count) {
    case (registers.stackPointer, 1): frame = .stackPointer
    case (registers.framePointer, 1): frame = .framePointer
    case (registers.framePointer, 2) where atoms[1] == DW_OP_deref: frame = .atFramePointer
    // glibc's trampoline, by which signal handlers return: the interrupted stack pointer.
    case (registers.stackPointer, 2)
    where registers.pushesReturnAddress && atoms[1] == DW_OP_deref && place.offset == 160:
      frame = .signal
      return true
    // What linkers describe procedure linkage tables by: rsp + 8 + ((rip & 15) >= N) * 8.
    case (registers.stackPointer, 2...)
    where registers.pushesReturnAddress && place.offset == 8 && atoms.count > 5
      && Place(operations[1])?.register == registers.returnAddress && atoms[2] == DW_OP_lit15
      && atoms[3] == DW_OP_and && (DW_OP_lit0...DW_OP_lit31).contains(atoms[4]) && atoms[5] == DW_OP_ge:
      frame = .linkage
      offset = (atoms[4] - DW_OP_lit0) * 8
      return true
    default: return false
    }
    offset = place.offset
    return true
  }

  /// False where the return address is not where this can say.
  private mutating func takeReturnAddress(_ frame: OpaquePointer, _ registers: Registers) -> Bool {
    switch Saved(registers.returnAddress, of: frame) {
    case .undefined: self.frame = .outermost
    case .unchanged:
      if registers.pushesReturnAddress { return false }
      hasReturnAddress = false
    case .atFrame(let offset):
      if registers.pushesReturnAddress { return offset == -8 }
      otherOffset = offset
    // That of an interrupted function, which goes with its stack pointer.
    case .expression: return registers.pushesReturnAddress
    case .otherwise: return false
    }
    return true
  }

  private mutating func takeFramePointer(_ frame: OpaquePointer, _ registers: Registers) {
    let saved = Saved(registers.framePointer, of: frame)
    guard registers.pushesReturnAddress else {
      // It is saved below the return address.
      if case .atFrame(let offset) = saved {
        if hasReturnAddress, offset + 8 != otherOffset {
          self = UnwindRule(.unknown)
          return
        }
        (framePointer, otherOffset) = (.atFrame, offset)
      }
      return
    }
    switch saved {
    case .unchanged, .undefined: break
    case .atFrame(let offset): (framePointer, otherOffset) = (.atFrame, offset)
    case .expression(let operations):
      // A stack that was realigned: the caller's is where the frame pointer points.
      guard operations.count == 1, let place = Place(operations[0]), place.register == registers.framePointer else {
        self = UnwindRule(.unknown)
        return
      }
      (framePointer, otherOffset) = (.atFramePointer, place.offset)
    case .otherwise: self = UnwindRule(.unknown)
    }
  }
}
