import TraceLang

extension Interpreter {
  mutating func call(_ function: ValueFunction, _ type: Type) throws(Leave) -> Value {
    switch function {
    case .string(let source, let length):
      guard case .string(let capacity) = type else { return .string([]) }
      let place = try self.place(source)
      let limit = try bounded(length, capacity)
      return .string(text(at: place, limit: limit))
    case .buffer(let source, let length):
      guard case .buffer(let capacity) = type else { return .buffer([]) }
      let place = try self.place(source)
      let count = try bounded(length, capacity)
      return .buffer(bytes(at: place, count: count))
    case .kernelSymbol(let address): return try evaluate(address)
    case .userSymbol(let address):
      let address = UInt64(bitPattern: try evaluate(address).number)
      return .bytes(Layouts.bytes(of: address) + Layouts.bytes(of: UInt64(surroundings.pid)))
    case .strftime(let format, let time):
      let time = UInt64(bitPattern: try evaluate(time).number)
      return .bytes(Layouts.bytes(of: UInt64(format)) + Layouts.bytes(of: time))
    case .hasKey(let map, let key):
      let key = try self.key(key)
      return .integer(maps[map.index][key] == nil ? 0 : 1)
    case .delete(let map, let key):
      let key = try self.key(key)
      return .integer(maps[map.index].removeValue(forKey: key) == nil ? 0 : 1)
    case .length(let map): return .integer(Int64(maps[map.index].count))
    case .stringsEqual(let left, let right, let limit):
      let left = try evaluate(left).text
      let right = try evaluate(right).text
      return .integer(left.prefix(limit) == right.prefix(limit) ? 1 : 0)
    case .valuesEqual(let left, let right):
      let left = try evaluate(left)
      return .integer(left == (try evaluate(right)) ? 1 : 0)
    case .library(let function): return try call(function, type)
    case .byteSwap(let value):
      let size = (value.type.integer?.bits ?? 64) / 8
      let bytes = Layouts.bytes(of: UInt64(bitPattern: try evaluate(value).number))
      return .integer(Layouts.word(bytes.prefix(size).reversed()))
    }
  }

  private mutating func bounded(_ length: TypedExpression?, _ capacity: Int) throws(Leave) -> Int {
    guard let length else { return capacity }
    return Int(min(UInt64(bitPattern: try evaluate(length).number), UInt64(capacity)))
  }

  // MARK: - Messages

  mutating func send(_ message: Message) throws(Leave) {
    switch message {
    case .printf(let format, let values): records.append(.printed(.printf(try pieces(format, values))))
    case .cat(let format, let values): records.append(.printed(.cat(try pieces(format, values))))
    case .system(let format, let values): records.append(.printed(.system(try pieces(format, values))))
    case .report(let severity, let format, let values):
      records.append(.printed(.report(severity, try pieces(format, values))))
    case .kernelTrace(_, let values): for value in values { _ = try evaluate(value) }
    case .print(let value):
      records.append(.printed(.value(value.type, layouts.encoded(try evaluate(value), value.type))))
    case .printMap(let map, let top, let divisor):
      let top = try number(top)
      records.append(.printMap(map, top: top, divisor: try number(divisor)))
    case .printMapValue(let map, let key):
      records.append(.printMapValue(map, key: try self.key(key), program.maps[map.index].value))
    case .clear(let map): records.append(.clear(map))
    case .zero(let map): records.append(.zero(map))
    case .unwatch(let address): _ = try evaluate(address)
    case .exit(let status):
      records.append(.exit(Int64(bitPattern: try number(status))))
      throw .finish
    case .time(let format): records.append(.printed(.time(format)))
    case .join(let list, let separator):
      records.append(
        .printed(.join(strings(of: try evaluate(list).number, Self.space(list.type)), separator: separator)))
    }
  }

  private mutating func number(_ value: TypedExpression?) throws(Leave) -> UInt64 {
    guard let value else { return 0 }
    return UInt64(bitPattern: try evaluate(value).number)
  }

  private mutating func pieces(_ format: FormatString, _ values: [TypedExpression]) throws(Leave) -> [Printed.Piece] {
    var encoded: [(Type, [UInt8])] = []
    for value in values { encoded.append((value.type, layouts.encoded(try evaluate(value), value.type))) }
    var next = encoded.makeIterator()
    return format.segments.map { segment in
      switch segment {
      case .literal(let bytes): .literal(bytes)
      case .conversion(let directive): next.next().map { .argument(directive, $0, $1) } ?? .literal([])
      }
    }
  }
}
