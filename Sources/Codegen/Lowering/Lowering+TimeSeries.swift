import TraceLang

extension Lowering {
  /// Adds a value to the current interval of a time series; an interval that comes round again starts anew.
  mutating func record(
    _ value: Operand, _ interval: Int64, _ count: Int64, _ function: Aggregation.Series, at slot: Value
  ) {
    let uptime = builder.call(.ktimeGetBootNanoseconds, [])
    let now = builder.arithmetic(.add, .value(uptime), builder.load(64, address(of: .wallOffset), 0))
    let number = builder.arithmetic(.udiv, now, .constant(interval))
    let index = bounded(builder.arithmetic(.umod, number, .constant(count)), Int(count))
    let place = builder.advance(slot, by: scaled(index, by: 24))
    let fresh = builder.makeBlock()
    let known = builder.makeBlock()
    let after = builder.makeBlock()
    builder.branch(.eq, builder.load(64, place, 16), number, then: known, otherwise: fresh)
    builder.continueIn(fresh)
    builder.emit(.store(bits: 64, base: place, offset: 0, value))
    builder.emit(.store(bits: 64, base: place, offset: 8, function == .last ? now : .constant(1)))
    builder.emit(.store(bits: 64, base: place, offset: 16, number))
    builder.jump(to: after)
    builder.continueIn(known)
    switch function {
    case .last:
      builder.emit(.store(bits: 64, base: place, offset: 0, value))
      builder.emit(.store(bits: 64, base: place, offset: 8, now))
    case .sum, .avg:
      let total = builder.arithmetic(.add, builder.load(64, place, 0), value)
      builder.emit(.store(bits: 64, base: place, offset: 0, total))
      let samples = builder.arithmetic(.add, builder.load(64, place, 8), .constant(1))
      builder.emit(.store(bits: 64, base: place, offset: 8, samples))
    case .min, .max:
      let better = builder.makeBlock()
      let current = builder.load(64, place, 0)
      builder.branch(function == .min ? .slt : .sgt, value, current, then: better, otherwise: after)
      builder.continueIn(better)
      builder.emit(.store(bits: 64, base: place, offset: 0, value))
    }
    builder.jump(to: after)
    builder.continueIn(after)
  }
}
