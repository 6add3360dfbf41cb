import TraceLang

// Functions of strings. A string that is searched is copied to per-CPU memory first, as the verifier of older kernels lets
// a program index that and not the stack; the kernel's copying tells its length. Loops count up to a constant.
extension Lowering {
  /// A string in per-CPU memory.
  private struct Text {
    let memory: Memory
    /// Bytes before the terminator.
    let length: Operand
    /// Bytes it may have with the terminator.
    let capacity: Int
  }

  /// Copies a string to where it can be indexed; loads may go `tail` bytes beyond its capacity.
  /// - Parameter isCleared: whether all bytes behind it are zero.
  private mutating func text(_ expression: TypedExpression, tail: Int = 0, isCleared: Bool = false) -> Text {
    let capacity = max(size(of: expression.type), 1)
    let place: Operand
    let space: AddressSpace
    if case .call(.string(let source, length: nil)) = expression.kind {
      (place, space) = source.type.isScalar ? (scalar(source), Self.space(source.type)) : location(source)
    } else {
      (place, space) = (address(materialize(expression, isPadded: false)), .kernel)
    }
    let room = (capacity + tail + 7) / 8 * 8
    let memory = perCPUMemory(size: room)
    if isCleared { zero(memory, size: room) }
    let helper: Helper = space == .user ? .probeReadUserString : .probeReadKernelString
    let result = builder.call(helper, [address(memory), .constant(Int64(capacity)), place])
    let some = builder.makeBlock()
    let none = builder.makeBlock()
    builder.branch(.sgt, .value(result), .constant(0), then: some, otherwise: none)
    builder.continueIn(some)
    let a = builder.arrive([builder.arithmetic(.sub, .value(result), .constant(1))])
    builder.continueIn(none)
    let b = builder.arrive([.constant(0)])
    let length = builder.join([a, b].compactMap { $0 }, extraTypes: [.integer])[0]
    return Text(memory: memory, length: length, capacity: capacity)
  }

  mutating func stringLength(_ expression: TypedExpression) -> Operand { text(expression).length }

  /// The address of a byte in memory that lies at `index`, which the verifier must know bounds of.
  private mutating func place(_ memory: Memory, _ index: Operand, scale: Int = 1) -> Value {
    builder.advance(builder.advance(memory.base, by: .constant(Int64(memory.offset))), by: scaled(index, by: scale))
  }

  /// Runs `body` for 0, step, 2 * step, ... below `limit` until it has left through arrivals of its own.
  /// - Returns: the arrivals `body` made, and one with `end` for when the count runs out.
  private mutating func count(
    to limit: Int, by step: Int = 1, end: [Operand],
    _ body: (inout Lowering, Operand) -> [FunctionBuilder.Arrival]
  ) -> [FunctionBuilder.Arrival] {
    let header = builder.makeBlock(parameters: [.integer])
    builder.jump(to: header, [.constant(0)])
    builder.continueIn(header)
    let index = Operand.value(builder.function[header].parameters[0])
    let inside = builder.makeBlock()
    let outside = builder.makeBlock()
    builder.branch(.ult, index, .constant(Int64(limit)), then: inside, otherwise: outside)
    builder.continueIn(outside)
    var arrivals = [builder.arrive(end)].compactMap { $0 }
    builder.continueIn(inside)
    arrivals += body(&self, index)
    builder.jump(to: header, [builder.arithmetic(.add, index, .constant(Int64(step)))])
    return arrivals
  }

  /// Leaves with a value where a condition holds and goes on where not.
  private mutating func leave(
    _ condition: Condition, _ a: Operand, _ b: Operand, with values: [Operand]
  ) -> [FunctionBuilder.Arrival] {
    let leaving = builder.makeBlock()
    let staying = builder.makeBlock()
    builder.branch(condition, a, b, then: leaving, otherwise: staying)
    builder.continueIn(leaving)
    let arrival = builder.arrive(values)
    builder.continueIn(staying)
    return [arrival].compactMap { $0 }
  }

  // MARK: - Searching

  mutating func stringIndex(_ haystack: TypedExpression, _ needle: TypedExpression) -> Operand {
    if case .string(let bytes) = needle.kind { return stringIndex(haystack, bytes) }
    let text = text(haystack)
    let pattern = self.text(needle)
    return search(text, pattern)
  }

  /// By words at every place.
  private mutating func stringIndex(_ haystack: TypedExpression, _ needle: [UInt8]) -> Operand {
    let missing = Operand.constant(-1)
    let text = text(haystack, tail: 8)
    let places = text.capacity - needle.count
    guard places > 0 else { return missing }
    let last = builder.arithmetic(.sub, text.length, .constant(Int64(needle.count)))
    let arrivals = count(to: places, end: [missing]) { lowering, index in
      var arrivals = lowering.leave(.sgt, index, last, with: [missing])
      let next = lowering.builder.makeBlock()
      let start = lowering.place(text.memory, index)
      var position = 0
      while position < needle.count {
        let width = min(8, needle.count - position)
        var word: UInt64 = 0
        for byte in 0..<width { word |= UInt64(needle[position + byte]) << UInt64(byte * 8) }
        var have = lowering.builder.load(64, start, position)
        if width < 8 {
          have = lowering.builder.arithmetic(.shl, have, .constant(Int64(64 - width * 8)))
          word <<= UInt64(64 - width * 8)
        }
        let equal = lowering.builder.makeBlock()
        lowering.builder.branch(.eq, have, .constant(Int64(bitPattern: word)), then: equal, otherwise: next)
        lowering.builder.continueIn(equal)
        position += width
      }
      if let found = lowering.builder.arrive([index]) { arrivals.append(found) }
      lowering.builder.continueIn(next)
      return arrivals
    }
    return builder.join(arrivals, extraTypes: [.integer])[0]
  }

  /// Knuth, Morris and Pratt: time linear in both strings, so that a bound on the steps is small. The two positions lie in
  /// memory between steps, where the verifier forgets what it knew of them and so sees one state for each step.
  private mutating func search(_ text: Text, _ pattern: Text) -> Operand {
    let missing = Operand.constant(-1)
    // By number of bytes matched: how many of them stay matched when the next one does not match.
    let fallback = perCPUMemory(size: (pattern.capacity + 1) * 4)
    let positions = perCPUMemory(size: 8)
    func store(_ lowering: inout Lowering, _ first: Operand, _ second: Operand) {
      lowering.builder.emit(.store(bits: 32, base: positions.base, offset: positions.offset, first))
      lowering.builder.emit(.store(bits: 32, base: positions.base, offset: positions.offset + 4, second))
    }
    func load(_ lowering: inout Lowering) -> (Operand, Operand) {
      (
        lowering.builder.load(32, positions.base, positions.offset),
        lowering.builder.load(32, positions.base, positions.offset + 4)
      )
    }
    /// Where to go on in the pattern after a mismatch behind `matched` bytes.
    func shorter(_ lowering: inout Lowering, _ matched: Operand) -> Operand {
      lowering.builder.load(32, lowering.place(fallback, matched, scale: 4), 0)
    }
    // How far each beginning of the pattern is also its own end.
    builder.emit(.store(bits: 32, base: fallback.base, offset: fallback.offset + 4, .constant(0)))
    store(&self, .constant(1), .constant(0))
    let built = count(to: 2 * pattern.capacity, end: []) { lowering, _ in
      let (end, matched) = load(&lowering)
      var arrivals = lowering.leave(.uge, end, .constant(Int64(pattern.capacity)), with: [])
      arrivals += lowering.leave(.uge, matched, .constant(Int64(pattern.capacity)), with: [])
      arrivals += lowering.leave(.uge, end, pattern.length, with: [])
      let a = lowering.builder.load(8, lowering.place(pattern.memory, end), 0)
      let b = lowering.builder.load(8, lowering.place(pattern.memory, matched), 0)
      lowering.step(a, b, matched, same: { lowering in
        let longer = lowering.builder.arithmetic(.add, matched, .constant(1))
        lowering.builder.emit(.store(bits: 32, base: lowering.place(fallback, end, scale: 4), offset: 4, longer))
        store(&lowering, lowering.builder.arithmetic(.add, end, .constant(1)), longer)
      }, retry: { lowering in
        store(&lowering, end, shorter(&lowering, matched))
      }, pass: { lowering in
        lowering.builder.emit(.store(bits: 32, base: lowering.place(fallback, end, scale: 4), offset: 4, .constant(0)))
        store(&lowering, lowering.builder.arithmetic(.add, end, .constant(1)), .constant(0))
      })
      return arrivals
    }
    builder.join(built)
    store(&self, .constant(0), .constant(0))
    let found = count(to: 2 * text.capacity + 1, end: [missing]) { lowering, _ in
      let (position, matched) = load(&lowering)
      let start = lowering.builder.arithmetic(.sub, position, matched)
      var arrivals = lowering.leave(.uge, matched, pattern.length, with: [start])
      arrivals += lowering.leave(.uge, matched, .constant(Int64(pattern.capacity)), with: [missing])
      arrivals += lowering.leave(.uge, position, text.length, with: [missing])
      arrivals += lowering.leave(.uge, position, .constant(Int64(text.capacity)), with: [missing])
      let a = lowering.builder.load(8, lowering.place(text.memory, position), 0)
      let b = lowering.builder.load(8, lowering.place(pattern.memory, matched), 0)
      lowering.step(a, b, matched, same: { lowering in
        let next = lowering.builder.arithmetic(.add, position, .constant(1))
        store(&lowering, next, lowering.builder.arithmetic(.add, matched, .constant(1)))
      }, retry: { lowering in
        store(&lowering, position, shorter(&lowering, matched))
      }, pass: { lowering in
        store(&lowering, lowering.builder.arithmetic(.add, position, .constant(1)), .constant(0))
      })
      return arrivals
    }
    return builder.join(found, extraTypes: [.integer])[0]
  }

  /// One step of the search: both bytes agree; they differ behind some that agreed; they differ at the first.
  private mutating func step(
    _ a: Operand, _ b: Operand, _ matched: Operand, same: (inout Lowering) -> Void, retry: (inout Lowering) -> Void,
    pass: (inout Lowering) -> Void
  ) {
    let equal = builder.makeBlock()
    let unequal = builder.makeBlock()
    let partial = builder.makeBlock()
    let first = builder.makeBlock()
    let after = builder.makeBlock()
    builder.branch(.eq, a, b, then: equal, otherwise: unequal)
    builder.continueIn(equal)
    same(&self)
    builder.jump(to: after)
    builder.continueIn(unequal)
    builder.branch(.ne, matched, .constant(0), then: partial, otherwise: first)
    builder.continueIn(partial)
    retry(&self)
    builder.jump(to: after)
    builder.continueIn(first)
    pass(&self)
    builder.jump(to: after)
    builder.continueIn(after)
  }

  mutating func globMatch(_ expression: TypedExpression, _ states: GlobStates) -> Operand {
    guard let table = plan.globTables[states] else { return .constant(0) }
    let text = text(expression)
    let header = builder.makeBlock(parameters: [.integer, .integer])
    builder.jump(to: header, [.constant(0), .constant(1)])
    builder.continueIn(header)
    let index = Operand.value(builder.function[header].parameters[0])
    let current = Operand.value(builder.function[header].parameters[1])
    let inside = builder.makeBlock()
    let outside = builder.makeBlock()
    builder.branch(.ult, index, .constant(Int64(text.capacity - 1)), then: inside, otherwise: outside)
    builder.continueIn(outside)
    var arrivals = [builder.arrive([current])].compactMap { $0 }
    builder.continueIn(inside)
    arrivals += leave(.uge, index, text.length, with: [current])
    arrivals += leave(.eq, current, .constant(0), with: [current])
    let byte = builder.load(8, place(text.memory, index), 0)
    let accepting = builder.load(64, builder.advance(constantAddress(table), by: scaled(byte, by: 8)), 0)
    let passed = builder.arithmetic(.shl, builder.arithmetic(.and, current, accepting), .constant(1))
    let stayed = builder.arithmetic(.and, current, .constant(Int64(bitPattern: states.staying)))
    builder.jump(
      to: header, [builder.arithmetic(.add, index, .constant(1)), builder.arithmetic(.or, passed, stayed)])
    let end = builder.join(arrivals, extraTypes: [.integer])[0]
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
    let arrivals = self.count(to: room, by: 8, end: [.constant(0)]) { lowering, index in
      let left = lowering.builder.load(64, lowering.place(a, index), 0)
      let right = lowering.builder.load(64, lowering.place(b, index), 0)
      let differing = lowering.builder.makeBlock()
      let next = lowering.builder.makeBlock()
      lowering.builder.branch(.ne, left, right, then: differing, otherwise: next)
      lowering.builder.continueIn(differing)
      let order = lowering.order(left, right, at: index, limit)
      let arrival = lowering.builder.arrive([order])
      lowering.builder.continueIn(next)
      return [arrival].compactMap { $0 }
    }
    return builder.join(arrivals, extraTypes: [.integer])[0]
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
    var arrivals = leave(.uge, place, limit, with: [.constant(0)])
    arrivals += leave(.ult, a, b, with: [.constant(-1)])
    if let arrival = builder.arrive([.constant(1)]) { arrivals.append(arrival) }
    return builder.join(arrivals, extraTypes: [.integer])[0]
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
