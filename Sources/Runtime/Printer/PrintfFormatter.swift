import Glibc
import TraceLang

/// Prints payloads by compiled formats, with the meaning that flags, width and precision have in C.
package struct PrintfFormatter {
  let values: TextValue

  /// - Parameter escapesControls: what values hold of control characters becomes escapes; what the format holds stays.
  package init(context: ValueContext, escapesControls: Bool = false) {
    values = TextValue(context: context, escapesControls: escapesControls)
  }

  package func append(_ format: CompiledFormat, _ payload: UnsafeRawPointer, to buffer: OutputBuffer) {
    format.literals.withUnsafeBytes { literals in
      format.steps.withUnsafeBufferPointer { steps in
        for step in steps {
          append(step, format, literals, payload, to: buffer)
        }
      }
    }
  }

  @inline(__always)
  private func append(
    _ step: CompiledFormat.Step, _ format: CompiledFormat, _ literals: UnsafeRawBufferPointer,
    _ payload: UnsafeRawPointer, to buffer: OutputBuffer
  ) {
    let value = payload + Int(step.offset)
    switch step.kind {
    case .literal:
      if let start = literals.baseAddress { buffer.append(start + Int(step.offset), count: Int(step.size)) }
    case .plainString: values.append(string: value, capacity: Int(step.size), to: buffer)
    case .plainSigned: buffer.append(decimal: Self.number(step, value, signed: true))
    case .plainUnsigned: buffer.append(decimal: UInt64(bitPattern: Self.number(step, value, signed: false)))
    case .signed, .unsigned, .hex, .upperHex, .octal, .pointer:
      appendNumber(step, Self.number(step, value, signed: step.kind == .signed), to: buffer)
    case .character:
      let start = buffer.count
      buffer.append(value.load(as: UInt8.self))
      if values.escapesControls { ControlText.escape(buffer, from: start) }
      buffer.pad(from: start, width: Int(step.width), leftAligned: step.flags.contains(.left))
    case .text:
      let start = buffer.count
      values.append(format.types[Int(step.type)], value, to: buffer)
      finish(step, from: start, to: buffer)
    case .allocationFlags:
      let start = buffer.count
      AllocationFlags.append(UInt64(bitPattern: Self.number(step, value, signed: false)), to: buffer)
      finish(step, from: start, to: buffer)
    case .real: buffer.append(format.reals[Int(step.type)].text(of: value))
    case .buffer, .escapedBuffer, .hexBuffer:
      let start = buffer.count
      let bytes = BufferText.contents(value, capacity: max(0, Int(step.size) - 4))
      BufferText.append(bytes, style: Self.style(step.kind), to: buffer)
      finish(step, from: start, to: buffer)
    }
  }

  private func finish(_ step: CompiledFormat.Step, from start: Int, to buffer: OutputBuffer) {
    if step.precision >= 0 { buffer.truncate(to: start + Int(step.precision)) }
    buffer.pad(from: start, width: Int(step.width), leftAligned: step.flags.contains(.left))
  }

  private static func style(_ kind: CompiledFormat.Step.Kind) -> BufferText.Style {
    switch kind {
    case .escapedBuffer: .escaped
    case .hexBuffer: .hexadecimal
    case .literal, .signed, .unsigned, .hex, .upperHex, .octal, .character, .pointer, .plainString, .plainSigned,
      .plainUnsigned, .text, .buffer, .allocationFlags, .real:
      .printable
    }
  }

  /// The argument cut to the step's bits and extended again, by sign or with zeros.
  @inline(__always)
  private static func number(_ step: CompiledFormat.Step, _ value: UnsafeRawPointer, signed: Bool) -> Int64 {
    let number = Word.integer(value, size: Int(step.size), signed: step.isSigned)
    if step.bits >= 64 { return number }
    let unused = Int64(64 - step.bits)
    return signed
      ? (number << unused) >> unused
      : Int64(bitPattern: UInt64(bitPattern: number << unused) >> UInt64(unused))
  }

  private func appendNumber(_ step: CompiledFormat.Step, _ number: Int64, to buffer: OutputBuffer) {
    let start = buffer.count
    let isNegative = step.kind == .signed && number < 0
    if isNegative {
      buffer.append(UInt8(ascii: "-"))
    } else if step.kind == .signed, step.flags.contains(.plus) {
      buffer.append(UInt8(ascii: "+"))
    } else if step.kind == .signed, step.flags.contains(.space) {
      buffer.append(UInt8(ascii: " "))
    }
    let magnitude = isNegative ? number.magnitude : UInt64(bitPattern: number)
    appendPrefix(step, magnitude, to: buffer)
    let digits = Digits(magnitude, step)
    let signWidth = buffer.count - start
    var zeros = max(0, Int(step.precision) - digits.count)
    if step.kind == .octal, step.flags.contains(.alternate), zeros == 0, digits.first != UInt8(ascii: "0") { zeros = 1 }
    if step.flags.contains(.zero), !step.flags.contains(.left), step.precision < 0 {
      zeros = max(zeros, Int(step.width) - signWidth - digits.count)
    }
    buffer.append(repeating: UInt8(ascii: "0"), count: zeros)
    digits.append(to: buffer)
    buffer.pad(from: start, width: Int(step.width), leftAligned: step.flags.contains(.left))
  }

  private func appendPrefix(_ step: CompiledFormat.Step, _ magnitude: UInt64, to buffer: OutputBuffer) {
    guard magnitude != 0 else { return }
    switch step.kind {
    case .pointer: buffer.append("0x")
    case .hex where step.flags.contains(.alternate): buffer.append("0x")
    case .upperHex where step.flags.contains(.alternate): buffer.append("0X")
    case .literal, .signed, .unsigned, .hex, .upperHex, .octal, .character, .plainString, .plainSigned, .plainUnsigned,
      .text, .buffer, .escapedBuffer, .hexBuffer, .allocationFlags, .real:
      break
    }
  }
}

extension CompiledFormat.Real {
  func text(of record: UnsafeRawPointer) -> [UInt8] {
    let number: ExactNumber
    switch value {
    case .formula(let formula, let isSigned):
      // A formula that is none was refused with its bundle.
      number =
        formula.value { index in
          guard isSigned.indices.contains(index) else { return nil }
          return isSigned[index] ? ExactNumber(Word.i64(record, 8 * index)) : ExactNumber(Word.u64(record, 8 * index))
        } ?? ExactNumber(UInt64(0))
    case .integer(let type):
      let bits = Word.integer(record, size: type.size, signed: type.isSigned)
      number = type.isSigned ? ExactNumber(bits) : ExactNumber(UInt64(bitPattern: bits))
    }
    return RealText(directive, number).bytes
  }
}

/// The digits of one number, most significant first, in a register-sized store.
private struct Digits {
  private var bytes = InlineArray<32, UInt8>(repeating: 0)
  private var start = 32

  var count: Int { 32 - start }

  var first: UInt8? { count > 0 ? bytes[start] : nil }

  init(_ number: UInt64, _ step: CompiledFormat.Step) {
    // C: a zero printed with precision 0 has no digits.
    if number == 0, step.precision == 0 { return }
    let base: UInt64 =
      switch step.kind {
      case .hex, .upperHex, .pointer: 16
      case .octal: 8
      case .literal, .signed, .unsigned, .character, .plainString, .plainSigned, .plainUnsigned, .text, .buffer,
        .escapedBuffer, .hexBuffer, .allocationFlags, .real:
        10
      }
    let letters = (step.kind == .upperHex ? UInt8(ascii: "A") : UInt8(ascii: "a")) - 10
    var rest = number
    var written = 0
    repeat {
      if base == 10, step.flags.contains(.grouped), written > 0, written % 3 == 0 { push(UInt8(ascii: ",")) }
      let digit = UInt8(truncatingIfNeeded: rest % base)
      push(digit < 10 ? digit + UInt8(ascii: "0") : digit + letters)
      rest /= base
      written += 1
    } while rest > 0
  }

  private mutating func push(_ byte: UInt8) {
    start -= 1
    bytes[start] = byte
  }

  func append(to buffer: OutputBuffer) {
    for index in start..<32 { buffer.append(bytes[index]) }
  }
}
