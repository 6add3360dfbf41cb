import CElfutils
import Codegen

extension UnwindRule {
  /// DWARF's numbers of the registers that frames are found by.
  struct Registers {
    let stackPointer: Int32
    let framePointer: Int32
    let returnAddress: Int32
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

  /// The rule that what libdw knows of a frame amounts to; nothing is known of one that is of another kind.
  init(_ known: swtrace_frame, _ registers: Registers = .own) {
    self.init(.unknown)
    let isWhole =
      takeReturnAddress(known.return_address, registers) && takeFrame(known.cfa, registers)
      && (frame == .signal || frame == .outermost || takeFramePointer(known.frame_pointer, registers))
    if !isWhole || bits == nil { self = UnwindRule(.unknown) }
  }

  /// glibc's trampoline, by which signal handlers return, has the interrupted stack pointer there (struct ucontext).
  private static let interruptedStackPointer: Int64 = 160

  /// Sets how the CFA is found; false where there is no such rule.
  private mutating func takeFrame(_ location: swtrace_location, _ registers: Registers) -> Bool {
    if frame == .outermost { return true }
    let isStack = location.reg == registers.stackPointer
    guard isStack || location.reg == registers.framePointer else { return false }
    offset = Int(location.offset)
    switch (location.kind, isStack) {
    case (SWTRACE_LOCATION_DISTANCE, true): frame = .stackPointer
    case (SWTRACE_LOCATION_DISTANCE, false): frame = .framePointer
    case (SWTRACE_LOCATION_READ, false): frame = .atFramePointer
    case (SWTRACE_LOCATION_READ, true)
    where registers.pushesReturnAddress && location.offset == Self.interruptedStackPointer:
      frame = .signal
    case (SWTRACE_LOCATION_LINKAGE, true) where registers.pushesReturnAddress:
      frame = .linkage
      offset = Int(location.offset) * 8
    default: return false
    }
    return true
  }

  /// False where the return address is not where this can say.
  private mutating func takeReturnAddress(_ location: swtrace_location, _ registers: Registers) -> Bool {
    switch location.kind {
    case SWTRACE_LOCATION_UNDEFINED: frame = .outermost
    case SWTRACE_LOCATION_UNCHANGED:
      if registers.pushesReturnAddress { return false }
      hasReturnAddress = false
    case SWTRACE_LOCATION_AT_FRAME:
      if registers.pushesReturnAddress { return location.offset == -8 }
      otherOffset = Int(location.offset)
    // That of an interrupted function, which goes with its stack pointer.
    case SWTRACE_LOCATION_DISTANCE: return registers.pushesReturnAddress
    default: return false
    }
    return true
  }

  /// False where the caller's frame pointer is not where this can say.
  private mutating func takeFramePointer(_ location: swtrace_location, _ registers: Registers) -> Bool {
    switch location.kind {
    case SWTRACE_LOCATION_UNCHANGED, SWTRACE_LOCATION_UNDEFINED: break
    case SWTRACE_LOCATION_AT_FRAME:
      // Where calls do not push the return address, it is saved below that.
      if !registers.pushesReturnAddress, hasReturnAddress, Int(location.offset) + 8 != otherOffset { return false }
      (framePointer, otherOffset) = (.atFrame, Int(location.offset))
    // A stack that was realigned: the caller's is where the frame pointer points.
    case SWTRACE_LOCATION_DISTANCE where registers.pushesReturnAddress && location.reg == registers.framePointer:
      (framePointer, otherOffset) = (.atFramePointer, Int(location.offset))
    default: return false
    }
    return true
  }
}
