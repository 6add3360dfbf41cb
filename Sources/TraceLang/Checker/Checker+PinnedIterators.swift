// What a pinned iterator may do: the kernel alone makes the text of its file, after swtrace has ended.
extension Checker {
  /// The arguments of a printf that the kernel can carry out.
  mutating func sequence(_ call: BuiltinCall) -> (FormatString, [TypedExpression])? {
    guard let (format, values) = format(call) else { return nil }
    for (directive, value) in zip(format.conversions, values) where !isWritten(directive, value.type) {
      if value.type != .invalid {
        error(
          "the kernel, which prints for a pinned iterator, cannot print this so", at: value.range,
          notes: [
            Diagnostic.Note(
              "it has %d, %u, %x and %X with a width, and of strings, characters and addresses plain %s, %c and %p")
          ])
      }
      return nil
    }
    return (format, values)
  }

  /// Whether the kernel prints a value so.
  func isWritten(_ directive: FormatDirective, _ type: Type) -> Bool {
    guard directive.precision == nil, !directive.alternate, !directive.grouped else { return false }
    let isPlain =
      directive.width == nil && !directive.leftAligned && !directive.zeroPadded && !directive.plusSign
      && !directive.spaceSign
    switch directive.conversion {
    case .decimal, .unsigned, .hex, .upperHex: return true
    case .character, .pointer: return isPlain
    case .string:
      if case .string = type { return isPlain }
      return false
    case .octal, .fixed, .exponent, .upperExponent, .general, .upperGeneral, .buffer, .escapedBuffer, .hexBuffer,
      .allocationFlags:
      return false
    }
  }
}
