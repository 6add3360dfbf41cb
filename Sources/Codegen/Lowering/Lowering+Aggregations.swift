import TraceLang

// The slots of aggregations: see `Aggregation.words` for what each word holds.
extension Lowering {
  mutating func aggregate(_ map: MapID, _ key: TypedExpression?, _ value: TypedExpression?) {
    guard case .aggregation(let aggregation) = plan.views[map.index].value else { return }
    let isAtomic = plan.needsAtomicUpdates[map.index]
    switch plan.views[map.index].storage {
    case .slots(let slots):
      let (index, number) = computeInOrder(key, value) { lowering in lowering.slotIndex(key, slots) }
      let operand = prepared(number, aggregation)
      guard let rest = slots.rest else {
        record(operand, aggregation, at: slot(index, slots), isAtomic: isAtomic)
        return
      }
      split(index, below: slots.domain.count) { lowering, index in
        lowering.record(operand, aggregation, at: lowering.slot(index, slots), isAtomic: isAtomic)
      } otherwise: { lowering in
        let key = lowering.keyAddress(ofNumber: index, key?.type ?? .int64)
        lowering.record(operand, aggregation, inEntryOf: map, rest, at: key, isAtomic: isAtomic)
      }
    case .hash(let hash):
      let (key, number) = computeInOrder(key, value) { lowering in lowering.keyAddress(key) }
      record(prepared(number, aggregation), aggregation, inEntryOf: map, hash, at: key, isAtomic: isAtomic)
    case .cells: break
    }
  }

  /// The place of a key and the value to gather: the key first where the order shows, else the value, which needs fewer
  /// registers.
  private mutating func computeInOrder<Place>(
    _ key: TypedExpression?, _ value: TypedExpression?, _ place: (inout Lowering) -> Place
  ) -> (Place, Operand) {
    guard let value else { return (place(&self), .constant(1)) }
    if [key, value].contains(where: { $0.map(hasEffects) ?? false }) {
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
  private mutating func currentCPU(_ base: Value, _ stride: Int, of parts: Int) -> Value {
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
    _ value: Operand, _ aggregation: Aggregation, inEntryOf map: MapID, _ hash: MapView.Hash, at key: Operand,
    isAtomic: Bool
  ) {
    withEntry(map, hash.map, at: key) { lowering, entry in
      switch hash.values {
      case .shared: lowering.record(value, aggregation, at: entry, isAtomic: true)
      case .perCPU: lowering.record(value, aggregation, at: entry, isAtomic: isAtomic)
      case .slots(let stride):
        let slot = lowering.currentCPU(entry, stride, of: lowering.target.machine.possibleCPUs)
        lowering.record(value, aggregation, at: slot, isAtomic: isAtomic)
      }
    }
  }

  /// What `record` takes of a value: its bucket for a histogram, else the value itself.
  private mutating func prepared(_ value: Operand, _ aggregation: Aggregation) -> Operand {
    switch aggregation {
    case .count, .sum, .avg, .stats, .min, .max, .tseries: return value
    case .hist(let k): return bounded(histogramBucket(value, k: k), Aggregation.histBuckets(k: k))
    case .lhist(let low, let high, let step):
      let bucket = linearBucket(value, low, low + (high - low) / step * step, step, aggregation.words)
      return bounded(bucket, aggregation.words)
    }
  }

  /// Adds one prepared value to a slot.
  private mutating func record(_ value: Operand, _ aggregation: Aggregation, at slot: Value, isAtomic: Bool) {
    switch aggregation {
    case .count: add(.constant(1), to: slot, 0, isAtomic)
    case .sum, .avg, .stats:
      add(value, to: slot, 0, isAtomic)
      add(.constant(1), to: slot, 8, isAtomic)
    case .min(let signed): extreme(value, slot, signed ? .slt : .ult, isAtomic)
    case .max(let signed): extreme(value, slot, signed ? .sgt : .ugt, isAtomic)
    case .hist, .lhist: add(.constant(1), to: builder.advance(slot, by: scaled(value, by: 8)), 0, isAtomic)
    case .tseries(let interval, let count, let function): record(value, interval, count, function, at: slot)
    }
  }

  private mutating func add(_ value: Operand, to slot: Value, _ offset: Int, _ isAtomic: Bool) {
    if isAtomic {
      builder.emit(.atomicAdd(bits: 64, base: slot, offset: offset, value))
    } else {
      let sum = builder.arithmetic(.add, builder.load(64, slot, offset), value)
      builder.emit(.store(bits: 64, base: slot, offset: offset, sum))
    }
  }

  /// Keeps the value that compares better; the second word says that there is one.
  private mutating func extreme(_ value: Operand, _ slot: Value, _ better: Condition, _ isAtomic: Bool) {
    let compare = builder.makeBlock()
    let replace = builder.makeBlock()
    let after = builder.makeBlock()
    let count = builder.load(64, slot, 8)
    builder.branch(.eq, count, .constant(0), then: replace, otherwise: compare)
    builder.continueIn(compare)
    let current = builder.load(64, slot, 0)
    builder.branch(better, value, current, then: replace, otherwise: after)
    builder.continueIn(replace)
    builder.emit(.store(bits: 64, base: slot, offset: 0, value))
    builder.emit(.store(bits: 64, base: slot, offset: 8, .constant(1)))
    builder.jump(to: after)
    builder.continueIn(after)
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

  // MARK: - Buckets

  /// The bucket of a log2 histogram: 0 for negatives, 1 + n below 2^k, then 2^k for each power of two.
  private mutating func histogramBucket(_ value: Operand, k: Int) -> Operand {
    choose(
      .slt, value, .constant(0), then: { _ in .constant(0) },
      otherwise: {
        $0.choose(
          .ult, value, .constant(1 << Int64(k)), then: { $0.builder.arithmetic(.add, value, .constant(1)) },
          otherwise: { $0.logarithmicBucket(value, k: k) })
      })
  }

  /// That of a value from 2^k on.
  private mutating func logarithmicBucket(_ value: Operand, k: Int) -> Operand {
    let exponent = log2(value)
    // The k bits behind the leading one choose among the 2^k buckets of the power.
    let shift = k == 0 ? exponent : builder.arithmetic(.sub, exponent, .constant(Int64(k)))
    var bucket = k == 0 ? exponent : builder.arithmetic(.shl, shift, .constant(Int64(k)))
    if k > 0 {
      // value >> shift is 2^k plus those bits; 2^k is what the powers below take singly.
      let amount = builder.arithmetic(.and, shift, .constant(63))
      bucket = builder.arithmetic(.add, bucket, builder.arithmetic(.lshr, value, amount))
      bucket = builder.arithmetic(.add, bucket, .constant(1))
    } else {
      bucket = builder.arithmetic(.add, bucket, .constant(2))
    }
    return bucket
  }

  /// The position of the highest bit that is set in a value from 1 to 2^63 - 1, by halving and without branches: one way
  /// through for the verifier, and nothing to predict.
  private mutating func log2(_ value: Operand) -> Operand {
    var rest = value
    var exponent: Operand = .constant(0)
    for step in [5, 4, 3, 2, 1] as [Int64] {
      let width = Int64(1) << step
      // The sign of 2^width - 1 - rest says whether the upper half has a bit: as `width` or 0.
      let difference = builder.arithmetic(.sub, .constant((1 << width) - 1), rest)
      let sign = builder.arithmetic(.lshr, difference, .constant(63 - step))
      let shift = builder.arithmetic(.and, sign, .constant(width))
      rest = builder.arithmetic(.lshr, rest, shift)
      exponent = builder.arithmetic(.or, exponent, shift)
    }
    return builder.arithmetic(.or, exponent, builder.arithmetic(.lshr, rest, .constant(1)))
  }

  /// The bucket of a linear histogram: 0 below `low`, the last from `high` on.
  private mutating func linearBucket(
    _ value: Operand, _ low: Int64, _ high: Int64, _ step: Int64, _ count: Int
  ) -> Operand {
    choose(
      .slt, value, .constant(low), then: { _ in .constant(0) },
      otherwise: {
        $0.choose(
          .sge, value, .constant(high), then: { _ in .constant(Int64(count - 1)) },
          otherwise: {
            let distance = $0.builder.arithmetic(.sub, value, .constant(low))
            let index = $0.builder.arithmetic(.udiv, distance, .constant(step))
            return $0.builder.arithmetic(.add, index, .constant(1))
          })
      })
  }

  // MARK: - Reading

  /// What an aggregation holds, over all CPUs.
  mutating func readAggregation(_ map: MapID, _ key: TypedExpression?, _ aggregation: Aggregation) -> Operand {
    switch plan.views[map.index].storage {
    case .slots(let slots):
      let index = slotIndex(key, slots)
      guard let rest = slots.rest else { return summed(slots, index, aggregation) }
      let result = builder.slot(size: 8)
      split(index, below: slots.domain.count) { lowering, index in
        let sum = lowering.summed(slots, index, aggregation)
        lowering.builder.emit(.store(bits: 64, base: result, offset: 0, sum))
      } otherwise: { lowering in
        let key = lowering.keyAddress(ofNumber: index, key?.type ?? .int64)
        let sum = lowering.summed(rest, at: key, aggregation)
        lowering.builder.emit(.store(bits: 64, base: result, offset: 0, sum))
      }
      return builder.load(64, result, 0)
    case .hash: return readAggregation(map, at: keyAddress(key), aggregation)
    case .cells: return .constant(0)
    }
  }

  /// The same for the entry of a hash map with a key in memory.
  mutating func readAggregation(_ map: MapID, at key: Operand, _ aggregation: Aggregation) -> Operand {
    switch plan.views[map.index].storage {
    case .hash(let hash): return summed(hash, at: key, aggregation)
    case .cells, .slots: return .constant(0)
    }
  }

  private mutating func summed(_ slots: MapView.Slots, _ index: Operand, _ aggregation: Aggregation) -> Operand {
    let first = element(index, slots.map, slots.offset, slots.size)
    let cpus = slots.cpuStride == 0 ? 1 : target.machine.possibleCPUs
    return summed((0..<cpus).map { SlotPlace(base: first, offset: $0 * slots.cpuStride) }, aggregation)
  }

  private mutating func summed(_ hash: MapView.Hash, at key: Operand, _ aggregation: Aggregation) -> Operand {
    let cpus = 0..<target.machine.possibleCPUs
    switch hash.values {
    case .slots(let stride):
      let entry = lookup(inMap: hash.map, key)
      return summedIfFound([entry], cpus.map { SlotPlace(base: entry, offset: $0 * stride) }, aggregation)
    case .perCPU where target.has(.perCPULookup):
      let entries = cpus.map { cpu in
        builder.call(
          .mapLookupPerCPUElement, [mapReference(hash.map), key, .constant(Int64(cpu))],
          .pointer(.mapValueOrNull(hash.map)))
      }
      return summedIfFound(entries, entries.map { SlotPlace(base: $0, offset: 0) }, aggregation)
    case .shared, .perCPU:
      let entry = lookup(inMap: hash.map, key)
      return summedIfFound([entry], [SlotPlace(base: entry, offset: 0)], aggregation)
    }
  }

  /// The sum of slots that lie in entries; 0 where one of these was not found.
  private mutating func summedIfFound(
    _ entries: [Value], _ places: [SlotPlace], _ aggregation: Aggregation
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
    if let end = builder.arrive([summed(places, aggregation)]) { ends.append(end) }
    return builder.join(ends, extraTypes: [.integer])[0]
  }

  /// Where a CPU's slot lies.
  private struct SlotPlace {
    let base: Value
    let offset: Int
  }

  private mutating func load(_ slot: SlotPlace, word: Int) -> Operand {
    builder.load(64, slot.base, slot.offset + word * 8)
  }

  private mutating func summed(_ slots: [SlotPlace], _ aggregation: Aggregation) -> Operand {
    switch aggregation {
    case .count, .sum, .avg:
      var total: Operand = .constant(0)
      var count: Operand = .constant(0)
      for slot in slots {
        total = builder.arithmetic(.add, total, load(slot, word: 0))
        if case .avg = aggregation { count = builder.arithmetic(.add, count, load(slot, word: 1)) }
      }
      if case .avg(let signed) = aggregation { return builder.arithmetic(signed ? .sdiv : .udiv, total, count) }
      return total
    case .min(let signed): return best(slots, signed ? .slt : .ult)
    case .max(let signed): return best(slots, signed ? .sgt : .ugt)
    case .stats, .hist, .lhist, .tseries: return .constant(0)
    }
  }

  private mutating func best(_ slots: [SlotPlace], _ better: Condition) -> Operand {
    var result: Operand = .constant(0)
    var isFound: Operand = .constant(0)
    for slot in slots {
      let check = builder.makeBlock()
      let take = builder.makeBlock()
      let skip = builder.makeBlock()
      let compare = builder.makeBlock()
      let value = load(slot, word: 0)
      builder.branch(.ne, load(slot, word: 1), .constant(0), then: check, otherwise: skip)
      builder.continueIn(check)
      builder.branch(.eq, isFound, .constant(0), then: take, otherwise: compare)
      builder.continueIn(compare)
      builder.branch(better, value, result, then: take, otherwise: skip)
      builder.continueIn(take)
      let a = builder.arrive([value, .constant(1)])
      builder.continueIn(skip)
      let b = builder.arrive([result, isFound])
      let merged = builder.join([a, b].compactMap { $0 }, extraTypes: [.integer, .integer])
      (result, isFound) = (merged[0], merged[1])
    }
    return result
  }
}
