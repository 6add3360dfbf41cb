import TraceLang

/// What the parts of a map's keys are called where the script has them from builtins or members: "comm", "next_pid".
struct KeyNames: Hashable {
  /// By part; `nil` where the script's uses of the map differ, or where there is no name.
  let parts: [String?]

  init(_ key: TypedExpression) {
    if case .tuple(let parts) = key.kind {
      self.parts = parts.map(Self.name)
    } else {
      parts = [Self.name(of: key)]
    }
  }

  private init(parts: [String?]) { self.parts = parts }

  func united(with other: KeyNames) -> KeyNames {
    guard parts.count == other.parts.count else { return KeyNames(parts: []) }
    return KeyNames(parts: zip(parts, other.parts).map { $0 == $1 ? $0 : nil })
  }

  private static func name(of part: TypedExpression) -> String? {
    switch part.kind {
    case .convert(let operand): name(of: operand)
    case .member(_, let member): member.name.isEmpty ? nil : member.name
    case .context(let value): name(of: value)
    case .integer, .string, .variable, .map, .address, .dereference, .index, .element, .tuple, .negate, .complement,
      .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      nil
    }
  }

  private static func name(of value: ContextValue) -> String? {
    switch value {
    case .pid: "pid"
    case .tid: "tid"
    case .uid: "uid"
    case .gid: "gid"
    case .comm: "comm"
    case .cpu: "cpu"
    case .cgroup: "cgroup"
    case .numaID: "numaid"
    case .probeName: "probe"
    case .functionName: "func"
    case .argument(let number): "arg\(number)"
    case .stackArgument(let number): "sarg\(number)"
    case .result: "retval"
    case .rand, .curtask, .jiffies, .nanoseconds, .elapsed, .functionAddress, .arguments: nil
    }
  }
}
