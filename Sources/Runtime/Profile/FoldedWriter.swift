/// Stacks as lines "OUTERMOST;...;INNERMOST NUMBER", which flame graph tools read.
package enum FoldedWriter {
  /// Appends the stacks of a profile, those with the largest numbers last.
  ///
  /// - Parameter namesMaps: whether the map's name is the outermost frame, so that several can be told apart.
  package static func append(_ profile: StackProfile, namesMaps: Bool, to output: OutputBuffer) {
    let stacks = NamedStacks(profile)
    let order = NamedStacks.NameOrder(stacks.names)
    let names = stacks.names.map { Array(text(of: $0).utf8) }
    let maps = namesMaps ? profile.measures.map { Array($0.map.utf8) } : []
    let sorted = stacks.stacks.sorted { left, right in
      if left.value != right.value { return left.value < right.value }
      return left.measure == right.measure ? order.precedes(left, right) : left.measure < right.measure
    }
    for stack in sorted {
      if namesMaps { output.append(maps[stack.measure]) }
      for (position, name) in stack.names.enumerated() {
        if position > 0 || namesMaps { output.append(UInt8(ascii: ";")) }
        output.append(names[Int(name)])
      }
      output.append(UInt8(ascii: " "))
      output.append(decimal: stack.value)
      output.append(UInt8(ascii: "\n"))
    }
  }

  /// A frame as it stands in a line.
  package static func name(of frame: StackFrame, at place: CodePlace) -> String {
    text(of: NamedStacks.name(frame, at: place))
  }

  /// With the marks that stackcollapse-perf.pl has for frames of the kernel and inlined ones.
  private static func text(of name: NamedStacks.Name) -> String {
    let frame = escaped(name.text)
    switch name.kind {
    case .label, .user: return frame
    case .kernel: return frame + "_[k]"
    case .inlined: return frame + "_[i]"
    }
  }

  /// A name without what has a meaning in a line: ';' becomes ':', and control characters become '_', as does a blank
  /// before a number at the end, which would be taken for the line's.
  package static func escaped(_ name: String) -> String {
    var bytes = name.utf8.map { byte in
      byte == UInt8(ascii: ";") ? UInt8(ascii: ":") : byte < 0x20 || byte == 0x7f ? UInt8(ascii: "_") : byte
    }
    guard let blank = bytes.lastIndex(of: UInt8(ascii: " ")) else { return String(decoding: bytes, as: UTF8.self) }
    let isNumber = bytes[(blank + 1)...].allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
    }
    if isNumber { bytes[blank] = UInt8(ascii: "_") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
