import TraceLang

// Stacks: the kernel writes the addresses to per-CPU memory, and the stack is kept in a hash map under a hash of them.
extension Lowering {
  /// Kernel: include/uapi/linux/bpf.h, BPF_F_USER_STACK.
  private static let userStack: Int64 = 1 << 8
  /// FNV-1a's offset basis and prime for 64 bits, on words.
  private static let basis: Int64 = Int64(bitPattern: 0xcbf2_9ce4_8422_2325)
  private static let prime: Int64 = 0x100_0000_01b3

  /// Writes a stack's hash (0 when there are no frames) and its process (0 for the kernel's).
  mutating func writeStack(_ type: StackType, to memory: Memory) {
    guard let storage = plan.stacks.first(where: { $0.limit == type.limit }) else { return }
    let value = perCPUMemory(size: StackStorage.valueSize(limit: type.limit))
    let frames = value.advanced(by: 8)
    let size = builder.call(
      .getStack,
      [
        .value(entry.context), address(frames), .constant(Int64(type.limit * 8)),
        .constant(type.isUser ? Self.userStack : 0),
      ])
    let some = builder.makeBlock()
    let none = builder.makeBlock()
    builder.branch(.sgt, .value(size), .constant(0), then: some, otherwise: none)
    builder.continueIn(none)
    let empty = builder.arrive([.constant(0)])
    builder.continueIn(some)
    let count = builder.arithmetic(.lshr, .value(size), .constant(3))
    builder.emit(.store(bits: 64, base: value.base, offset: value.offset, count))
    let hash = builder.value(stackHash(frames, count, type.limit))
    let key = builder.slot(size: 8)
    builder.emit(.store(bits: 64, base: key, offset: 0, .value(hash)))
    let kept = lookup(inMap: storage.map, .value(key))
    let new = builder.makeBlock()
    let known = builder.makeBlock()
    builder.branch(.eq, .value(kept), .constant(0), then: new, otherwise: known)
    builder.continueIn(new)
    _ = builder.call(.mapUpdateElement, [mapReference(storage.map), .value(key), address(value), .constant(0)])
    builder.jump(to: known)
    builder.continueIn(known)
    let full = builder.arrive([.value(hash)])
    let result = builder.join([empty, full].compactMap { $0 }, extraTypes: [.integer])[0]
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, result))
    var process = Operand.constant(0)
    if type.isUser {
      process = builder.arithmetic(.lshr, .value(builder.call(.getCurrentPIDTGID, [])), .constant(32))
    }
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + 8, process))
  }

  /// A hash of the first `count` words, never 0.
  private mutating func stackHash(_ frames: Memory, _ count: Operand, _ limit: Int) -> Operand {
    let header = builder.makeBlock(parameters: [.integer, .integer])
    builder.jump(to: header, [.constant(0), .constant(Self.basis)])
    builder.continueIn(header)
    let index = Operand.value(builder.function[header].parameters[0])
    let hash = Operand.value(builder.function[header].parameters[1])
    let inside = builder.makeBlock()
    let next = builder.makeBlock()
    let outside = builder.makeBlock()
    builder.branch(.ult, index, .constant(Int64(limit)), then: inside, otherwise: outside)
    builder.continueIn(inside)
    builder.branch(.ult, index, count, then: next, otherwise: outside)
    builder.continueIn(next)
    let start = builder.advance(frames.base, by: .constant(Int64(frames.offset)))
    let word = builder.load(64, builder.advance(start, by: scaled(index, by: 8)), 0)
    let mixed = builder.arithmetic(.mul, builder.arithmetic(.xor, hash, word), .constant(Self.prime))
    // The high bits, which the product has mixed best, reach the low ones.
    let folded = builder.arithmetic(.xor, mixed, builder.arithmetic(.lshr, mixed, .constant(32)))
    builder.jump(to: header, [builder.arithmetic(.add, index, .constant(1)), folded])
    builder.continueIn(outside)
    return builder.arithmetic(.or, hash, .constant(1))
  }

  mutating func stackDepth(_ stack: TypedExpression) -> Operand {
    guard case .stack(let type) = stack.type, let storage = plan.stacks.first(where: { $0.limit == type.limit }) else {
      return .constant(0)
    }
    let memory = materialize(stack, isPadded: false)
    let value = lookup(inMap: storage.map, address(memory))
    let found = builder.makeBlock()
    let missing = builder.makeBlock()
    builder.branch(.ne, .value(value), .constant(0), then: found, otherwise: missing)
    builder.continueIn(found)
    let a = builder.arrive([builder.load(64, value, 0)])
    builder.continueIn(missing)
    let b = builder.arrive([.constant(0)])
    return builder.join([a, b].compactMap { $0 }, extraTypes: [.integer])[0]
  }
}
