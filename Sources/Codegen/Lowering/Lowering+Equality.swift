import TraceLang

// Whether values that do not fit a register are equal.
extension Lowering {
  /// Branches on whether two strings agree up to their ends or `limit` bytes.
  mutating func branchOnEqual(
    _ left: TypedExpression, _ right: TypedExpression, limit: Int, then: BlockID, otherwise: BlockID
  ) {
    if limit == 0 {
      evaluateEffects(of: [left, right])
      builder.jump(to: then)
      return
    }
    if case .string(let bytes) = right.kind {
      branchOnEqual(left, bytes, limit: limit, then: then, otherwise: otherwise)
    } else if case .string(let bytes) = left.kind {
      branchOnEqual(right, bytes, limit: limit, then: then, otherwise: otherwise)
    } else {
      let a = aligned(left)
      let b = aligned(right)
      let (sizeA, sizeB) = (size(of: left.type), size(of: right.type))
      let common = min(sizeA, sizeB, limit)
      compareWords(a, b, count: common, otherwise: otherwise)
      if sizeA != sizeB, common < limit {
        // The longer string must end where the shorter one has no more room.
        let longer = sizeA > sizeB ? a : b
        let next = builder.load(8, longer.base, longer.offset + common - 1)
        builder.branch(.eq, next, .constant(0), then: then, otherwise: otherwise)
      } else {
        builder.jump(to: then)
      }
    }
  }

  /// A zero-padded string whose memory may be loaded in whole words.
  private mutating func aligned(_ expression: TypedExpression) -> Memory {
    let memory = temporary(size: (size(of: expression.type) + 7) / 8 * 8)
    write(expression, to: memory, isPadded: true)
    return memory
  }

  private mutating func branchOnEqual(
    _ string: TypedExpression, _ bytes: [UInt8], limit: Int, then: BlockID, otherwise: BlockID
  ) {
    let capacity = size(of: string.type)
    // With the terminator, unless the limit ends the comparison before it.
    let wanted = bytes.count < limit ? bytes + [0] : Array(bytes.prefix(limit))
    if case .call(.string) = string.kind, capacity > wanted.count + 1 {
      // One byte more than is compared tells a longer string apart.
      let start = TypedExpression(string.kind, .string(capacity: wanted.count + 1), string.range)
      return branchOnEqual(start, bytes, limit: limit, then: then, otherwise: otherwise)
    }
    guard wanted.count <= capacity else {
      evaluateEffects(of: [string])
      builder.jump(to: otherwise)
      return
    }
    if string.kind == .context(.comm), let place = taskMember("comm") {
      compare(wanted, at: Memory(base: place.task, offset: place.member.offset), then: then, otherwise: otherwise)
      return
    }
    var memory = comparable(string, bytes: wanted.count)
    if alignment(memory) < 8 {
      let copy = temporary(size: capacity)
      self.copy(to: copy, from: memory, size: capacity)
      memory = copy
    }
    compare(wanted, at: memory, then: then, otherwise: otherwise)
  }

  /// Strings up to this many bytes are cleared whole where a part of one would do.
  private static let shortString = 64

  /// A string in memory whose first bytes may be loaded, those behind its end, too.
  private mutating func comparable(_ string: TypedExpression, bytes: Int) -> Memory {
    switch string.kind {
    case .variable, .map, .element, .context: return materialize(string, isPadded: false)
    case .integer, .string, .address, .member, .dereference, .index, .tuple, .convert, .negate, .complement, .not,
      .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      break
    }
    let size = (size(of: string.type) + 7) / 8 * 8
    let memory = temporary(size: size)
    let isShort = size <= Self.shortString
    // In whole words: where only a part of one is written, the verifier tells apart what was there before.
    if case .string(let text) = string.kind, isShort {
      writeLiteral(text, capacity: size, to: memory, isPadded: true)
      return memory
    }
    if !isShort { zero(memory, size: (bytes + 7) / 8 * 8) }
    write(string, to: memory, isPadded: isShort)
    return memory
  }

  /// Computes values that nobody reads for what they change.
  private mutating func evaluateEffects(of values: [TypedExpression]) {
    for value in values where value.hasEffects {
      if value.type.isScalar { _ = scalar(value) } else { _ = materialize(value, isPadded: false) }
    }
  }

  private mutating func compare(_ wanted: [UInt8], at memory: Memory, then: BlockID, otherwise: BlockID) {
    var position = 0
    while position < wanted.count {
      let width = Self.width(wanted.count - position)
      var word: UInt64 = 0
      for index in 0..<width { word |= UInt64(wanted[position + index]) << UInt64(index * 8) }
      let have = builder.load(width * 8, memory.base, memory.offset + position)
      let next = builder.makeBlock()
      builder.branch(.eq, have, .constant(Int64(bitPattern: word)), then: next, otherwise: otherwise)
      builder.continueIn(next)
      position += width
    }
    builder.jump(to: then)
  }

  /// 1 or 0: whether two values of one type are the same bytes once written with everything unused zero.
  mutating func valuesEqual(_ left: TypedExpression, _ right: TypedExpression) -> Operand {
    let a = aligned(left)
    let b = aligned(right)
    let otherwise = builder.makeBlock()
    compareWords(a, b, count: size(of: left.type), otherwise: otherwise)
    let yes = builder.arrive([.constant(1)])
    builder.continueIn(otherwise)
    let no = builder.arrive([.constant(0)])
    return builder.join([yes, no].compactMap { $0 }, extraTypes: [.integer])[0]
  }

  private mutating func compareWords(_ a: Memory, _ b: Memory, count: Int, otherwise: BlockID) {
    var position = 0
    while position < count {
      let width = Self.width(count - position)
      let left = builder.load(width * 8, a.base, a.offset + position)
      let right = builder.load(width * 8, b.base, b.offset + position)
      let next = builder.makeBlock()
      builder.branch(.eq, left, right, then: next, otherwise: otherwise)
      builder.continueIn(next)
      position += width
    }
  }

  private static func width(_ bytes: Int) -> Int { bytes >= 8 ? 8 : bytes >= 4 ? 4 : bytes >= 2 ? 2 : 1 }
}
