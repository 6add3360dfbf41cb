/// Places objects in a function's stack frame, from the frame pointer down.
struct FrameLayout: Sendable {
  /// Bytes in use, a multiple of 8.
  private(set) var size = 0

  init(size: Int = 0) { self.size = size }

  /// The offset from r10 of the object's first byte. Every object is 8-byte aligned, so that keys can be copied and
  /// zeroed by words and no spill shares its word with anything.
  mutating func allocate(_ slot: StackSlot) -> Int {
    size += (slot.size + 7) & ~7
    return -size
  }

  /// The offset of a new 8-byte spill slot.
  mutating func allocateSpill() -> Int {
    size += 8
    return -size
  }
}
