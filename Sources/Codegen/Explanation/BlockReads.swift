import TraceLang

/// What a block of the script looks at, gathered from the probes that it became.
struct BlockReads {
  private var values: [String] = []
  private var memory: Set<AddressSpace> = []
  private var stringLimit: Int?
  private var stacks: [String] = []

  mutating func add(_ probe: Probe) {
    var members: [String] = []
    probe.visitExpressions { expression in
      if case .member(let base, let member) = expression.kind, base.kind == .context(.arguments) {
        members.append(member.name)
      }
    }
    for use in probe.uses where use.builtin?.kind == .value {
      values += use.name == "args" && !members.isEmpty ? members.map { "args.\($0)" } : [use.name]
    }
    let space = probe.traits.space
    probe.visitExpressions { add($0, space) }
    probe.visitStatements { statement in
      // It follows the pointers of an array of a process.
      if case .send(.join) = statement.kind { memory.insert(.user) }
    }
  }

  private mutating func add(_ expression: TypedExpression, _ space: AddressSpace) {
    if let read = expression.memoryRead(space) { memory.insert(read) }
    if case .call(.string) = expression.kind, case .string(let capacity) = expression.type {
      stringLimit = max(stringLimit ?? 0, capacity)
    }
    if case .call(.library(.stack(let stack))) = expression.kind {
      stacks.append("\(stack.isUser ? "user" : "kernel") stacks of up to \(stack.limit) frames")
    }
  }

  /// `nil` where it looks at nothing.
  func read(of probe: String) -> Explanation.Read? {
    if values.isEmpty, memory.isEmpty, stacks.isEmpty { return nil }
    return Explanation.Read(
      probe: probe, values: values.withoutRepeats, memory: memory.map(\.rawValue).sorted(), stringLimit: stringLimit,
      stacks: stacks.withoutRepeats)
  }
}
