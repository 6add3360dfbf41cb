import Codegen
import Runtime
import TraceLang

/// Makes values of bytes as the kernel has them.
struct ValueDecoder {
  let context: ValueContext
  private let texts: TextValue
  private let frames: FrameReader
  private let scratch = OutputBuffer(capacity: 256)

  init(context: ValueContext) {
    self.context = context
    texts = TextValue(context: context)
    frames = FrameReader(context: context)
  }

  func value(_ type: Type, _ bytes: UnsafeRawPointer) -> Value {
    switch type {
    case .void, .invalid: return .text("")
    case .bool: return .bool(bytes.load(as: UInt8.self) != 0)
    case .integer(let type): return number(Word.integer(bytes, size: type.size, signed: type.isSigned), type.isSigned)
    case .enumeration(let reference, let type):
      let number = Word.integer(bytes, size: type.size, signed: type.isSigned)
      return .enumerator(context.enumerator(number, of: reference), number)
    case .pointer: return .unsigned(Word.u64(bytes))
    case .string: return .string(text(type, bytes))
    case .buffer(let capacity): return .bytes(Array(BufferText.contents(bytes, capacity: capacity)))
    case .array(let element, let count):
      let stride = context.size(of: element)
      return .array((0..<count).map { value(element, bytes + $0 * stride) })
    case .tuple(let elements): return tuple(elements, bytes)
    case .record(let reference):
      guard let layout = context.layout(of: reference) else { return .record([]) }
      return .record(layout.members.map { Value.Member(name: $0.name, value: member($0, bytes + $0.offset)) })
    case .aggregation(let aggregation): return self.aggregation(aggregation, bytes)
    case .symbolic: return .text(text(type, bytes))
    case .stack(let stack):
      let text = text(type, bytes)
      return .stack(Stack(frames.places(stack, bytes), isUser: stack.isUser, text: text, reader: frames))
    }
  }

  /// A map's key: a tuple for several.
  func key(of view: MapView, _ bytes: UnsafeRawPointer) -> Value? {
    view.key.map { value($0, bytes) }
  }

  /// A map as it is printed.
  func snapshot(_ map: PrintedMap) -> MapSnapshot {
    let entries = map.order.map { index in
      map.entries.withEntry(index) { key, value in
        MapSnapshot.Entry(key: self.key(of: map.view, key), value: self.value(map.view.value, value))
      }
    }
    return MapSnapshot(name: map.view.name, entries: entries)
  }

  private func text(_ type: Type, _ bytes: UnsafeRawPointer) -> String {
    scratch.removeAll()
    texts.append(type, bytes, to: scratch)
    return scratch.text
  }

  private func number(_ number: Int64, _ isSigned: Bool) -> Value {
    isSigned ? .signed(number) : .unsigned(UInt64(bitPattern: number))
  }

  private func member(_ member: RecordLayout.Member, _ bytes: UnsafeRawPointer) -> Value {
    guard let field = member.bitField, let type = member.type.integer else { return value(member.type, bytes) }
    let (number, isSigned) = BitFieldValue.read(field, type, bytes)
    return self.number(number, isSigned)
  }

  private func tuple(_ elements: [TupleElement], _ bytes: UnsafeRawPointer) -> Value {
    let layout = Type.tupleLayout(elements, recordSize: context.recordSize)
    let values = zip(elements, layout.offsets).map { value($0.type, bytes + $1) }
    guard elements.contains(where: { $0.name != nil }) else { return .tuple(values) }
    return .record(zip(elements, values).map { Value.Member(name: $0.name ?? "", value: $1) })
  }

  private func aggregation(_ aggregation: Aggregation, _ slot: UnsafeRawPointer) -> Value {
    switch AggregationSummary(aggregation, slot) {
    case .number(let number, let isSigned): return self.number(number, isSigned)
    case .stats(let count, let average, let total, _):
      return .statistics(Value.Statistics(count: count, average: average, total: total))
    case .buckets(let counts, let used):
      guard let used, let buckets = HistogramBuckets(aggregation) else { return .histogram([]) }
      return .histogram(
        used.map { index in
          let range = buckets.range(index)
          return Value.Bucket(lower: range.lower, upper: range.upper, count: counts[index])
        })
    case .series(let intervals, let interval):
      return .series(intervals.map { Value.Point(time: $0.number &* interval, value: $0.value) })
    }
  }
}
