import TraceLang

// Values that do not fit a register: strings, buffers, tuples and what prints as text.
extension Lowering {
  /// The value in memory that can be loaded from directly; scalars are stored to a temporary.
  ///
  /// With `isPadded`, the bytes behind a string's end are zero.
  mutating func materialize(_ expression: TypedExpression, isPadded: Bool) -> Memory {
    if case .variable(let variable) = expression.kind {
      if let memory = variableMemory[variable] { return memory }
      if let pair = pairs[variable] { return pairMemory(pair, expression.type) }
    }
    if !expression.type.isScalar {
      if case .map(let map, let key) = expression.kind { return mapMemory(map, key) }
      if case .element(let base, let index) = expression.kind { return elementMemory(base, index) }
    }
    let memory = temporary(size: max(size(of: expression.type), 8))
    write(expression, to: memory, isPadded: isPadded)
    return memory
  }

  /// A map entry as a tuple of its own.
  private mutating func pairMemory(_ pair: EntryPair, _ type: Type) -> Memory {
    guard case .tuple(let elements) = type, elements.count == 2 else {
      impossible("a map's entry as \(type.description)")
      return pair.key
    }
    let layout = layout(of: elements)
    let memory = temporary(size: max(layout.size, 8))
    copy(to: memory, from: pair.key, size: size(of: elements[0].type))
    let value = memory.advanced(by: layout.offsets[1])
    if let result = readAggregation(pair) {
      builder.emit(.store(bits: 64, base: value.base, offset: value.offset, result))
    } else {
      copy(to: value, from: pair.value, size: size(of: elements[1].type))
    }
    return memory
  }

  /// Writes a value of its type's size to memory.
  mutating func write(_ expression: TypedExpression, to memory: Memory, isPadded: Bool) {
    setLine(expression.range)
    if expression.type.isScalar {
      let value = scalar(expression)
      builder.emit(.store(bits: size(of: expression.type) * 8, base: memory.base, offset: memory.offset, value))
      return
    }
    let size = size(of: expression.type)
    switch expression.kind {
    case .string(let bytes): writeLiteral(bytes, capacity: size, to: memory, isPadded: isPadded)
    case .context(.comm):
      // Some kernels, 6.1 among them, leave what lies behind the name's end as it was.
      if isPadded { zero(memory, size: size) }
      _ = builder.call(.getCurrentComm, [address(memory), .constant(Int64(min(size, 16)))])
    case .tuple(let parts): writeTuple(parts, expression.type, to: memory, isPadded: isPadded)
    case .convert(let operand): writeConverted(operand, expression.type, to: memory, isPadded: isPadded)
    case .ternary(let condition, let then, let otherwise):
      let first = builder.makeBlock()
      let second = builder.makeBlock()
      branch(on: condition, then: first, otherwise: second)
      run(
        { $0.write(then, to: memory, isPadded: isPadded) }, in: first,
        or: { $0.write(otherwise, to: memory, isPadded: isPadded) }, in: second)
    case .call(let function): write(function, expression.type, to: memory, isPadded: isPadded, at: expression.range)
    case .block(let statements, let value):
      self.statements(statements)
      write(value, to: memory, isPadded: isPadded)
    case .variable, .map, .element:
      copy(to: memory, from: materialize(expression, isPadded: isPadded), size: size)
    case .integer(0):
      zero(memory, size: size)
    case .member(let base, let member) where base.kind == .context(.arguments) && entry.syscall == nil:
      writeField(member, expression.type, to: memory)
    case .member, .dereference, .index:
      let (place, space) = location(expression)
      if isPadded, case .string = expression.type {
        return readCharacters(place, space, size, to: memory, expression.range)
      }
      let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
      _ = guardedCall(helper, [address(memory), .constant(Int64(size)), place], at: expression.range)
    case .integer, .context, .address, .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or,
      .step:
      impossible("a number as \(expression.type.description)")
    }
  }

  /// Reads an array of characters whose bytes behind the terminator, if there is one, are to be zero.
  private mutating func readCharacters(
    _ place: Operand, _ space: AddressSpace, _ size: Int, to memory: Memory, _ range: SourceRange
  ) {
    zero(memory, size: size)
    let (whole, one): (Helper, Helper) =
      space == .user ? (.probeReadUserString, .probeReadUser) : (.probeReadKernelString, .probeReadKernel)
    let length = guardedCall(whole, [address(memory), .constant(Int64(size)), place], at: range)
    // A full array has no terminator, and the helper put one in the place of its last character.
    when(.eq, .value(length), .constant(Int64(size))) {
      let last = $0.builder.arithmetic(.add, place, .constant(Int64(size - 1)))
      _ = $0.builder.call(one, [$0.address(memory.advanced(by: size - 1)), .constant(1), last])
    }
  }

  private mutating func writeLiteral(_ bytes: [UInt8], capacity: Int, to memory: Memory, isPadded: Bool) {
    let kept = bytes.prefix(max(capacity - 1, 0))
    let needed = isPadded ? capacity : kept.count + 1
    var position = 0
    while position < needed {
      if position > kept.count, needed - position >= 8 {
        zero(memory.advanced(by: position), size: needed - position)
        return
      }
      let alignment = min(alignment(memory.advanced(by: position)), 8)
      var width = 8
      while width > alignment || (width > needed - position && width > 1) { width /= 2 }
      var word: UInt64 = 0
      for index in 0..<width where position + index < kept.count {
        word |= UInt64(kept[kept.startIndex + position + index]) << UInt64(index * 8)
      }
      builder.emit(
        .store(bits: width * 8, base: memory.base, offset: memory.offset + position, .constant(Int64(bitPattern: word)))
      )
      position += width
    }
  }

  mutating func writeTuple(_ parts: [TypedExpression], _ type: Type, to memory: Memory, isPadded: Bool) {
    guard case .tuple(let elements) = type else {
      impossible("a tuple as \(type.description)")
      return
    }
    let layout = layout(of: elements)
    let used = parts.reduce(0) { $0 + size(of: $1.type) }
    // Gaps between elements would make equal keys differ.
    if used != layout.size { zero(memory, size: layout.size) }
    for (part, offset) in zip(parts, layout.offsets) {
      write(part, to: memory.advanced(by: offset), isPadded: isPadded)
    }
  }

  /// Strings change their capacity; tuples their elements.
  private mutating func writeConverted(
    _ operand: TypedExpression, _ type: Type, to memory: Memory, isPadded: Bool
  ) {
    if case .string(let from) = operand.type, case .string(let to) = type {
      if to > from, isPadded { zero(memory, size: to) }
      if to >= from {
        write(operand, to: memory, isPadded: isPadded)
      } else {
        // It is copied whole, with what is behind its end.
        let source = materialize(operand, isPadded: true)
        copy(to: memory, from: source, size: to)
        builder.emit(.store(bits: 8, base: memory.base, offset: memory.offset + to - 1, .constant(0)))
      }
    } else if case .array = type, operand.type.isScalar {
      let value = scalar(operand)
      builder.emit(.store(bits: size(of: type) * 8, base: memory.base, offset: memory.offset, value))
    } else if case .buffer = operand.type, case .buffer = type {
      zero(memory, size: size(of: type))
      write(operand, to: memory, isPadded: isPadded)
    } else if case .tuple(let from) = operand.type, case .tuple(let to) = type {
      let source = materialize(operand, isPadded: true)
      zero(memory, size: size(of: type))
      copyElements(from, source, to, memory)
    } else {
      copy(to: memory, from: materialize(operand, isPadded: isPadded), size: size(of: type))
    }
  }

  private mutating func copyElements(
    _ from: [TupleElement], _ source: Memory, _ to: [TupleElement], _ destination: Memory
  ) {
    let sourceLayout = layout(of: from)
    let layout = layout(of: to)
    for index in to.indices {
      copyElement(
        from[index].type, source.advanced(by: sourceLayout.offsets[index]), to[index].type,
        destination.advanced(by: layout.offsets[index]))
    }
  }

  private mutating func copyElement(_ from: Type, _ source: Memory, _ to: Type, _ destination: Memory) {
    if case .tuple(let from) = from, case .tuple(let to) = to {
      copyElements(from, source, to, destination)
    } else if let a = from.integer, let b = to.integer, a != b {
      let value = builder.load(a.bits, signed: a.isSigned, source.base, source.offset)
      builder.emit(.store(bits: b.bits, base: destination.base, offset: destination.offset, value))
    } else {
      copy(to: destination, from: source, size: min(size(of: from), size(of: to)))
    }
  }

  /// An array or string inside a tracepoint's record.
  private mutating func writeField(_ member: RecordLayout.Member, _ type: Type, to memory: Memory) {
    let size = size(of: type)
    let source = Memory(base: entry.context, offset: member.offset)
    if alignment(source) == 8, size <= 64, size % 8 == 0 {
      copy(to: memory, from: source, size: size)
    } else {
      _ = builder.call(.probeReadKernel, [address(memory), .constant(Int64(size)), address(source)])
    }
  }

  private mutating func write(
    _ function: ValueFunction, _ type: Type, to memory: Memory, isPadded: Bool, at range: SourceRange
  ) {
    switch function {
    case .string(let source, let length):
      let capacity = size(of: type)
      let (place, space) = source.type.isScalar ? (scalar(source), Self.space(source.type)) : location(source)
      let limit = length.map { bounded($0, capacity) } ?? .constant(Int64(capacity))
      if isPadded || length != nil { zero(memory, size: capacity) }
      let helper: Helper = space == .user ? .probeReadUserString : .probeReadKernelString
      let result = guardedCall(helper, [address(memory), limit, place], at: range)
      if !isPadded, length == nil {
        // A read that fails leaves the memory as it was.
        when(.sle, .value(result), .constant(0)) {
          $0.builder.emit(.store(bits: 8, base: memory.base, offset: memory.offset, .constant(0)))
        }
      }
    case .buffer(let source, let length):
      let capacity = size(of: type) - 4
      let (place, space) = source.type.isScalar ? (scalar(source), Self.space(source.type)) : heldBytes(source)
      let count = length.map { bounded($0, capacity) } ?? .constant(Int64(capacity))
      zero(memory, size: capacity + 4)
      builder.emit(.store(bits: 32, base: memory.base, offset: memory.offset, count))
      // What a string, an array or a struct does not have is zero.
      let held = source.type.isScalar ? capacity : min(size(of: source.type), capacity)
      let taken = held == capacity ? count : atMost(held, count)
      let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
      _ = guardedCall(helper, [address(memory.advanced(by: 4)), taken, place], at: range)
    case .userSymbol(let pointer):
      let value = scalar(pointer)
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, value))
      let both = builder.call(.getCurrentPIDTGID, [])
      let pid = builder.arithmetic(.lshr, .value(both), .constant(32))
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + 8, pid))
    case .strftime(let format, let time):
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, .constant(Int64(format))))
      let value = scalar(time)
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + 8, value))
    case .library(let function): write(function, to: memory, isPadded: isPadded, at: range)
    case .kernelSymbol, .hasKey, .delete, .length, .stringsEqual, .valuesEqual, .byteSwap:
      impossible("a number as \(type.description)")
    }
  }

  /// Where the bytes of a value of several words lie; those behind the end of a string that a program made are zero.
  private mutating func heldBytes(_ source: TypedExpression) -> (address: Operand, space: AddressSpace) {
    switch source.kind {
    case .member, .dereference, .index, .convert: return location(source)
    case .integer, .string, .variable, .map, .context, .address, .element, .tuple, .negate, .complement, .not,
      .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return (address(materialize(source, isPadded: true)), .kernel)
    }
  }

  /// A length cut to a capacity in a way the verifier sees.
  private mutating func bounded(_ length: TypedExpression, _ capacity: Int) -> Operand {
    atMost(capacity, scalar(length))
  }

  /// The same of a number that has been computed.
  private mutating func atMost(_ capacity: Int, _ value: Operand) -> Operand {
    if case .constant(let constant) = value { return .constant(min(max(constant, 0), Int64(capacity))) }
    return choose(
      .ule, value, .constant(Int64(capacity)), then: { _ in value }, otherwise: { _ in .constant(Int64(capacity)) })
  }

  // MARK: - Comparing strings

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
