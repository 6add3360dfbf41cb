import TraceLang

// Functions of strings. A string that is searched is copied to per-CPU memory first, as the verifier of older kernels lets
// a program index that and not the stack; the kernel's copying tells its length. Loops count up to a constant.
extension Lowering {
  /// A string in per-CPU memory.
  struct Text {
    let memory: Memory
    /// Bytes before the terminator.
    let length: Operand
    /// Bytes it may have with the terminator.
    let capacity: Int
  }

  /// Copies a string to where it can be indexed; loads may go `tail` bytes beyond its capacity.
  /// - Parameter isCleared: whether all bytes behind it are zero.
  mutating func text(_ expression: TypedExpression, tail: Int = 0, isCleared: Bool = false) -> Text {
    let capacity = max(size(of: expression.type), 1)
    let place: Operand
    let space: AddressSpace
    if case .call(.string(let source, length: nil)) = expression.kind {
      (place, space) = source.type.isScalar ? (scalar(source), Self.space(source.type)) : location(source)
    } else {
      (place, space) = (address(materialize(expression, isPadded: false)), .kernel)
    }
    let room = (max(capacity + tail, Self.indexable(capacity)) + 7) / 8 * 8
    let memory = perCPUMemory(size: room)
    if isCleared { zero(memory, size: room) }
    let helper: Helper = space == .user ? .probeReadUserString : .probeReadKernelString
    let result = builder.call(helper, [address(memory), .constant(Int64(capacity)), place])
    let length = choose(
      .sgt, .value(result), .constant(0), then: { $0.builder.arithmetic(.sub, .value(result), .constant(1)) },
      otherwise: { _ in .constant(0) })
    return Text(memory: memory, length: length, capacity: capacity)
  }

  mutating func stringLength(_ expression: TypedExpression) -> Operand { text(expression).length }

  /// The address of a byte in memory that lies at `index`, which the verifier must know bounds of.
  private mutating func place(_ memory: Memory, _ index: Operand, scale: Int = 1) -> Value {
    builder.advance(builder.advance(memory.base, by: .constant(Int64(memory.offset))), by: scaled(index, by: scale))
  }

  mutating func byte(of expression: TypedExpression, at position: TypedExpression) -> Operand {
    let capacity = max(size(of: expression.type), 1)
    let room = capacity.nextPowerOfTwo
    let text = text(expression, tail: room - capacity, isCleared: true)
    let index = scalar(position)
    if case .constant(let constant) = index {
      guard (0..<Int64(capacity)).contains(constant) else { return .constant(0) }
      return builder.load(8, signed: true, text.memory.base, text.memory.offset + Int(constant))
    }
    return choose(
      .ult, index, .constant(Int64(capacity)),
      then: {
        let inside = $0.builder.arithmetic(.and, index, .constant(Int64(room - 1)))
        return $0.builder.load(8, signed: true, $0.place(text.memory, inside), 0)
      }, otherwise: { _ in .constant(0) })
  }

  /// Copies one string behind the other, which has room for all of it wherever the first one ends.
  mutating func writeConcatenation(_ first: TypedExpression, _ second: TypedExpression, to memory: Memory) {
    let capacity = max(size(of: first.type), 1)
    let room = capacity.nextPowerOfTwo
    let start = text(first, tail: room - capacity + size(of: second.type), isCleared: true)
    let end = text(second)
    let place = place(start.memory, builder.arithmetic(.and, start.length, .constant(Int64(room - 1))))
    _ = builder.call(.probeReadKernelString, [.value(place), .constant(Int64(end.capacity)), address(end.memory)])
    copy(to: memory, from: start.memory, size: start.capacity + end.capacity - 1)
  }

  /// The text that a number stands for, with zeros behind it.
  mutating func writeText(of number: TypedExpression, _ table: TextTable, to memory: Memory) {
    guard let start = plan.textTables[table] else {
      impossible("the plan has no such table")
      return
    }
    var value = scalar(number)
    if table.takesMagnitudes {
      let given = value
      value = choose(
        .slt, given, .constant(0), then: { $0.builder.arithmetic(.sub, .constant(0), given) }, otherwise: { _ in given }
      )
    }
    let index = builder.arithmetic(.sub, value, .constant(Int64(table.first)))
    let other = Operand.constant(Int64(table.texts.count - 1))
    let place = choose(.ult, index, other, then: { _ in index }, otherwise: { _ in other })
    let distance = (table.capacity + 7) / 8 * 8
    let text = builder.advance(constantAddress(start), by: scaled(place, by: distance))
    copy(to: memory, from: Memory(base: text, offset: 0), size: table.capacity)
  }

  // MARK: - Searching

  mutating func stringIndex(_ haystack: TypedExpression, _ needle: TypedExpression) -> Operand {
    if case .string(let bytes) = needle.kind { return stringIndex(haystack, bytes) }
    let text = text(haystack)
    let pattern = self.text(needle)
    return search(text, pattern)
  }

  /// -1 where a number is negative, else 0.
  private mutating func sign(_ value: Operand) -> Operand { builder.arithmetic(.ashr, value, .constant(63)) }

  private mutating func difference(_ a: Operand, _ b: Operand) -> Operand { builder.arithmetic(.sub, a, b) }

  /// By words at every place.
  private mutating func stringIndex(_ haystack: TypedExpression, _ needle: [UInt8]) -> Operand {
    let missing = Operand.constant(-1)
    let text = text(haystack, tail: 8)
    let places = text.capacity - needle.count
    guard places > 0 else { return missing }
    let last = difference(text.length, .constant(Int64(needle.count)))
    let result = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: result.base, offset: result.offset, missing))
    countedLoop(to: places) { lowering, index, end in
      let start = lowering.place(text.memory, index)
      var differing: Operand?
      var position = 0
      while position < needle.count {
        let width = min(8, needle.count - position)
        var word: UInt64 = 0
        for byte in 0..<width { word |= UInt64(needle[position + byte]) << UInt64(byte * 8) }
        var bits = lowering.builder.arithmetic(
          .xor, lowering.builder.load(64, start, position), .constant(Int64(bitPattern: word)))
        if width < 8 { bits = lowering.builder.arithmetic(.shl, bits, .constant(Int64(64 - width * 8))) }
        differing = differing.map { lowering.builder.arithmetic(.or, $0, bits) } ?? bits
        position += width
      }
      let isBeyond = lowering.sign(lowering.difference(last, index))
      let isInside = lowering.builder.arithmetic(.xor, isBeyond, .constant(-1))
      let stays = lowering.builder.arithmetic(.and, differing ?? .constant(0), isInside)
      let stopping = lowering.builder.makeBlock()
      lowering.branch(to: stopping, when: .eq, stays, .constant(0))
      let next = lowering.builder.current
      lowering.builder.continueIn(stopping)
      let place = lowering.builder.arithmetic(.or, index, isBeyond)
      lowering.builder.emit(.store(bits: 64, base: result.base, offset: result.offset, place))
      lowering.builder.jump(to: end)
      lowering.builder.continueIn(next)
    }
    return builder.load(64, result.base, result.offset)
  }

  /// Knuth, Morris and Pratt: time linear in both strings, so that a bound on the steps is small. The two positions lie in
  /// memory between steps, where the verifier forgets what it knew of them and so sees one state for each step.
  private mutating func search(_ text: Text, _ pattern: Text) -> Operand {
    // By number of bytes matched: how many of them stay matched when the next one does not match.
    let fallback = perCPUMemory(size: (mask(pattern) + 2) * 4)
    let positions = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: fallback.base, offset: fallback.offset, .constant(0)))
    builder.emit(.store(bits: 64, base: positions.base, offset: positions.offset, .constant(1)))
    countedLoop(to: 2 * pattern.capacity) { lowering, _, stop in
      let (end, matched) = lowering.positions(positions)
      let rest = lowering.difference(lowering.difference(pattern.length, end), .constant(1))
      lowering.branch(to: stop, when: .slt, rest, .constant(0))
      let step = lowering.step((pattern, end), (pattern, matched), fallback, positions)
      // What is matched here is what stays matched behind `end + 1` bytes; a retry writes a value that a later step corrects.
      let place = lowering.builder.arithmetic(.and, end, .constant(Int64(lowering.mask(pattern))))
      lowering.builder.emit(.store(bits: 32, base: lowering.place(fallback, place, scale: 4), offset: 4, step))
    }
    builder.emit(.store(bits: 64, base: positions.base, offset: positions.offset, .constant(0)))
    countedLoop(to: 2 * text.capacity + 1) { lowering, _, stop in
      let (position, matched) = lowering.positions(positions)
      let missing = lowering.difference(lowering.difference(pattern.length, matched), .constant(1))
      let rest = lowering.difference(lowering.difference(text.length, position), .constant(1))
      let stops = lowering.builder.arithmetic(.or, missing, rest)
      lowering.branch(to: stop, when: .slt, stops, .constant(0))
      _ = lowering.step((text, position), (pattern, matched), fallback, positions)
    }
    let (position, matched) = self.positions(positions)
    let isMissing = sign(difference(matched, pattern.length))
    return builder.arithmetic(.or, difference(position, matched), isMissing)
  }

  private mutating func positions(_ memory: Memory) -> (Operand, Operand) {
    (builder.load(32, memory.base, memory.offset), builder.load(32, memory.base, memory.offset + 4))
  }

  /// A mask that keeps the index of every byte before the terminator; the text's memory has room for all it lets through.
  private func mask(_ text: Text) -> Int { Self.indexable(text.capacity) - 1 }

  /// A power of two, at least the bytes before the terminator.
  private static func indexable(_ capacity: Int) -> Int { (capacity - 1).nextPowerOfTwo }

  /// Compares the bytes at two positions and moves them on: both where they agree; the second back by `fallback` where they
  /// do not, and the first on when there is no way back.
  /// - Returns: the second position.
  private mutating func step(
    _ first: (text: Text, index: Operand), _ second: (text: Text, index: Operand), _ fallback: Memory,
    _ positions: Memory
  ) -> Operand {
    let a = byte(first.text, first.index)
    let b = byte(second.text, second.index)
    let isSame = sign(difference(builder.arithmetic(.xor, a, b), .constant(1)))
    let hasMatched = sign(difference(.constant(0), second.index))
    let back = builder.load(
      32, place(fallback, builder.arithmetic(.and, second.index, .constant(Int64(mask(second.text)))), scale: 4), 0)
    let onward = builder.arithmetic(.add, second.index, .constant(1))
    let choice = builder.arithmetic(.and, builder.arithmetic(.xor, back, onward), isSame)
    let next = builder.arithmetic(.xor, back, choice)
    let isKept = builder.arithmetic(.and, builder.arithmetic(.xor, isSame, .constant(-1)), hasMatched)
    let moved = builder.arithmetic(.add, builder.arithmetic(.add, first.index, .constant(1)), isKept)
    builder.emit(.store(bits: 32, base: positions.base, offset: positions.offset, moved))
    builder.emit(.store(bits: 32, base: positions.base, offset: positions.offset + 4, next))
    return next
  }

  private mutating func byte(_ text: Text, _ index: Operand) -> Operand {
    builder.load(8, place(text.memory, builder.arithmetic(.and, index, .constant(Int64(mask(text))))), 0)
  }

  mutating func globMatch(_ expression: TypedExpression, _ states: GlobStates) -> Operand {
    guard let table = plan.globTables[states] else { return impossible("the plan has no such table") }
    let text = text(expression)
    let current = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: current.base, offset: current.offset, .constant(1)))
    countedLoop(to: text.capacity - 1) { lowering, index, end in
      lowering.branch(to: end, when: .uge, index, text.length)
      let before = lowering.builder.load(64, current.base, current.offset)
      let byte = lowering.builder.load(8, lowering.place(text.memory, index), 0)
      let table = lowering.builder.advance(lowering.constantAddress(table), by: lowering.scaled(byte, by: 8))
      let passing = lowering.builder.arithmetic(.and, before, lowering.builder.load(64, table, 0))
      let passed = lowering.builder.arithmetic(.shl, passing, .constant(1))
      let stayed = lowering.builder.arithmetic(.and, before, .constant(Int64(bitPattern: states.staying)))
      let after = lowering.builder.arithmetic(.or, passed, stayed)
      lowering.builder.emit(.store(bits: 64, base: current.base, offset: current.offset, after))
    }
    let end = builder.load(64, current.base, current.offset)
    let final = builder.arithmetic(.and, end, .constant(Int64(bitPattern: states.final)))
    return .value(builder.define(.integer, .compare(.ne, final, .constant(0))))
  }

  // MARK: - Comparing

  mutating func compareBytes(_ left: TypedExpression, _ right: TypedExpression, _ count: TypedExpression) -> Operand {
    var size = max(self.size(of: left.type), self.size(of: right.type))
    if case .integer(let constant) = count.kind { size = min(size, Int(constant)) }
    if size == 0 { return .constant(0) }
    let room = (size + 7) / 8 * 8
    let a = comparable(left, room)
    let b = comparable(right, room)
    let limit = scalar(count)
    let result = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: result.base, offset: result.offset, .constant(0)))
    countedLoop(to: room, by: 8) { lowering, index, end in
      let left = lowering.builder.load(64, lowering.place(a, index), 0)
      let right = lowering.builder.load(64, lowering.place(b, index), 0)
      let differing = lowering.builder.makeBlock()
      lowering.branch(to: differing, when: .ne, left, right)
      let next = lowering.builder.current
      lowering.builder.continueIn(differing)
      let order = lowering.order(left, right, at: index, limit)
      lowering.builder.emit(.store(bits: 64, base: result.base, offset: result.offset, order))
      lowering.builder.jump(to: end)
      lowering.builder.continueIn(next)
    }
    return builder.load(64, result.base, result.offset)
  }

  /// -1 or 1 by the first bytes in which two words differ; 0 when these lie at `limit` or behind.
  private mutating func order(_ left: Operand, _ right: Operand, at index: Operand, _ limit: Operand) -> Operand {
    let (a, b) = (
      Operand.value(builder.define(.integer, .byteSwap(bits: 64, left))),
      Operand.value(builder.define(.integer, .byteSwap(bits: 64, right)))
    )
    // The lowest bit that differs, then ones below it: one in each byte that agrees.
    let difference = builder.arithmetic(.xor, left, right)
    let lowest = builder.arithmetic(.and, difference, builder.arithmetic(.sub, .constant(0), difference))
    let below = builder.arithmetic(.sub, lowest, .constant(1))
    let whole = builder.arithmetic(.and, below, builder.arithmetic(.lshr, below, .constant(7)))
    let marks = builder.arithmetic(.and, whole, .constant(0x0101_0101_0101_0101))
    let sum = builder.arithmetic(.mul, marks, .constant(0x0101_0101_0101_0101))
    let agreeing = builder.arithmetic(.lshr, sum, .constant(56))
    let place = builder.arithmetic(.add, index, agreeing)
    // -1 where the left word is less, else 1; 0 where the place does not count.
    let less = Operand.value(builder.define(.integer, .compare(.ult, a, b)))
    let counts = Operand.value(builder.define(.integer, .compare(.ult, place, limit)))
    let order = self.difference(.constant(1), builder.arithmetic(.shl, less, .constant(1)))
    return builder.arithmetic(.mul, order, counts)
  }

  /// A value continued with zeros, in per-CPU memory.
  private mutating func comparable(_ expression: TypedExpression, _ room: Int) -> Memory {
    let size = size(of: expression.type)
    if case .string = expression.type { return text(expression, tail: max(0, room - size), isCleared: true).memory }
    let memory = perCPUMemory(size: max(room, size))
    if size % 8 != 0 || size < room { zero(memory, size: (max(room, size) + 7) / 8 * 8) }
    write(expression, to: memory, isPadded: true)
    return memory
  }
}
