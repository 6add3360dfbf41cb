import TraceLang

// Stacks: the kernel writes the addresses to per-CPU memory, and the stack is kept in a hash map under a hash of them.
extension Lowering {
  /// Kernel: include/uapi/linux/bpf.h, BPF_F_USER_STACK.
  private static let userStack: Int64 = 1 << 8
  /// BPF_F_USER_BUILD_ID.
  private static let buildIDs: Int64 = 1 << 11
  /// FNV-1a's offset basis and prime for 64 bits, on words.
  private static let basis: Int64 = Int64(bitPattern: 0xcbf2_9ce4_8422_2325)
  private static let prime: Int64 = 0x100_0000_01b3

  /// Writes a stack's hash (0 when there are no frames) and its process (0 for the kernel's).
  mutating func writeStack(_ type: StackType, to memory: Memory) {
    guard let storage = plan.stacks.first(where: { $0.shape == type.shape }) else {
      impossible("the plan has no stacks of \(type.limit) frames")
      return
    }
    let value = perCPUMemory(size: type.shape.size)
    let frames = value.advanced(by: 8)
    let frameWords = type.shape.frameWords
    let buildIDs = type.mode == .buildID ? Self.buildIDs : 0
    let size: Operand =
      switch type.unwinder {
      case .kernel:
        .value(
          builder.call(
            .getStack,
            [
              .value(entry.context), address(frames), .constant(Int64(type.shape.size - 8)),
              .constant(type.isUser ? Self.userStack | buildIDs : Int64(placement.framesToSkip)),
            ]))
      case .tables: unwind(to: frames, limit: type.limit)
      }
    let some = builder.makeBlock()
    let none = builder.makeBlock()
    builder.branch(.sgt, size, .constant(0), then: some, otherwise: none)
    builder.continueIn(none)
    let empty = builder.arrive([.constant(0)])
    builder.continueIn(some)
    let words = builder.arithmetic(.lshr, size, .constant(3))
    let count = frameWords == 1 ? words : builder.arithmetic(.lshr, words, .constant(2))
    builder.emit(.store(bits: 64, base: value.base, offset: value.offset, count))
    let hash = builder.value(stackHash(frames, words, type.limit * frameWords))
    let key = builder.slot(size: 8)
    builder.emit(.store(bits: 64, base: key, offset: 0, .value(hash)))
    let kept = lookup(inMap: storage.map, .value(key))
    let new = builder.makeBlock()
    let known = builder.makeBlock()
    builder.branch(.eq, .value(kept), .constant(0), then: new, otherwise: known)
    builder.continueIn(new)
    let update = builder.call(
      .mapUpdateElement, [mapReference(storage.map), .value(key), address(value), .constant(0)])
    let lost = builder.makeBlock()
    builder.branch(.eq, .value(update), .constant(0), then: known, otherwise: lost)
    builder.continueIn(lost)
    let counter = dataAddress(storage.lost.map, storage.lost.offset)
    builder.emit(.atomicAdd(bits: 64, base: counter, offset: 0, .constant(1)))
    builder.jump(to: known)
    builder.continueIn(known)
    let full = builder.arrive([.value(hash)])
    let result = builder.join([empty, full].compactMap { $0 }, extraTypes: [.integer])[0]
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, result))
    var process = Operand.constant(0)
    if type.isUser {
      process = builder.arithmetic(.lshr, .value(builder.call(.getCurrentPIDTGID, [])), .constant(32))
      if type.mode.namesFrames { noteSighting() }
    }
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + 8, process))
  }

  /// A hash of the first `count` words, never 0.
  private mutating func stackHash(_ frames: Memory, _ count: Operand, _ limit: Int) -> Operand {
    let memory = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, .constant(Self.basis)))
    let start = builder.advance(frames.base, by: .constant(Int64(frames.offset)))
    countedLoop(to: limit) { lowering, index, end in
      lowering.branch(to: end, when: .uge, index, count)
      let hash = lowering.builder.load(64, memory.base, memory.offset)
      let word = lowering.builder.load(64, lowering.builder.advance(start, by: lowering.scaled(index, by: 8)), 0)
      let mixed = lowering.builder.arithmetic(
        .mul, lowering.builder.arithmetic(.xor, hash, word), .constant(Self.prime))
      // The high bits, which the product has mixed best, reach the low ones.
      let folded = lowering.builder.arithmetic(.xor, mixed, lowering.builder.arithmetic(.lshr, mixed, .constant(32)))
      lowering.builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, folded))
    }
    let hash = builder.load(64, memory.base, memory.offset)
    return builder.arithmetic(.or, hash, .constant(1))
  }

  mutating func stackDepth(_ stack: TypedExpression) -> Operand {
    guard case .stack(let type) = stack.type, let storage = plan.stacks.first(where: { $0.shape == type.shape }) else {
      return impossible("the plan has no such stacks")
    }
    let memory = materialize(stack, isPadded: false)
    let value = lookup(inMap: storage.map, address(memory))
    return ifFound(value, then: { $0.builder.load(64, value, 0) }, otherwise: { _ in .constant(0) })
  }
}
