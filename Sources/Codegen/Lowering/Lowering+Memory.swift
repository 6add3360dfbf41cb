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
    case .member(let base, let member) where base.kind == .context(.arguments) && isParameter(base):
      writeParameter(member, expression, to: memory, isPadded: isPadded)
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
  mutating func readCharacters(
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

  mutating func writeLiteral(_ bytes: [UInt8], capacity: Int, to memory: Memory, isPadded: Bool) {
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
      noteSighting()
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
}
