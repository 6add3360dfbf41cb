// What maps gather.
extension Checker {
  /// The value that an aggregation takes.
  private mutating func gathered(_ call: BuiltinCall) -> (value: TypedExpression, isSigned: Bool)? {
    let value = integerOperand(call.arguments[0])
    return value.type.integer.map { (value, $0.isSigned) }
  }

  /// `sum(n)`, `min(n)` and all that take a value alone.
  mutating func aggregation(
    _ call: BuiltinCall, _ make: (_ isSigned: Bool) -> Aggregation
  ) -> (Aggregation, TypedExpression?)? {
    gathered(call).map { value, isSigned in (make(isSigned), converted(value, isSigned ? .int64 : .uint64)) }
  }

  /// `hist(n, k)`.
  mutating func histogram(_ call: BuiltinCall) -> (Aggregation, TypedExpression?)? {
    guard let (value, isSigned) = gathered(call) else { return nil }
    let operand = converted(value, isSigned ? .int64 : .uint64)
    guard call.arguments.count == 2 else { return (.hist(k: 0), operand) }
    guard let k = constant(call.arguments[1], call.function), (0...5).contains(k) else {
      error("hist() takes 0 to 5 for the buckets of each power of two", at: call.arguments[1].range)
      return nil
    }
    return (.hist(k: Int(k)), operand)
  }

  /// `lhist(n, min, max, step)`.
  mutating func linearHistogram(_ call: BuiltinCall) -> (Aggregation, TypedExpression?)? {
    guard let (value, _) = gathered(call), let low = constant(call.arguments[1], call.function),
      let high = constant(call.arguments[2], call.function), let step = constant(call.arguments[3], call.function)
    else { return nil }
    guard step > 0 else {
      error("lhist() needs a step above 0", at: call.arguments[3].range)
      return nil
    }
    guard high > low else {
      error("lhist() needs a maximum above its minimum", at: call.arguments[2].range)
      return nil
    }
    let (width, overflow) = high.subtractingReportingOverflow(low)
    guard !overflow, width / step <= 1000 else {
      error("lhist() makes at most 1000 buckets; use a larger step", at: call.range)
      return nil
    }
    guard step <= width else {
      error(
        "lhist() has a step of \(step), and its range is only \(width) wide", at: call.arguments[3].range)
      return nil
    }
    return (.lhist(min: low, max: high, step: step), converted(value, .int64))
  }

  /// `@s[key].count` and so on of what `stats()` and `avg()` gather; `nil` for members of anything else.
  mutating func part(of base: Expression, _ name: Name, _ range: SourceRange) -> TypedExpression? {
    var (place, indices) = (base, [Expression]?.none)
    if case .index(let map, let keys) = base.kind { (place, indices) = (map, keys) }
    guard case .map(let mapName) = place.kind, let index = environment.mapIndex[mapName],
      case .aggregation(let aggregation) = mapValueType(index), let isSigned = aggregation.signOfTotal
    else { return nil }
    environment.maps[index].isRead = true
    let key = mapKey(index, indices, base.range)
    guard let part = Aggregation.Part(rawValue: name.text) else {
      error(
        "what \(aggregation.functionName)() gathers has no part '\(name.text)'", at: name.range,
        notes: [Diagnostic.Note("there are \(Suggestions.list(Aggregation.Part.allCases.map(\.rawValue)))")])
      return invalid(range)
    }
    return libraryValue(
      .part(part, of: MapID(index), key: key), part == .count || !isSigned ? .uint64 : .int64, range)
  }

  /// The most intervals of a time series.
  private static let maximumIntervals: Int64 = 1_000_000

  /// `@m = tseries(value, interval, count, "function")`.
  mutating func timeSeries(_ call: BuiltinCall) -> (Aggregation, TypedExpression?)? {
    guard let (value, _) = gathered(call), let interval = constant(call.arguments[1], call.function),
      let count = constant(call.arguments[2], call.function)
    else {
      return nil
    }
    guard interval >= 1 else {
      error("an interval of tseries() has 1 nanosecond or more, not \(interval)", at: call.arguments[1].range)
      return nil
    }
    guard (1..<Self.maximumIntervals).contains(count) else {
      error("tseries() keeps 1 to \(Self.maximumIntervals - 1) intervals, not \(count)", at: call.arguments[2].range)
      return nil
    }
    var function = Aggregation.Series.last
    if call.arguments.count == 4 {
      guard let name = literal(call.arguments[3], call.function) else { return nil }
      guard let known = Aggregation.Series(rawValue: name), known != .last else {
        error(
          "tseries() has no function \"\(name)\"", at: call.arguments[3].range,
          notes: [Diagnostic.Note("there are avg, max, min and sum")])
        return nil
      }
      function = known
    }
    return (.tseries(interval: interval, count: count, function), converted(value, .int64))
  }
}
