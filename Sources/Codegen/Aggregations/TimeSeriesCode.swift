import TraceLang

/// `tseries`: the value of each of the latest intervals.
struct TimeSeriesCode: SlotCode {
  /// Nanoseconds.
  let interval: Int64
  let count: Int64
  let function: Aggregation.Series

  /// Adds a value to the current interval; a place whose interval has passed starts anew.
  func record(_ value: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    let uptime = lowering.builder.call(.ktimeGetBootNanoseconds, [])
    let offset = lowering.builder.load(64, lowering.address(of: .wallOffset), 0)
    let now = lowering.builder.arithmetic(.add, .value(uptime), offset)
    let number = lowering.builder.arithmetic(.udiv, now, .constant(interval))
    let index = lowering.bounded(lowering.builder.arithmetic(.umod, number, .constant(count)), Int(count))
    let place = lowering.builder.advance(slot, by: lowering.scaled(index, by: 24))
    let fresh = lowering.builder.makeBlock()
    let known = lowering.builder.makeBlock()
    let after = lowering.builder.makeBlock()
    lowering.builder.branch(.eq, lowering.builder.load(64, place, 16), number, then: known, otherwise: fresh)
    lowering.builder.continueIn(fresh)
    lowering.builder.emit(.store(bits: 64, base: place, offset: 0, value))
    lowering.builder.emit(.store(bits: 64, base: place, offset: 8, function == .last ? now : .constant(1)))
    lowering.builder.emit(.store(bits: 64, base: place, offset: 16, number))
    lowering.builder.jump(to: after)
    lowering.builder.continueIn(known)
    switch function {
    case .last:
      lowering.builder.emit(.store(bits: 64, base: place, offset: 0, value))
      lowering.builder.emit(.store(bits: 64, base: place, offset: 8, now))
    case .sum, .avg:
      let total = lowering.builder.arithmetic(.add, lowering.builder.load(64, place, 0), value)
      lowering.builder.emit(.store(bits: 64, base: place, offset: 0, total))
      let samples = lowering.builder.arithmetic(.add, lowering.builder.load(64, place, 8), .constant(1))
      lowering.builder.emit(.store(bits: 64, base: place, offset: 8, samples))
    case .min, .max:
      let better = lowering.builder.makeBlock()
      let current = lowering.builder.load(64, place, 0)
      lowering.builder.branch(function == .min ? .slt : .sgt, value, current, then: better, otherwise: after)
      lowering.builder.continueIn(better)
      lowering.builder.emit(.store(bits: 64, base: place, offset: 0, value))
    }
    lowering.builder.jump(to: after)
    lowering.builder.continueIn(after)
  }

  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID {
    describer.array(of: describer.integer(.uint64), count: Int(count) * 3)
  }
}
