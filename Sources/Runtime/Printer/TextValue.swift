import Codegen
import Glibc
import Symbolizer
import TraceLang

/// Appends values in the form that `print`, `%s` and map output show.
package struct TextValue {
  let context: ValueContext

  package init(context: ValueContext, isCompact: Bool = false, escapesControls: Bool = false) {
    self.context = context
    self.isCompact = isCompact
    self.escapesControls = escapesControls
  }

  /// Without blanks around punctuation, as in the keys of JSON output.
  var isCompact = false
  /// Control characters in what is printed become escapes, for terminals.
  var escapesControls = false

  package func append(_ type: Type, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let start = buffer.count
    appendPlain(type, value, to: buffer)
    if escapesControls { ControlText.escape(buffer, from: start) }
  }

  private func appendPlain(_ type: Type, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    switch type {
    case .void, .invalid: break
    case .bool: buffer.append(value.load(as: UInt8.self) != 0 ? "true" : "false")
    case .integer(let type): append(type, value, to: buffer)
    case .enumeration(let reference, let type):
      let number = Word.integer(value, size: type.size, signed: type.isSigned)
      if let name = context.enumerator(number, of: reference) {
        buffer.append(text: name)
      } else {
        append(type, value, to: buffer)
      }
    case .string(let capacity): appendPlain(string: value, capacity: capacity, to: buffer)
    case .buffer(let capacity):
      BufferText.append(BufferText.contents(value, capacity: capacity), style: .printable, to: buffer)
    case .pointer:
      buffer.append("0x")
      buffer.append(hex: Word.u64(value))
    case .array(let element, let count): append(element, count: count, value, to: buffer)
    case .record(let reference):
      if let layout = context.layout(of: reference) { append(layout, value, to: buffer) }
    case .tuple(let elements): append(elements, value, to: buffer)
    case .symbolic(let type): append(type, value, to: buffer)
    case .stack(let type): StackText(context: context).append(type, value, to: buffer)
    case .aggregation(let aggregation):
      let summary = AggregationSummary(aggregation, value)
      summary.append(to: buffer)
    }
  }

  private func append(_ type: IntegerType, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let number = Word.integer(value, size: type.size, signed: type.isSigned)
    if type.isSigned {
      buffer.append(decimal: number)
    } else {
      buffer.append(decimal: UInt64(bitPattern: number))
    }
  }

  /// The string up to its terminator, and the trailer when it was cut.
  func append(string value: UnsafeRawPointer, capacity: Int, to buffer: OutputBuffer) {
    let start = buffer.count
    appendPlain(string: value, capacity: capacity, to: buffer)
    if escapesControls { ControlText.escape(buffer, from: start) }
  }

  private func appendPlain(string value: UnsafeRawPointer, capacity: Int, to buffer: OutputBuffer) {
    let length = strnlen(value.assumingMemoryBound(to: CChar.self), capacity)
    buffer.append(value, count: length)
    // A string is cut when it fills its space and that space is the longest a script may ask for.
    if length + 1 >= capacity, capacity == context.maximumStringLength + 1 { buffer.append(context.trailer) }
  }

  private func append(_ element: Type, count: Int, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let stride = context.size(of: element)
    buffer.append(UInt8(ascii: "["))
    for index in 0..<count {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      appendPlain(element, value + index * stride, to: buffer)
    }
    buffer.append(UInt8(ascii: "]"))
  }

  private func append(_ elements: [TupleElement], _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let layout = Type.tupleLayout(elements, recordSize: context.recordSize)
    let isRecord = elements.contains { $0.name != nil }
    if isRecord { appendOpening(to: buffer) } else { buffer.append(UInt8(ascii: "(")) }
    for (index, element) in elements.enumerated() {
      if index > 0 { appendSeparator(to: buffer) }
      if let name = element.name { append(memberName: name, to: buffer) }
      appendPlain(element.type, value + layout.offsets[index], to: buffer)
    }
    if isRecord { appendClosing(to: buffer) } else { buffer.append(UInt8(ascii: ")")) }
  }

  private func append(_ layout: RecordLayout, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    appendOpening(to: buffer)
    for (index, member) in layout.members.enumerated() {
      if index > 0 { appendSeparator(to: buffer) }
      append(memberName: member.name, to: buffer)
      append(member, of: value, to: buffer)
    }
    appendClosing(to: buffer)
  }

  func appendSeparator(to buffer: OutputBuffer) { buffer.append(isCompact ? "," : ", ") }

  private func appendOpening(to buffer: OutputBuffer) { buffer.append(isCompact ? "{" : "{ ") }

  private func appendClosing(to buffer: OutputBuffer) { buffer.append(isCompact ? "}" : " }") }

  private func append(memberName name: String, to buffer: OutputBuffer) {
    buffer.append(UInt8(ascii: "."))
    buffer.append(text: name)
    buffer.append(isCompact ? "=" : " = ")
  }

  private func append(_ member: RecordLayout.Member, of value: UnsafeRawPointer, to buffer: OutputBuffer) {
    guard let field = member.bitField, let type = member.type.integer else {
      appendPlain(member.type, value + member.offset, to: buffer)
      return
    }
    let (number, isSigned) = BitFieldValue.read(field, type, value + member.offset)
    if isSigned {
      buffer.append(decimal: number)
    } else {
      buffer.append(decimal: UInt64(bitPattern: number))
    }
  }

  /// The text of each type in the table of `SymbolicType`.
  private func append(_ type: SymbolicType, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    switch type {
    case .probeName:
      let index = Int(truncatingIfNeeded: Word.u64(value))
      if context.probeNames.indices.contains(index) { buffer.append(context.probeNames[index]) }
    case .kernelSymbol: buffer.append(text: context.kernelSymbol(Word.u64(value)))
    case .userSymbol:
      let address = Word.u64(value)
      let process = Int32(truncatingIfNeeded: Word.u64(value, 8))
      let function = context.host.function(at: address, process: process)
      buffer.append(text: function?.title ?? ValueContext.hexadecimal(address))
    case .inet: NetworkText.append(inet: value, to: buffer)
    case .macAddress: NetworkText.append(mac: value, to: buffer)
    case .username: buffer.append(text: context.userName(UInt32(truncatingIfNeeded: Word.u64(value))))
    case .timestamp:
      let index = Int(truncatingIfNeeded: Word.u64(value))
      guard context.timeFormats.indices.contains(index) else { return }
      TimeText.append(format: context.timeFormats[index], sinceBoot: Word.u64(value, 8), to: buffer)
    case .cgroupPath:
      buffer.append(text: context.cgroupPath(Word.u64(value), filter: Int(clamping: Word.u64(value, 8))))
    case .errorName, .signalName, .syscallName: buffer.append(context.text(of: Word.i64(value), type))
    }
  }
}

/// Values of C bit-fields.
package enum BitFieldValue {
  /// The field's number, extended by its sign, and whether it has one.
  package static func read(_ field: RecordLayout.BitField, _ type: IntegerType, _ unit: UnsafeRawPointer) -> (
    Int64, Bool
  ) {
    let raw = UInt64(bitPattern: Word.integer(unit, size: type.size, signed: false)) >> UInt64(field.shift)
    let unused = UInt64(64 - field.width)
    let number =
      type.isSigned
      ? Int64(bitPattern: raw << unused) >> Int64(unused) : Int64(bitPattern: (raw << unused) >> unused)
    return (number, type.isSigned)
  }
}
