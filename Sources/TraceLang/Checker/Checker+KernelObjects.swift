// What the kernel tells of its objects, by functions that not every program may call.
extension Checker {
  /// The most bytes that path() gives room for.
  private static let maximumPath: Int64 = 4096

  mutating func path(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard expects(.path, "path()", "fentry, fexit and iter", range) else { return invalid(range) }
    var capacity = configuration.maxStringLength + 1
    if arguments.count == 2 {
      guard let size = constant(arguments[1], "path") else { return invalid(range) }
      guard (1...Self.maximumPath).contains(size) else {
        error("path() takes a size of 1 to \(Self.maximumPath) bytes, not \(size)", at: arguments[1].range)
        return invalid(range)
      }
      capacity = Int(size)
    }
    guard let source = kernelObject(arguments[0], "path", "path()", example: "args.file.f_path") else {
      return invalid(range)
    }
    return libraryValue(.path(source, capacity: capacity), .string(capacity: capacity), range)
  }

  /// Whether the current probe lets a program call a function; reports where it does not.
  private mutating func expects(
    _ ability: ProbeTraits.Abilities, _ function: String, _ probes: String, _ range: SourceRange
  ) -> Bool {
    if instance.traits.abilities.contains(ability) { return true }
    if !instance.attachPoints.isEmpty { error("\(function) is only there in \(probes) probes", at: range) }
    return false
  }

  /// A struct of the kernel, or a pointer to one, whose type the verifier follows from the probe's arguments.
  private mutating func kernelObject(
    _ syntax: Expression, _ name: String, _ function: String, example: String
  ) -> TypedExpression? {
    let value = expression(syntax)
    switch value.type {
    case .record(let record) where record.name == name, .pointer(.record(let record), _) where record.name == name:
      if value.isReachedByMembers { return value }
      error(
        "\(function) needs a struct \(name) that is reached from args, ctx or curtask by members alone",
        at: syntax.range,
        notes: [Diagnostic.Note("as in \(example); the kernel does not know what variables and casts point to")])
      return nil
    case .invalid: return nil
    default:
      error(
        "\(function) needs a struct \(name) or a pointer to one, not \(value.type.description)", at: syntax.range)
      return nil
    }
  }
}

extension TypedExpression {
  /// Whether the kernel knows the type of what it reads on the way.
  fileprivate var isReachedByMembers: Bool {
    switch kind {
    case .context(.arguments), .context(.curtask): true
    case .member(let base, let member): member.bitField == nil && base.isReachedByMembers
    case .integer, .string, .variable, .map, .context, .address, .dereference, .index, .element, .tuple, .convert,
      .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      false
    }
  }
}
