// What a pinned iterator may do: the kernel alone makes the text of its file, after swtrace has ended.
extension Checker {
  /// Whether user space is there to carry out an action; reports where it is not.
  mutating func hasReader(_ name: Builtin.Name, _ range: SourceRange) -> Bool {
    guard instance.traits.isPinned, name != .printf else { return true }
    error(
      "\(name.rawValue)() needs swtrace, which has ended when a pinned iterator runs", at: range,
      notes: [Diagnostic.Note("printf() writes to the file that the iterator is pinned to")])
    return false
  }

  /// The arguments of a printf that the kernel can carry out.
  mutating func sequence(_ arguments: [Expression]) -> (FormatString, [TypedExpression])? {
    guard let (format, values) = format(arguments, "printf") else { return nil }
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

  private func isWritten(_ directive: FormatDirective, _ type: Type) -> Bool {
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
    case .octal, .buffer, .escapedBuffer, .hexBuffer: return false
    }
  }
}
