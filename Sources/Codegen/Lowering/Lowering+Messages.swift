import TraceLang

// Records for user space, built in place in the ring buffer.
extension Lowering {
  mutating func send(_ message: Message) {
    switch message {
    case .printf(let format, let values) where probe.traits.isPinned: writeSequence(format, values)
    case .printf(let format, let values): sendFormatted(format, values) { .printf($0) }
    case .cat(let format, let values): sendFormatted(format, values) { .cat($0) }
    case .system(let format, let values): sendFormatted(format, values) { .system($0) }
    case .report(let severity, let format, let values):
      let place = place
      sendFormatted(format, values) { .message(severity == .error ? .error : .warning, $0, place) }
    case .kernelTrace(let format, let values): writeTrace(format, values)
    case .print(let value):
      let field = Field(offset: 0, size: size(of: value.type), type: value.type)
      sendValues([value], [field], field.size, .print(field))
    case .printMap(let map, let top, let divisor):
      let zero = TypedExpression(.integer(0), .uint64, probe.range)
      let fields = [Field(offset: 0, size: 8, type: .uint64), Field(offset: 8, size: 8, type: .uint64)]
      sendValues([top ?? zero, divisor ?? zero], fields, 16, .printMap(view: map.index))
    case .printMapValue(let map, let key):
      let view = plan.views[map.index]
      let field = key.map { Field(offset: 0, size: size(of: $0.type), type: $0.type) }
      sendValues(
        key.map { [$0] } ?? [], field.map { [$0] } ?? [], field?.size ?? 0,
        .printMapValue(view: map.index, key: field, value: Field(offset: 0, size: view.valueSize, type: view.value)),
        isPadded: true)
    case .clear(let map): sendValues([], [], 0, .clear(view: map.index))
    case .zero(let map): sendValues([], [], 0, .zero(view: map.index))
    case .exit(let status):
      let zero = TypedExpression(.integer(0), .int64, probe.range)
      sendValues([status ?? zero], [Field(offset: 0, size: 8, type: .int64)], 8, .exit)
      leaveBody()
    case .unwatch(let address):
      sendValues([address], [Field(offset: 0, size: 8, type: .uint64)], 8, .unwatch)
    case .time(let format): sendValues([], [], 0, .time(format))
    case .join(let list, let separator): sendJoined(list, separator)
    }
  }

  /// Where the statement being lowered stands.
  private var place: MessagePlace { place(of: statementRange) }

  func place(of range: SourceRange) -> MessagePlace {
    let position = sources.position(range)
    return MessagePlace(
      source: sources[range.source].name, line: position.line, column: position.column,
      text: DiagnosticRenderer(sources: sources).place(of: range))
  }

  private mutating func sendFormatted(
    _ format: FormatString, _ values: [TypedExpression], _ action: (Format) -> Action
  ) {
    var fields: [Field] = []
    var size = 0
    for value in values {
      let width = self.size(of: value.type)
      // What is longer than a word is copied by words.
      let alignment = width >= 8 ? 8 : value.type.alignment
      size = (size + alignment - 1) / alignment * alignment
      fields.append(Field(offset: size, size: width, type: value.type))
      size += width
    }
    var next = 0
    let segments = format.segments.map { segment -> Format.Segment in
      switch segment {
      case .literal(let bytes): return .literal(bytes)
      case .conversion(let directive):
        next += 1
        return .argument(directive, fields[next - 1])
      }
    }
    sendValues(values, fields, size, action(Format(segments: segments)))
  }

  /// Reserves a record, writes the values at their fields and submits it; a full buffer is counted.
  private mutating func sendValues(
    _ values: [TypedExpression], _ fields: [Field], _ size: Int, _ action: Action, isPadded: Bool = false
  ) {
    // Effects of arguments happen even when the record is lost, and in order: all values are computed before it then.
    let pending = plan.pendingActions.first { $0.action == action }
    let early = pending != nil || values.contains(where: \.hasEffects) ? values.map { computed($0) } : nil
    let leave = pending.map { pending in
      { (lowering: inout Lowering) in lowering.leave(pending, early ?? [], fields) }
    }
    withRecord(payload: size, action, whenFull: leave) { lowering, record in
      for (index, field) in fields.enumerated() {
        let place = Memory(base: record, offset: Action.headerSize + field.offset)
        if let value = early?[index] {
          lowering.store(value, to: place, size: field.size)
        } else {
          lowering.write(values[index], to: place, isPadded: isPadded)
        }
      }
    }
  }

  /// Leaves an action that must not be lost in its place; the time is written last.
  private mutating func leave(_ pending: PendingAction, _ values: [ComputedValue], _ fields: [Field]) {
    let base = dataAddress(pending.place.map, pending.place.offset)
    switch pending.action {
    case .printMap, .unwatch: countOvertaken(base)
    case .exit, .clear, .zero, .printf, .print, .printMapValue, .time, .join, .cat, .system, .message, .helperError,
      .lostUpdates:
      break
    }
    for (value, field) in zip(values, fields) {
      store(value, to: Memory(base: base, offset: 8 + field.offset), size: field.size)
    }
    let now = builder.call(.ktimeGetNanoseconds, [])
    builder.emit(.store(bits: 64, base: base, offset: 0, .value(now)))
  }

  /// Of what waits already, one of the two is lost: a print will print for both, an address gives way to the other.
  private mutating func countOvertaken(_ pending: Value) {
    when(.ne, builder.load(64, pending, 0), .constant(0)) {
      $0.builder.emit(.atomicAdd(bits: 64, base: $0.address(of: .lostEvents), offset: 0, .constant(1)))
    }
  }

  private mutating func store(_ value: ComputedValue, to place: Memory, size: Int) {
    switch value {
    case .operand(let operand):
      builder.emit(.store(bits: size * 8, base: place.base, offset: place.offset, operand))
    case .memory(let memory): copy(to: place, from: memory, size: size)
    }
  }

  private enum ComputedValue {
    case operand(Operand)
    case memory(Memory)
  }

  private mutating func computed(_ value: TypedExpression) -> ComputedValue {
    if value.type.isScalar { return .operand(scalar(value)) }
    let memory = temporary(size: max(size(of: value.type), 8))
    // It is copied whole, so that nothing of what the memory held before may be left in it.
    write(value, to: memory, isPadded: true)
    return .memory(memory)
  }

  /// Reserves a record of an action, fills its header, runs `fill` and submits it.
  /// - Parameter whenFull: runs where there is no room for it, which is counted as a lost event otherwise.
  mutating func withRecord(
    payload: Int, _ action: Action, whenFull: ((inout Lowering) -> Void)? = nil,
    _ fill: (inout Lowering, Value) -> Void
  ) {
    guard let buffer = plan.ringBuffer else {
      impossible("the plan has no ring buffer")
      return
    }
    let line = builder.line
    let index = actions.index(of: action)
    let size = Action.headerSize + (payload + 7) / 8 * 8
    let record = builder.call(
      .ringBufferReserve, [mapReference(buffer), .constant(Int64(size)), .constant(0)], .pointer(.recordOrNull))
    let reserved = builder.makeBlock()
    let full = builder.makeBlock()
    builder.branch(.ne, .value(record), .constant(0), then: reserved, otherwise: full)
    builder.continueIn(full)
    if let whenFull {
      whenFull(&self)
    } else {
      builder.emit(.atomicAdd(bits: 64, base: address(of: .lostEvents), offset: 0, .constant(1)))
    }
    let dropped = builder.arrive()
    builder.continueIn(reserved)
    builder.emit(.store(bits: 64, base: record, offset: 0, .constant(Int64(index))))
    openRecords.append(record)
    fill(&self, record)
    openRecords.removeLast()
    builder.line = line
    if builder.isOpen { _ = builder.call(.ringBufferSubmit, [.value(record), .constant(0)]) }
    let sent = builder.arrive()
    builder.join([sent, dropped].compactMap { $0 })
  }

  /// Strings of an array that `join` takes at most, and the bytes of each.
  private static let joinedStrings = 16

  private mutating func sendJoined(_ list: TypedExpression, _ separator: String) {
    let capacity = min(program.configuration.maxStringLength, 1024)
    let action = Action.join(separator: separator, capacity: capacity)
    let start = scalar(list)
    let space = Self.space(list.type)
    withRecord(payload: 8 + Self.joinedStrings * capacity, action) { lowering, record in
      lowering.fillJoined(record, start, space, capacity)
    }
  }

  private mutating func fillJoined(_ record: Value, _ start: Operand, _ space: AddressSpace, _ capacity: Int) {
    let header = Action.headerSize
    let helper: Helper = space == .user ? .probeReadUserString : .probeReadKernelString
    builder.emit(.store(bits: 64, base: record, offset: header, .constant(0)))
    let counter = VariableID(-1 - loops.count)
    builder.variables[counter] = .constant(0)
    let loop = builder.beginLoop([counter])
    let index = builder.variables[counter] ?? .constant(0)
    let inside = builder.makeBlock()
    let some = builder.makeBlock()
    let after = builder.makeBlock()
    builder.branch(.ult, index, .constant(Int64(Self.joinedStrings)), then: inside, otherwise: after)
    builder.continueIn(inside)
    let place = builder.arithmetic(.add, start, builder.arithmetic(.shl, index, .constant(3)))
    let string = read(64, signed: false, at: place, space)
    builder.branch(.ne, string, .constant(0), then: some, otherwise: after)
    builder.continueIn(some)
    let slot = builder.advance(record, by: scaled(index, by: capacity))
    let memory = Memory(base: slot, offset: header + 8)
    builder.emit(.store(bits: 8, base: memory.base, offset: memory.offset, .constant(0)))
    _ = guardedCall(helper, [address(memory), .constant(Int64(capacity)), string])
    let next = builder.arithmetic(.add, index, .constant(1))
    builder.emit(.store(bits: 64, base: record, offset: header, next))
    builder.variables[counter] = next
    builder.repeatLoop(loop)
    builder.continueIn(after)
    builder.variables[counter] = nil
  }
}
