import TraceLang

// What a program on a function finds in its registers, on its stack and in its cookie.
extension Lowering {
  /// `argN`.
  mutating func argument(_ index: Int) -> Operand {
    switch placement.arguments {
    case .registers, .parameters:
      let names = target.machine.architecture.facts.registers.arguments
      return names.indices.contains(index) ? register(names[index]) : impossible("arg\(index) is in no register")
    case .operands(let operands): return operands[index].map { value(of: $0) } ?? .constant(0)
    case .record, .words, .rawSyscall: return argumentWord(index * 8)
    }
  }

  /// `sargN`, of a function that was just called.
  mutating func stackArgument(_ index: Int) -> Operand {
    let start = register("sp")
    let offset = target.machine.architecture.facts.registers.stackArguments + index * 8
    return read(
      64, signed: false, at: builder.arithmetic(.add, start, .constant(Int64(offset))), probe.traits.space)
  }

  /// A register that was saved when the probe fired.
  mutating func register(_ name: String) -> Operand {
    guard let offset = target.machine.architecture.facts.registers.offset(of: name) else {
      return impossible("there is no register \(name)")
    }
    return builder.load(64, entry.context, offset)
  }

  /// Finds what `probe` and `func` give.
  mutating func setNames(_ names: PlannedProgram.Names) {
    switch names {
    case .constants(let probe, let function):
      entry.nameIndex = .constant(Int64(probe))
      entry.functionIndex = .constant(Int64(function))
    case .cookie: split(cookie: builder.call(.getAttachCookie, [.value(entry.context)]))
    }
  }

  private mutating func split(cookie: Value) {
    entry.nameIndex = .value(builder.define(.integer, .extend(bits: 32, signed: false, .value(cookie))))
    entry.functionIndex = builder.arithmetic(.lshr, .value(cookie), .constant(32))
  }

  /// Both names in one word, for a callback.
  var namesWord: Operand {
    mutating get {
      guard case .value = entry.functionIndex else { return entry.nameIndex }
      let function = builder.arithmetic(.shl, entry.functionIndex, .constant(32))
      return builder.arithmetic(.or, function, entry.nameIndex)
    }
  }

  /// Takes both names from `namesWord`, as far as they are no constants outside.
  mutating func restoreNames(_ word: Value, _ outer: EntryState) {
    switch (outer.nameIndex, outer.functionIndex) {
    case (_, .value): split(cookie: word)
    case (.value, .constant): entry.nameIndex = .value(word)
    case (.constant, .constant): break
    }
  }
}
