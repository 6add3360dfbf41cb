import TraceLang

// What the callbacks of loops need of their surroundings.
extension Lowering {
  /// The place in an environment of each captured value, 8 bytes each.
  struct Environment {
    var variables: [VariableID] = []
    /// Memory of larger variables, by their base pointer; not of those in per-CPU memory, which a callback finds itself.
    var memories: [VariableID] = []
    var pairs: [VariableID] = []
    var size = 0

    /// What follows the variables: context, name index, syscall number, registers, whether the loop was left by `break`,
    /// and whether the probe ended.
    static let fixedWords = 6

    var leftOffset: Int { size - 16 }
    var endedOffset: Int { size - 8 }
  }

  /// Variables are saved as numbers nothing is known of. From a known one that the body changes, the verifier would walk the
  /// body once for each value it comes to; what it knows of others on one way here, kernels before 6.8 take for known on all
  /// ways, since they do not see that the body's branches depend on what it reads here.
  mutating func save(_ environment: Environment, _ assigned: [VariableID], to memory: Value) {
    for variable in environment.memories where assigned.contains(variable) && !isText(variable) { forget(variable) }
    var offset = 0
    func put(_ lowering: inout Lowering, _ operand: Operand) {
      lowering.builder.emit(.store(bits: 64, base: memory, offset: offset, operand))
      offset += 8
    }
    for variable in environment.variables {
      let value = builder.variables[variable] ?? .constant(0)
      if case .constant = value, !assigned.contains(variable) { put(&self, value) } else { put(&self, opaque(value)) }
    }
    for variable in environment.memories {
      put(&self, variableMemory[variable].map { .value($0.base) } ?? .constant(0))
    }
    for variable in environment.pairs {
      put(&self, pairs[variable].map { .value($0.key.base) } ?? .constant(0))
      put(&self, pairs[variable].map { .value($0.value.base) } ?? .constant(0))
    }
    put(&self, .value(entry.context))
    put(&self, namesWord)
    put(&self, entry.syscall?.number ?? .constant(0))
    put(&self, entry.syscall?.registers.map { .value($0.base) } ?? .constant(0))
    put(&self, .constant(0))
    put(&self, .constant(0))
  }

  /// Texts come to no new values by turns.
  private func isText(_ variable: VariableID) -> Bool {
    if case .string = probe.variables[variable.index].type { true } else { false }
  }

  /// Makes the verifier forget what is in a variable that lies on the stack.
  private mutating func forget(_ variable: VariableID) {
    let type = probe.variables[variable.index].type
    guard let memory = variableMemory[variable] else { return }
    var offset = memory.offset
    let end = offset + size(of: type)
    while offset < end {
      let bytes = [8, 4, 2, 1].first { offset % $0 == 0 && offset + $0 <= end } ?? 1
      let value = opaque(builder.load(bytes * 8, memory.base, offset))
      builder.emit(.store(bits: bytes * 8, base: memory.base, offset: offset, value))
      offset += bytes
    }
  }

  /// Saves what a turn leaves in variables. Kernels before 6.7 take each loop for one of exactly one turn: of a number that
  /// they knew here they would be sure behind a loop of no turns too, and drop the code for all others.
  mutating func leave(_ environment: Environment, _ assigned: [VariableID], in memory: Value) {
    for (position, variable) in environment.variables.enumerated() where assigned.contains(variable) {
      guard let value = builder.variables[variable] else { continue }
      builder.emit(.store(bits: 64, base: memory, offset: position * 8, opaque(value)))
    }
    for variable in environment.memories where assigned.contains(variable) { forget(variable) }
  }

  mutating func restore(_ environment: Environment, from memory: Value, _ outer: Lowering) {
    var offset = 0
    func take(_ lowering: inout Lowering, _ type: ValueType) -> Value {
      defer { offset += 8 }
      return lowering.builder.define(type, .load(bits: 64, signed: false, base: memory, offset: offset))
    }
    builder.variables = VariableValues()
    for variable in environment.variables { builder.variables[variable] = .value(take(&self, .integer)) }
    for variable in environment.memories {
      guard let known = outer.variableMemory[variable] else { continue }
      let base = take(&self, outer.builder.function.type(of: known.base))
      variableMemory[variable] = Memory(base: base, offset: known.offset)
    }
    for (variable, memory) in outer.variableMemory where memory.base == outer.scratch.base {
      variableMemory[variable] = Memory(base: scratch.base, offset: memory.offset)
      scratch.isUsed = true
    }
    for variable in environment.pairs {
      guard let known = outer.pairs[variable] else { continue }
      let key = take(&self, outer.builder.function.type(of: known.key.base))
      let value = take(&self, outer.builder.function.type(of: known.value.base))
      pairs[variable] = EntryPair(
        key: Memory(base: key, offset: 0), value: Memory(base: value, offset: 0), map: known.map)
    }
    entry.context = take(&self, .pointer(.context))
    restoreNames(take(&self, .integer), outer.entry)
    let number = take(&self, .integer)
    let registers = outer.entry.syscall?.registers
    let base = take(&self, registers.map { outer.builder.function.type(of: $0.base) } ?? .integer)
    if entry.syscall != nil {
      entry.syscall?.number = .value(number)
      entry.syscall?.registers = registers.map { Memory(base: base, offset: $0.offset) }
    }
  }
}
