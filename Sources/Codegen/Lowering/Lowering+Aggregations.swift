import TraceLang

// Where the slots of aggregations lie: `SlotCode` says what is done with one.
extension Lowering {
  mutating func aggregate(_ map: MapID, _ key: TypedExpression?, _ value: TypedExpression?) {
    guard case .aggregation(let aggregation, let storage) = plan.views[map.index].content else {
      impossible("a plain map that gathers")
      return
    }
    let isAtomic = plan.needsAtomicUpdates[map.index]
    let code = aggregation.code
    switch storage {
    case .slots(let slots):
      let (index, number) = computeInOrder(key, value) { lowering in lowering.slotIndex(key, slots) }
      let operand = code.prepared(number, in: &self)
      guard let rest = slots.rest else {
        code.record(operand, at: slot(index, slots), isAtomic: isAtomic, in: &self)
        return
      }
      split(index, below: slots.domain.count) { lowering, index in
        code.record(operand, at: lowering.slot(index, slots), isAtomic: isAtomic, in: &lowering)
      } otherwise: { lowering in
        let key = lowering.keyAddress(ofNumber: index, key?.type ?? .int64)
        lowering.record(operand, code, inEntryOf: map, rest, at: key, isAtomic: isAtomic)
      }
    case .hash(let hash):
      let (key, number) = computeInOrder(key, value) { lowering in lowering.keyAddress(key) }
      record(code.prepared(number, in: &self), code, inEntryOf: map, hash, at: key, isAtomic: isAtomic)
    }
  }

  /// The place of a key and the value to gather: the key first where the order shows, else the value, which needs fewer
  /// registers.
  private mutating func computeInOrder<Place>(
    _ key: TypedExpression?, _ value: TypedExpression?, _ place: (inout Lowering) -> Place
  ) -> (Place, Operand) {
    guard let value else { return (place(&self), .constant(1)) }
    if [key, value].contains(where: { $0.map(\.hasEffects) ?? false }) {
      let place = place(&self)
      return (place, scalar(value))
    }
    let operand = scalar(value)
    return (place(&self), operand)
  }

  /// A key's index among the slots; where there is room for others elsewhere, the integer that it is.
  private mutating func slotIndex(_ key: TypedExpression?, _ slots: MapView.Slots) -> Operand {
    guard slots.rest != nil, let key else { return index(of: key, in: slots.domain) }
    return scalar(key)
  }

  /// Goes two ways, by whether an integer is an index; at once one of them where that is known.
  private mutating func split(
    _ index: Operand, below count: Int, then: (inout Lowering, Operand) -> Void, otherwise: (inout Lowering) -> Void
  ) {
    if case .constant(let number) = index {
      return (0..<Int64(count)).contains(number) ? then(&self, index) : otherwise(&self)
    }
    choose(
      .ult, index, .constant(Int64(count)),
      then: {
        // The mask tells the verifier, whatever else the script computes of the same number: the count is a power of two.
        then(&$0, $0.builder.arithmetic(.and, index, .constant(Int64(count - 1))))
      }, otherwise: otherwise)
  }

  /// The slot of an index on the current CPU.
  private mutating func slot(_ index: Operand, _ slots: MapView.Slots) -> Value {
    let parts = target.machine.possibleCPUs.nextPowerOfTwo
    return currentCPU(element(index, slots.map, slots.offset, slots.size), slots.cpuStride, of: parts)
  }

  /// Moves a pointer to the first CPU's part on to that of the current CPU, where there are so many parts.
  mutating func currentCPU(_ base: Value, _ stride: Int, of parts: Int) -> Value {
    guard parts > 1, stride > 0 else { return base }
    let cpu = builder.call(.getSMPProcessorID, [])
    // What bounds the number tells the verifier what the kernel knows.
    let index =
      parts == parts.nextPowerOfTwo
      ? builder.arithmetic(.and, .value(cpu), .constant(Int64(parts - 1))) : bounded(.value(cpu), parts)
    return builder.advance(base, by: scaled(index, by: stride))
  }

  /// Adds one prepared value to the entry of a key, which is made when it is not there.
  private mutating func record(
    _ value: Operand, _ code: any SlotCode, inEntryOf map: MapID, _ hash: MapView.Hash, at key: Operand,
    isAtomic: Bool
  ) {
    withEntry(map, hash.map, at: key) { lowering, entry in
      switch hash.values {
      case .shared: code.record(value, at: entry, isAtomic: true, in: &lowering)
      case .perCPU: code.record(value, at: entry, isAtomic: isAtomic, in: &lowering)
      case .slots(let stride):
        let slot = lowering.currentCPU(entry, stride, of: lowering.target.machine.possibleCPUs)
        code.record(value, at: slot, isAtomic: isAtomic, in: &lowering)
      }
    }
  }

  /// A bucket's number where the verifier sees that it is below the count; others leave the body, and there are none.
  mutating func bounded(_ bucket: Operand, _ count: Int) -> Operand {
    guard case .value = bucket else { return bucket }
    let inside = builder.makeBlock()
    let outside = builder.makeBlock()
    builder.branch(.ult, bucket, .constant(Int64(count)), then: inside, otherwise: outside)
    builder.continueIn(outside)
    leaveBody()
    builder.continueIn(inside)
    return bucket
  }

  // MARK: - Reading

  /// The number that an aggregation holds, over all CPUs.
  mutating func readAggregation(
    _ storage: MapView.AggregationStorage, _ key: TypedExpression?, _ aggregation: Aggregation,
    part: Aggregation.Part? = nil
  ) -> Operand {
    switch storage {
    case .slots(let slots):
      let index = slotIndex(key, slots)
      guard let rest = slots.rest else { return number(slots, index, aggregation, part) }
      let result = builder.slot(size: 8)
      split(index, below: slots.domain.count) { lowering, index in
        let number = lowering.number(slots, index, aggregation, part)
        lowering.builder.emit(.store(bits: 64, base: result, offset: 0, number))
      } otherwise: { lowering in
        let key = lowering.keyAddress(ofNumber: index, key?.type ?? .int64)
        let number = lowering.number(rest, at: key, aggregation, part)
        lowering.builder.emit(.store(bits: 64, base: result, offset: 0, number))
      }
      return builder.load(64, result, 0)
    case .hash(let hash): return number(hash, at: keyAddress(key), aggregation, part)
    }
  }

  /// The same for the entry that a loop over the map is at; `nil` for a map that gathers nothing.
  mutating func readAggregation(_ pair: EntryPair) -> Operand? {
    switch plan.views[pair.map.index].content {
    case .plain: return nil
    case .aggregation(let aggregation, .hash(let hash)): return number(hash, at: address(pair.key), aggregation, nil)
    case .aggregation(_, .slots): return impossible("a loop over an array")
    }
  }

  private mutating func number(
    _ slots: MapView.Slots, _ index: Operand, _ aggregation: Aggregation, _ part: Aggregation.Part?
  ) -> Operand {
    let first = element(index, slots.map, slots.offset, slots.size)
    let cpus = slots.cpuStride == 0 ? 1 : target.machine.possibleCPUs
    return number(of: (0..<cpus).map { SlotPlace(base: first, offset: $0 * slots.cpuStride) }, aggregation, part)
  }

  private mutating func number(
    _ hash: MapView.Hash, at key: Operand, _ aggregation: Aggregation, _ part: Aggregation.Part?
  ) -> Operand {
    let cpus = 0..<target.machine.possibleCPUs
    switch hash.values {
    case .slots(let stride):
      let entry = lookup(inMap: hash.map, key)
      return numberIfFound([entry], cpus.map { SlotPlace(base: entry, offset: $0 * stride) }, aggregation, part)
    case .perCPU where target.has(.perCPULookup):
      let entries = cpus.map { cpu in
        builder.call(
          .mapLookupPerCPUElement, [mapReference(hash.map), key, .constant(Int64(cpu))],
          .pointer(.mapValueOrNull(hash.map)))
      }
      return numberIfFound(entries, entries.map { SlotPlace(base: $0, offset: 0) }, aggregation, part)
    case .shared, .perCPU:
      let entry = lookup(inMap: hash.map, key)
      return numberIfFound([entry], [SlotPlace(base: entry, offset: 0)], aggregation, part)
    }
  }

  /// The number in slots that lie in entries; 0 where one of these was not found.
  private mutating func numberIfFound(
    _ entries: [Value], _ places: [SlotPlace], _ aggregation: Aggregation, _ part: Aggregation.Part?
  ) -> Operand {
    var ends: [FunctionBuilder.Arrival] = []
    for entry in entries {
      let found = builder.makeBlock()
      let missing = builder.makeBlock()
      builder.branch(.ne, .value(entry), .constant(0), then: found, otherwise: missing)
      builder.continueIn(missing)
      if let end = builder.arrive([.constant(0)]) { ends.append(end) }
      builder.continueIn(found)
    }
    if let end = builder.arrive([number(of: places, aggregation, part)]) { ends.append(end) }
    return builder.join(ends, extraTypes: [.integer])[0]
  }

  private mutating func number(
    of slots: [SlotPlace], _ aggregation: Aggregation, _ part: Aggregation.Part?
  ) -> Operand {
    let code = aggregation.code
    let result = part.map { code.part($0, in: slots, &self) } ?? code.number(in: slots, &self)
    return result ?? impossible("\(aggregation.functionName)() as a number")
  }

  /// A part of what a map gathers under a key.
  mutating func part(_ part: Aggregation.Part, of map: MapID, _ key: TypedExpression?) -> Operand {
    guard case .aggregation(let aggregation, let storage) = plan.views[map.index].content else {
      return impossible("a part of a plain value")
    }
    return readAggregation(storage, key, aggregation, part: part)
  }
}
