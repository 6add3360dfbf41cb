// What a probe in a program or library knows of the file it is in.
extension Checker {
  /// Names are looked for in so many binaries.
  private static let maximumBinaries = 16

  /// The binaries that debug information is looked for in: those of a script's probes, in order.
  static func binaries(_ instances: [ProbeInstance]) -> [String] {
    var found: [String] = []
    for instance in instances {
      for point in instance.attachPoints {
        guard let binary = point.kind.place.traits.binary, !found.contains(binary) else { continue }
        found.append(binary)
        if found.count == maximumBinaries { return found }
      }
    }
    return found
  }

  /// What a C name stands for: to the script, to the binary that the probe is in, to the kernel, or to binaries of other probes.
  func type(named name: String) -> Type? {
    if let type = types.type(named: name) { return type }
    let own = instance.traits.binary
    if let own, let type = target.debugType(in: own, named: name) { return type }
    if let type = target.kernelType(named: name) { return type }
    return binaries.lazy.filter { $0 != own }.compactMap { self.target.debugType(in: $0, named: name) }.first
  }

  /// The value of a constant, in the same order but that the kernel's names come first.
  func enumerator(named name: String) -> EnumeratorValue? {
    if let value = target.enumerator(named: name) { return value }
    let own = instance.traits.binary.map { [$0] } ?? []
    return (own + binaries.filter { $0 != own.first }).lazy
      .compactMap { self.target.debugEnumerator(in: $0, named: name) }.first
  }

  /// For messages, after "in this script": where else names are looked for.
  var binaryNames: String {
    binaries.isEmpty
      ? " or this kernel's type information"
      : ", this kernel's type information or the debug information of \(Suggestions.list(binaries))"
  }

  /// What a function of a binary returns, where debug information knows it as a pointer to something with members.
  func resultWithMembers() -> Type? {
    guard case .uprobe(let place)? = instance.attachPoints.first?.kind,
      let type = target.debugFunction(in: place.path, at: place.offset)?.result, type.recordOfMembers != nil,
      case .pointer = type
    else { return nil }
    return type
  }

  /// `uaddr("NAME")`: where a variable of the probe's binary lies in the process that the probe fires in.
  mutating func variableAddress(_ call: BuiltinCall) -> TypedExpression {
    let (argument, range) = (call.arguments[0], call.range)
    guard let name = literal(argument, call.function), let path = instance.traits.binary else { return invalid(range) }
    do throws(TargetError) {
      let found = try target.variables(of: path, matching: Glob.escaped(name)) ?? []
      guard let variable = found.first else {
        try missingVariable(name, path, argument.range)
        return invalid(range)
      }
      guard variable.place != .threadLocal else {
        error(
          "'\(name)' of '\(path)' has no address of its own", at: argument.range,
          notes: [Diagnostic.Note("each thread has it elsewhere (thread-local storage)")])
        return invalid(range)
      }
      // Where a function returns to says nothing of where it lies.
      guard variable.place == .fixed || instance.traits.result == nil || target.has(.uprobeMulti) else {
        error(
          "uaddr() in a uretprobe needs a kernel that tells where the function is (Linux 6.6)", at: range,
          notes: [Diagnostic.Note("a uprobe can keep the address in a map, by tid; '\(path)' is loaded anywhere")])
        return invalid(range)
      }
      if found.count > 1 {
        diagnostics.warning(
          "'\(path)' has \(found.count) variables '\(name)'", at: argument.range,
          notes: [Diagnostic.Note("the one at 0x\(String(variable.address, radix: 16)) is taken")])
      }
      let bits = [1, 2, 4, 8].contains(variable.size) ? Int(variable.size) * 8 : 64
      return libraryValue(
        .userAddress(variable), .pointer(.integer(IntegerType(bits: bits, signed: false)), .user), range)
    } catch {
      diagnostics.report(error, at: range)
      return invalid(range)
    }
  }

  private mutating func missingVariable(
    _ name: String, _ path: String, _ range: SourceRange
  ) throws(TargetError) {
    let message = "'\(path)' has no variable '\(name)'"
    guard diagnostics.takesAdvice else {
      error(message, at: range)
      return
    }
    let all = (try target.variables(of: path, matching: "*") ?? []).filter { $0.place != .threadLocal }
    if all.isEmpty {
      error(
        "'\(path)' names no variables", at: range,
        notes: [Diagnostic.Note("it is stripped: install its debug symbols")])
      return
    }
    let near = Suggestions.nearest(to: name, among: all.map(\.name), limit: 3)
    error(
      message, at: range, notes: near.isEmpty ? [] : [Diagnostic.Note("did you mean \(Suggestions.list(near))?")])
  }
}
