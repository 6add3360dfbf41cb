import TraceLang

extension Lowering {
  /// Where the values of a map that gathers nothing are; `nil` with an internal error of an aggregation.
  private mutating func plainStorage(of map: MapID) -> MapView.PlainStorage? {
    guard case .plain(_, let storage) = plan.views[map.index].content else {
      impossible("an aggregation that is assigned")
      return nil
    }
    return storage
  }

  // MARK: - Keys

  /// The address of a key in memory, as helpers take it.
  mutating func keyAddress(_ key: TypedExpression?) -> Operand {
    guard let key else {
      let slot = builder.slot(size: 8)
      builder.emit(.store(bits: 64, base: slot, offset: 0, .constant(0)))
      return .value(slot)
    }
    if key.type.isScalar { return keyAddress(ofNumber: scalar(key), key.type) }
    let memory = temporary(size: max(size(of: key.type), 8))
    write(key, to: memory, isPadded: true)
    return address(memory)
  }

  /// The same for a number that has been computed.
  mutating func keyAddress(ofNumber value: Operand, _ type: Type) -> Operand {
    let memory = temporary(size: 8)
    storeWord(value, type, to: memory)
    return address(memory)
  }

  /// Stores a scalar with all of its word: of a slot of which it knows a part, the verifier tells apart what it held before.
  private mutating func storeWord(_ value: Operand, _ type: Type, to memory: Memory) {
    let bits = size(of: type) * 8
    guard target.machine.isLittleEndian else {
      if bits < 64 { builder.emit(.zero(base: memory.base, offset: memory.offset, size: 8, alignment: 8)) }
      builder.emit(.store(bits: bits, base: memory.base, offset: memory.offset, value))
      return
    }
    // Nothing reads what is behind a shorter number; one with its sign fits an instruction.
    let word: Operand =
      if case .constant(let constant) = value {
        .constant(extended(constant, bits: bits, signed: true))
      } else {
        value
      }
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, word))
  }

  /// A pointer to an entry's value in a hash map, or null.
  mutating func lookup(_ map: MapID, _ key: TypedExpression?) -> Value {
    guard let hash = plan.views[map.index].content.hash else {
      return builder.value(impossible("a lookup in an array"))
    }
    let key = keyAddress(key)
    return lookup(inMap: hash.map, key)
  }

  mutating func lookup(inMap map: Int, _ key: Operand) -> Value {
    builder.call(.mapLookupElement, [mapReference(map), key], .pointer(.mapValueOrNull(map)))
  }

  // MARK: - Reading

  /// The value of an entry that fits a register; 0 where there is none.
  mutating func readMap(_ map: MapID, _ key: TypedExpression?, _ type: Type) -> Operand {
    let integer = type.integer ?? .uint64
    let bits = size(of: type) * 8
    switch plan.views[map.index].content {
    case .aggregation(let aggregation, let storage): return readAggregation(storage, key, aggregation)
    case .plain(_, .cells(let cells)):
      let cell = cell(cells, key)
      return builder.load(bits, signed: integer.isSigned, cell.value.base, cell.value.offset)
    case .plain(_, .hash):
      return loadIfFound(lookup(map, key), bits: bits, signed: integer.isSigned)
    }
  }

  /// The number in an entry, or 0 where a lookup found none.
  private mutating func loadIfFound(_ entry: Value, bits: Int, signed: Bool) -> Operand {
    ifFound(entry, then: { $0.builder.load(bits, signed: signed, entry, 0) }, otherwise: { _ in .constant(0) })
  }

  /// The memory of an entry's value; zeros where there is none.
  mutating func mapMemory(_ map: MapID, _ key: TypedExpression?) -> Memory {
    switch plan.views[map.index].content {
    case .plain(_, .cells(let cells)): return cell(cells, key).value
    case .plain(_, .hash(let index)): return entryMemory(index, key)
    case .aggregation(_, .hash(let hash)): return entryMemory(hash.map, key)
    case .aggregation(_, .slots(let slots)): return Memory(base: dataAddress(slots.map, slots.offset), offset: 0)
    }
  }

  private mutating func entryMemory(_ index: Int, _ key: TypedExpression?) -> Memory {
    let key = keyAddress(key)
    let value = lookup(inMap: index, key)
    let base = ifFound(
      value, .pointer(.mapValue(index)), then: { _ in .value(value) },
      otherwise: { .value($0.constantAddress($0.plan.zeros ?? 0)) })
    return Memory(base: builder.value(base), offset: 0)
  }

  // MARK: - Writing

  mutating func assignMap(_ map: MapID, _ key: TypedExpression?, _ value: TypedExpression) {
    guard let storage = plainStorage(of: map) else { return }
    switch storage {
    case .cells(let cells): assign(cells, key, value)
    case .hash(let index) where value.type.isScalar && plan.keepsEntries[map.index] && !isLarge:
      assignInPlace(map, index, key, value)
    case .hash(let index) where value.type.isScalar:
      let source = temporary(size: 8)
      storeWord(scalar(value), value.type, to: source)
      let key = keyAddress(key)
      store(map, index, key, address(source))
    case .hash(let index):
      let source = temporary(size: max((size(of: value.type) + 7) / 8 * 8, 8))
      if size(of: value.type) % 8 != 0 {
        builder.emit(
          .zero(base: source.base, offset: source.offset, size: (size(of: value.type) + 7) / 8 * 8, alignment: 8))
      }
      write(value, to: source, isPadded: true)
      let key = keyAddress(key)
      store(map, index, key, address(source))
    }
  }

  private mutating func assign(_ cells: MapView.Cells, _ key: TypedExpression?, _ value: TypedExpression) {
    if value.type.isScalar {
      let operand = scalar(value)
      let cell = cell(cells, key)
      builder.emit(
        .store(bits: size(of: value.type) * 8, base: cell.value.base, offset: cell.value.offset, operand))
      setPresence(cell, true)
      return
    }
    let source = temporary(size: max(size(of: value.type), 8))
    write(value, to: source, isPadded: true)
    let cell = cell(cells, key)
    copy(to: cell.value, from: source, size: size(of: value.type))
    setPresence(cell, true)
  }

  /// Stores to the entry where there is one, which is much cheaper than putting a new one in its place.
  private mutating func assignInPlace(_ map: MapID, _ index: Int, _ key: TypedExpression?, _ value: TypedExpression) {
    let operand = scalar(value)
    let bits = size(of: value.type) * 8
    let key = keyAddress(key)
    let entry = lookup(inMap: index, key)
    choose(
      .ne, .value(entry), .constant(0),
      then: { $0.builder.emit(.store(bits: bits, base: entry, offset: 0, operand)) },
      otherwise: {
        let source = $0.builder.slot(size: 8)
        $0.storeWord(operand, value.type, to: Memory(base: source, offset: 0))
        $0.store(map, index, key, .value(source))
      })
  }

  /// Puts an entry into a hash map; an update that fails is counted.
  mutating func store(_ map: MapID, _ index: Int, _ key: Operand, _ value: Operand) {
    let result = builder.call(.mapUpdateElement, [mapReference(index), key, value, .constant(0)])
    countLost(map, result)
  }

  /// Counts an update that failed, by whether the map was full.
  private mutating func countLost(_ map: MapID, _ result: Value) {
    guard let place = plan.views[map.index].lostUpdates else { return }
    let lost = builder.makeBlock()
    let full = builder.makeBlock()
    let refused = builder.makeBlock()
    let after = builder.makeBlock()
    builder.branch(.eq, .value(result), .constant(0), then: after, otherwise: lost)
    builder.continueIn(lost)
    builder.branch(.eq, .value(result), .constant(Self.mapIsFull), then: full, otherwise: refused)
    for (block, offset) in [(full, 0), (refused, 8)] {
      builder.continueIn(block)
      builder.emit(.atomicAdd(bits: 64, base: dataAddress(place.map, place.offset + offset), offset: 0, .constant(1)))
      builder.jump(to: after)
    }
    builder.continueIn(after)
  }

  /// What an update of a full map gives (Kernel: -E2BIG of alloc_htab_elem() in kernel/bpf/hashtab.c).
  private static let mapIsFull: Int64 = -7

  /// A pointer to the value of an entry, which is made from zeros when it is not there; runs `use` with it.
  mutating func withEntry(
    _ map: MapID, _ index: Int, at key: Operand, _ use: (inout Lowering, Value) -> Void
  ) {
    let value = lookup(inMap: index, key)
    let missing = builder.makeBlock()
    let found = builder.makeBlock()
    builder.branch(.ne, .value(value), .constant(0), then: found, otherwise: missing)
    builder.continueIn(missing)
    // BPF_NOEXIST: another CPU may have been first, which is as good.
    let zeros = constantAddress(plan.zeros ?? 0)
    let result = builder.call(.mapUpdateElement, [mapReference(index), key, .value(zeros), .constant(1)])
    let again = lookup(inMap: index, key)
    let failed = builder.makeBlock()
    let made = builder.makeBlock()
    builder.branch(.ne, .value(again), .constant(0), then: made, otherwise: failed)
    builder.continueIn(failed)
    countLost(map, result)
    let end = builder.arrive()
    builder.continueIn(found)
    let a = builder.arrive([.value(value)])
    builder.continueIn(made)
    let b = builder.arrive([.value(again)])
    let entry = builder.join([a, b].compactMap { $0 }, extraTypes: [.pointer(.mapValue(index))])[0]
    use(&self, builder.value(entry))
    let done = builder.arrive()
    builder.join([done, end].compactMap { $0 })
  }

  mutating func updateMap(
    _ map: MapID, _ key: TypedExpression?, _ operation: ArithmeticOperation, _ value: TypedExpression, signed: Bool
  ) {
    if [key, value].contains(where: { $0.map(\.hasEffects) ?? false }) {
      return updateInOrder(map, key, operation, value, signed: signed)
    }
    guard let storage = plainStorage(of: map) else { return }
    let operand = scalar(value)
    switch storage {
    case .cells(let cells):
      let cell = cell(cells, key)
      modify(cell.value.base, operation, operand, signed: signed)
      setPresence(cell, true)
    case .hash(let index):
      withEntry(map, index, at: keyAddress(key)) { lowering, entry in
        lowering.modify(entry, operation, operand, signed: signed)
      }
    }
  }

  /// The same where the order shows: the key is computed first, then the entry read, then the value computed.
  private mutating func updateInOrder(
    _ map: MapID, _ key: TypedExpression?, _ operation: ArithmeticOperation, _ value: TypedExpression, signed: Bool
  ) {
    guard let storage = plainStorage(of: map) else { return }
    switch storage {
    case .cells(let cells):
      let cell = cell(cells, key)
      let current = builder.load(64, cell.value.base, 0)
      let result = arithmetic(operation, current, scalar(value), signed: signed)
      builder.emit(.store(bits: 64, base: cell.value.base, offset: 0, result))
      setPresence(cell, true)
    case .hash(let index):
      let key = keyAddress(key)
      let current = loadIfFound(lookup(inMap: index, key), bits: 64, signed: false)
      let result = arithmetic(operation, current, scalar(value), signed: signed)
      withEntry(map, index, at: key) { lowering, entry in
        lowering.builder.emit(.store(bits: 64, base: entry, offset: 0, result))
      }
    }
  }

  /// `*place op= value` on 64 bits; sums are atomic, as other CPUs share the place.
  private mutating func modify(_ place: Value, _ operation: ArithmeticOperation, _ value: Operand, signed: Bool) {
    switch operation {
    case .add:
      builder.emit(.atomicAdd(bits: 64, base: place, offset: 0, value))
    case .subtract:
      let negated = builder.arithmetic(.sub, .constant(0), value)
      builder.emit(.atomicAdd(bits: 64, base: place, offset: 0, negated))
    case .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight:
      let current = builder.load(64, place, 0)
      builder.emit(.store(bits: 64, base: place, offset: 0, arithmetic(operation, current, value, signed: signed)))
    }
  }

  mutating func stepMap(_ map: MapID, _ key: TypedExpression?, _ amount: Int64, isPrefix: Bool) -> Operand {
    guard let storage = plainStorage(of: map) else { return .constant(0) }
    let result = builder.slot(size: 8)
    builder.emit(.store(bits: 64, base: result, offset: 0, .constant(0)))
    func step(_ lowering: inout Lowering, _ place: Value) {
      let before = lowering.builder.load(64, place, 0)
      // Two CPUs may be given the same number, but none of their steps is lost.
      lowering.builder.emit(.atomicAdd(bits: 64, base: place, offset: 0, .constant(amount)))
      let value = isPrefix ? lowering.builder.arithmetic(.add, before, .constant(amount)) : before
      lowering.builder.emit(.store(bits: 64, base: result, offset: 0, value))
    }
    switch storage {
    case .cells(let cells):
      let cell = cell(cells, key)
      step(&self, cell.value.base)
      setPresence(cell, true)
    case .hash(let index): withEntry(map, index, at: keyAddress(key), step)
    }
    return builder.load(64, result, 0)
  }

  /// Removes an entry; 1 when there was one.
  mutating func delete(_ map: MapID, _ key: TypedExpression?) -> Operand {
    switch plan.views[map.index].content {
    case .plain(_, .hash(let index)): return deleteEntry(index, key)
    case .aggregation(_, .hash(let hash)): return deleteEntry(hash.map, key)
    case .plain(_, .cells(let cells)):
      let cell = cell(cells, key)
      let was = builder.load(8, cell.presence.base, cell.presence.offset)
      setPresence(cell, false)
      zero(cell.value, size: cells.presence - cells.offset)
      return was
    case .aggregation(_, .slots(let slots)):
      for cpu in 0..<target.machine.possibleCPUs {
        zero(Memory(base: dataAddress(slots.map, slots.offset + cpu * slots.cpuStride), offset: 0), size: slots.size)
      }
      builder.emit(.store(bits: 8, base: dataAddress(slots.map, slots.presence), offset: 0, .constant(0)))
      return .constant(1)
    }
  }

  private mutating func deleteEntry(_ index: Int, _ key: TypedExpression?) -> Operand {
    let result = builder.call(.mapDeleteElement, [mapReference(index), keyAddress(key)])
    return .value(builder.define(.integer, .compare(.eq, .value(result), .constant(0))))
  }

  /// Whether a map has a key.
  mutating func hasKey(_ map: MapID, _ key: TypedExpression) -> Operand {
    switch plan.views[map.index].content {
    case .plain(_, .hash), .aggregation:
      return .value(builder.define(.integer, .compare(.ne, .value(lookup(map, key)), .constant(0))))
    case .plain(_, .cells(let cells)):
      let cell = cell(cells, key)
      return builder.load(8, cell.presence.base, cell.presence.offset)
    }
  }
}
