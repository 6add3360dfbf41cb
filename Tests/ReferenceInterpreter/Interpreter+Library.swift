import TraceLang

extension Interpreter {
  /// Functions of the standard library. Stacks, registers and addresses of per-CPU data are not modelled: they are zero.
  mutating func call(_ function: LibraryFunction, _ type: Type) throws(Leave) -> Value {
    switch function {
    case .bytes(let bytes): return .bytes(bytes)
    case .inet(let family, let address):
      let family = try evaluate(family).number
      let bytes = layouts.encoded(try evaluate(address), address.type)
      return padded(Layouts.bytes(of: UInt64(bitPattern: family)).prefix(4) + bytes, type)
    case .macAddress(let source): return padded(bytes(at: try place(source), count: 6)[...], type)
    case .stringLength(let text): return .integer(Int64(try evaluate(text).text.count))
    case .stringIndex(let haystack, let needle):
      let text = try evaluate(haystack).text
      let wanted = try evaluate(needle).text
      let starts = 0...max(0, text.count - wanted.count)
      return .integer(Int64(starts.first { text.dropFirst($0).starts(with: wanted) } ?? -1))
    case .part(let part, let map, let key):
      return try self.part(part, of: map, key)
    case .text(let number, let table): return padded(table.text(of: try evaluate(number).number)[...], type)
    case .byte(let text, let position):
      let bytes = try evaluate(text).text
      let index = try evaluate(position).number
      return .integer(Int64(index >= 0 && index < bytes.count ? Int8(bitPattern: bytes[Int(index)]) : 0))
    case .concatenation(let first, let second):
      let bytes = try evaluate(first).text + evaluate(second).text
      return padded(Array(bytes)[...], type)
    case .compareBytes(let left, let right, let count):
      let a = layouts.encoded(try evaluate(left), left.type)
      let b = layouts.encoded(try evaluate(right), right.type)
      let limit = UInt64(bitPattern: try evaluate(count).number)
      for index in 0..<max(a.count, b.count) where UInt64(index) < limit {
        let (x, y) = (index < a.count ? a[index] : 0, index < b.count ? b[index] : 0)
        if x != y { return .integer(x < y ? -1 : 1) }
      }
      return .integer(0)
    case .globMatch(let text, let states):
      let text = String(decoding: try evaluate(text).text, as: UTF8.self)
      return .integer(Glob(states.pattern).matches(text) ? 1 : 0)
    case .namespaceID(_, let isThread): return .integer(Int64(isThread ? surroundings.tid : surroundings.pid))
    case .softwareTAI: return .integer(Int64(bitPattern: surroundings.nanoseconds))
    case .cgroupPath(let identifier, let filter):
      let identifier = UInt64(bitPattern: try evaluate(identifier).number)
      return .bytes(Layouts.bytes(of: identifier) + Layouts.bytes(of: UInt64(filter)))
    case .perCPUAddress, .userAddress, .signal, .writeUser, .packetOutput, .path, .socketCookie, .override, .stackDepth:
      for argument in function.arguments { _ = try evaluate(argument) }
      return layouts.zero(type)
    case .taskName(let number):
      _ = try evaluate(number)
      return layouts.zero(type)
    case .userMode, .register, .stack: return layouts.zero(type)
    }
  }

  private mutating func part(
    _ part: Aggregation.Part, of map: MapID, _ key: TypedExpression?
  ) throws(Leave) -> Value {
    let key = try self.key(of: .map(map, key: key))
    guard case .slot(let words)? = maps[map.index][key],
      case .aggregation(let aggregation) = program.maps[map.index].value
    else { return .integer(0) }
    let (total, count) = (Int64(bitPattern: words[0]), Int64(bitPattern: words[1]))
    let isSigned =
      switch aggregation {
      case .avg(let signed), .stats(let signed): signed
      default: false
      }
    switch part {
    case .count: return .integer(count)
    case .total: return .integer(total)
    case .average: return .integer(Self.computed(.divide, total, count, signed: isSigned))
    }
  }

  private func padded(_ bytes: ArraySlice<UInt8>, _ type: Type) -> Value {
    layouts.decoded(bytes + [UInt8](repeating: 0, count: max(0, layouts.size(of: type) - bytes.count)), type)
  }
}
