import TraceLang

extension Interpreter {
  mutating func execute(_ statements: [TypedStatement]) throws(Leave) {
    for statement in statements { try execute(statement) }
  }

  private mutating func execute(_ statement: TypedStatement) throws(Leave) {
    switch statement.kind {
    case .assign(let place, let value):
      let value = try evaluate(value)
      try store(value, in: place)
    case .update(let place, let operation, let value, let signed):
      // As `place = place operation value` would, but for the key, which is computed once.
      let key = try self.key(of: place)
      let before = current(place, key).number
      let operand = try evaluate(value).number
      store(.integer(Self.computed(operation, before, operand, signed: signed)), in: place, key)
    case .aggregate(let map, let key, let value):
      let key = try self.key(key)
      gather(try value.map { value throws(Leave) in try evaluate(value).number } ?? 1, map, key)
    case .copy(let map, let key, let source, let sourceKey, let merges):
      let key = try self.key(key)
      let entry = maps[source.index][try self.key(sourceKey)]
      if let entry {
        store(merges ? merged(entry, with: maps[map.index][key], of: map) : entry, map, key)
      } else if !merges {
        maps[map.index].removeValue(forKey: key)
      }
    case .evaluate(let value): _ = try evaluate(value)
    case .conditional(let condition, let then, let otherwise):
      try execute(try holds(condition) ? then : otherwise)
    case .whileLoop(let condition, let body):
      while try holds(condition) {
        guard try iterate(body) else { break }
      }
    case .unroll(let count, let body):
      for _ in 0..<count {
        guard try iterate(body) else { break }
      }
    case .forRange(let variable, let start, let end, let body):
      let start = try evaluate(start).number
      let end = try evaluate(end).number
      var position = start
      while position < end {
        variables[variable.index] = .integer(position)
        guard try iterate(body) else { break }
        position += 1
      }
    case .forMap(let variable, let map, let body):
      for (key, value) in maps[map.index] {
        variables[variable.index] = .tuple([key, read(value, of: map)])
        guard try iterate(body) else { break }
      }
    case .breakLoop: throw .breakLoop
    case .continueLoop: throw .continueLoop
    case .finish: throw .finish
    case .send(let message): try send(message)
    }
  }

  /// One run of a loop's body; false when it ended the loop.
  private mutating func iterate(_ body: [TypedStatement]) throws(Leave) -> Bool {
    patience -= 1
    if isEndless { throw .finish }
    do throws(Leave) {
      try execute(body)
    } catch {
      switch error {
      case .breakLoop: return false
      case .continueLoop: return true
      case .finish: throw .finish
      }
    }
    return true
  }

  mutating func holds(_ condition: TypedExpression) throws(Leave) -> Bool { try evaluate(condition).number != 0 }

  // MARK: - Places

  mutating func key(of place: Destination) throws(Leave) -> Value {
    switch place {
    case .variable: .tuple([])
    case .map(_, let key): try self.key(key)
    }
  }

  mutating func key(_ key: TypedExpression?) throws(Leave) -> Value {
    guard let key else { return .tuple([]) }
    return try evaluate(key)
  }

  private mutating func store(_ value: Value, in place: Destination) throws(Leave) {
    let key = try key(of: place)
    store(value, in: place, key)
  }

  func current(_ place: Destination, _ key: Value) -> Value {
    switch place {
    case .variable(let variable): variables[variable.index]
    case .map(let map, _): maps[map.index][key] ?? layouts.zero(program.maps[map.index].value)
    }
  }

  private mutating func store(_ value: Value, in place: Destination, _ key: Value) {
    switch place {
    case .variable(let variable):
      variables[variable.index] = Self.kept(value, probe.variables[variable.index].type)
    case .map(let map, _): store(Self.kept(value, program.maps[map.index].value), map, key)
    }
  }

  /// A full map takes no new keys.
  private mutating func store(_ value: Value, _ map: MapID, _ key: Value) {
    let isFull = maps[map.index].count >= program.maps[map.index].maxEntries
    if isFull, program.maps[map.index].key != nil, maps[map.index][key] == nil { return }
    maps[map.index][key] = value
  }

  /// An integer as a place of a type keeps it.
  private static func kept(_ value: Value, _ type: Type) -> Value {
    guard let integer = type.integer, type != .bool, case .integer(let number) = value else { return value }
    return .integer(integer.wrapped(number))
  }

  /// `++` and `--`.
  mutating func step(_ place: Destination, _ amount: Int64, isPrefix: Bool) throws(Leave) -> Value {
    let key = try key(of: place)
    let before = current(place, key)
    store(.integer(before.number &+ amount), in: place, key)
    return isPrefix ? current(place, key) : before
  }

  // MARK: - Aggregations

  private mutating func gather(_ sample: Int64, _ map: MapID, _ key: Value) {
    guard case .aggregation(let aggregation) = program.maps[map.index].value else { return }
    var words = [UInt64](repeating: 0, count: aggregation.words)
    if case .slot(let known)? = maps[map.index][key] { words = known }
    let word = UInt64(bitPattern: sample)
    switch aggregation {
    case .count: words[0] &+= 1
    case .sum, .avg, .stats:
      words[0] &+= word
      words[1] += 1
    case .min(let signed):
      let isLess = signed ? sample < Int64(bitPattern: words[0]) : word < words[0]
      if words[1] == 0 || isLess { words[0] = word }
      words[1] = 1
    case .max(let signed):
      let isMore = signed ? sample > Int64(bitPattern: words[0]) : word > words[0]
      if words[1] == 0 || isMore { words[0] = word }
      words[1] = 1
    case .hist(let k): words[Self.bucket(sample, k: k)] += 1
    case .lhist(let low, _, let step):
      let last = aggregation.words - 1
      // A distance may pass 64 bits.
      let position = sample < low ? 0 : UInt64(bitPattern: sample &- low) / UInt64(step) + 1
      words[Int(min(position, UInt64(last)))] += 1
    case .tseries: break
    }
    store(.slot(words), map, key)
  }

  /// What two slots have gathered together.
  private func merged(_ entry: Value, with other: Value?, of map: MapID) -> Value {
    guard case .slot(let words) = entry, case .slot(let known)? = other,
      case .aggregation(let aggregation) = program.maps[map.index].value
    else { return entry }
    func best(_ isBetter: (UInt64, UInt64) -> Bool) -> [UInt64] {
      if words[1] == 0 || known[1] == 0 { return words[1] == 0 ? known : words }
      return [isBetter(words[0], known[0]) ? words[0] : known[0], 1]
    }
    switch aggregation {
    case .min(let signed): return .slot(best { signed ? Int64(bitPattern: $0) < Int64(bitPattern: $1) : $0 < $1 })
    case .max(let signed): return .slot(best { signed ? Int64(bitPattern: $0) > Int64(bitPattern: $1) : $0 > $1 })
    case .count, .sum, .avg, .stats, .hist, .lhist, .tseries: return .slot(zip(words, known).map { $0 &+ $1 })
    }
  }

  /// The bucket of a histogram with 2^k buckets for each power of two.
  private static func bucket(_ sample: Int64, k: Int) -> Int {
    if sample < 0 { return 0 }
    let singles = 1 << k
    if sample < Int64(singles) { return Int(sample) + 1 }
    let power = 63 - sample.leadingZeroBitCount
    let part = Int(sample >> Int64(power - k)) - singles
    return 1 + singles + (power - k) * singles + part
  }

  /// What reading an entry gives: of an aggregation the number that stands for it.
  func read(_ value: Value, of map: MapID) -> Value {
    guard case .slot(let words) = value, case .aggregation(let aggregation) = program.maps[map.index].value else {
      return value
    }
    switch aggregation {
    case .avg(let signed):
      let (total, count) = (Int64(bitPattern: words[0]), Int64(bitPattern: words[1]))
      return .integer(Self.computed(.divide, total, count, signed: signed))
    case .count, .sum, .min, .max: return .integer(Int64(bitPattern: words[0]))
    case .stats, .hist, .lhist, .tseries: return .integer(0)
    }
  }
}
