import TraceLang

/// Counts in buckets: what `record` takes is the number of one.
protocol HistogramCode: SlotCode {
  var buckets: Int { get }

  func bucket(of value: Operand, in lowering: inout Lowering) -> Operand
}

extension HistogramCode {
  func prepared(_ value: Operand, in lowering: inout Lowering) -> Operand {
    let bucket = bucket(of: value, in: &lowering)
    return lowering.bounded(bucket, buckets)
  }

  func record(_ bucket: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    let place = lowering.builder.advance(slot, by: lowering.scaled(bucket, by: 8))
    lowering.add(.constant(1), to: place, isAtomic: isAtomic)
  }

  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    lowering.countedLoop(to: buckets) { lowering, index, _ in
      let distance = lowering.scaled(index, by: 8)
      let places = slots.map { SlotPlace(base: lowering.builder.advance($0.base, by: distance), offset: $0.offset) }
      let total = lowering.total(of: places, word: 0)
      lowering.add(total, to: lowering.builder.advance(slot, by: distance), isAtomic: isAtomic)
    }
  }

  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID {
    describer.array(of: describer.integer(.uint64), count: buckets)
  }
}

/// `hist`: 2^k buckets for each power of two.
struct LogarithmicHistogramCode: HistogramCode {
  let k: Int

  var buckets: Int { Aggregation.histBuckets(k: k) }

  /// 0 for negatives, 1 + n below 2^k, then 2^k for each power of two.
  func bucket(of value: Operand, in lowering: inout Lowering) -> Operand {
    lowering.choose(
      .slt, value, .constant(0), then: { _ in .constant(0) },
      otherwise: {
        $0.choose(
          .ult, value, .constant(1 << Int64(k)), then: { $0.builder.arithmetic(.add, value, .constant(1)) },
          otherwise: { powerBucket(value, &$0.builder) })
      })
  }

  /// That of a value from 2^k on.
  private func powerBucket(_ value: Operand, _ builder: inout FunctionBuilder) -> Operand {
    let exponent = Self.log2(value, &builder)
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
  private static func log2(_ value: Operand, _ builder: inout FunctionBuilder) -> Operand {
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
}

/// `lhist`: buckets of one width.
struct LinearHistogramCode: HistogramCode {
  let low: Int64
  /// Where the last bucket begins: behind the last whole step.
  let high: Int64
  let step: Int64
  let buckets: Int

  init(low: Int64, high: Int64, step: Int64) {
    self.low = low
    self.high = low + (high - low) / step * step
    self.step = step
    buckets = Aggregation.lhist(min: low, max: high, step: step).words
  }

  /// 0 below `low`, the last from `high` on.
  func bucket(of value: Operand, in lowering: inout Lowering) -> Operand {
    lowering.choose(
      .slt, value, .constant(low), then: { _ in .constant(0) },
      otherwise: {
        $0.choose(
          .sge, value, .constant(high), then: { _ in .constant(Int64(buckets - 1)) },
          otherwise: {
            let distance = $0.builder.arithmetic(.sub, value, .constant(low))
            let index = $0.builder.arithmetic(.udiv, distance, .constant(step))
            return $0.builder.arithmetic(.add, index, .constant(1))
          })
      })
  }
}
