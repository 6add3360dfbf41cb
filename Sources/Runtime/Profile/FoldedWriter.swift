/// Stacks as lines "OUTERMOST;...;INNERMOST NUMBER", which flame graph tools read.
package enum FoldedWriter {
  /// Appends the stacks of a profile, those with the largest numbers last.
  ///
  /// - Parameter namesMaps: whether the map's name is the outermost frame, so that several can be told apart.
  package static func append(_ profile: StackProfile, namesMaps: Bool, to output: OutputBuffer) {
    let stacks = NamedStacks(profile)
    let names = stacks.names.map(text)
    let lines = stacks.stacks.map { stack in
      let frames = stack.names.map { names[Int($0)] }
      let all = namesMaps ? [profile.measures[stack.measure].map] + frames : frames
      return (text: all.joined(separator: ";"), value: stack.value)
    }
    for line in lines.sorted(by: { $0.value == $1.value ? $0.text < $1.text : $0.value < $1.value }) {
      output.append(text: line.text)
      output.append(UInt8(ascii: " "))
      output.append(decimal: line.value)
      output.append(UInt8(ascii: "\n"))
    }
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
