/// `fentry` and `fexit`: where a function of the kernel begins or returns, with its arguments by their types; or one of a
/// BPF program, without.
public struct Fentry: Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    case kernel(KernelFunction)
    case program(ProgramFunction)
  }

  public let place: Place
  public let side: FunctionSide
}

extension Fentry: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: side == .entry ? "fentry" : "fexit", programTypes: [.tracing])
    if case .kernel(let function) = place {
      traits.arguments = .function(function.text)
      if side == .exit { traits.result = .ofFunction(function.text) }
      traits.abilities = [.path, .socketCookie, .packetOutput]
    }
    traits.hasFunctionName = true
    return traits
  }
}

extension Provider {
  static let fentry = fentry(
    ["fentry", "f", "kfunc"], "Fires where a function of the kernel begins, with arguments that have types", .entry)
  static let fexit = fentry(
    ["fexit", "fr", "kretfunc"], "Fires where a function of the kernel returns, with arguments that have types", .exit)

  private static func fentry(_ names: [String], _ summary: String, _ side: FunctionSide) -> Provider {
    Provider(
      names, "[MODULE:]FUNCTION or bpf:[ID:]FUNCTION", summary,
      match: { pattern, target, diagnostics in pattern.fentries(side, target, &diagnostics) },
      list: { (query, target, give) throws(TargetError) in
        let prefix = names[0] + ":"
        let kernelPrefix = prefix + KernelFunction.kernel + ":"
        // Not every user may see them, and all the rest is there without.
        var programs = ((try? target.programFunctions()) ?? []).filter {
          query.isWanted("\(Pattern.programs):\($0.text)") || query.isWanted("\(Pattern.programs):\($0.name)")
        }
        .map { "\(Pattern.programs):\($0.text)" }.sorted()
        defer { for name in programs { give(ProbeListing(prefix: prefix, name: name)) } }
        for text in try target.functionTexts(.typed(glob: "*", module: nil)) {
          if let first = programs.first, KernelFunction(text: text).fullText > first {
            for name in programs { give(ProbeListing(prefix: prefix, name: name)) }
            programs = []
          }
          guard
            query.isWanted(KernelFunction(text: text).fullText) || query.isWanted(KernelFunction(text: text).name)
          else { continue }
          let arguments = query.withArguments ? target.argumentsAndResult(ofFunction: text, side) : []
          give(
            ProbeListing(
              prefix: text.contains(text: ":") ? prefix : kernelPrefix, name: text, arguments: arguments))
        }
      })
  }
}

extension Target {
  /// As they are listed.
  fileprivate func argumentsAndResult(ofFunction text: String, _ side: FunctionSide) -> [String] {
    guard let signature = kernelFunctionSignature(text) else { return [] }
    let arguments = signature.parameters.map { "\($0.type.description) \($0.name)" }
    guard side == .exit, let result = signature.result else { return arguments }
    return arguments + ["\(result.description) retval"]
  }
}

extension Pattern {
  /// What stands in the place of a module for BPF programs.
  fileprivate static let programs = "bpf"

  fileprivate func fentries(
    _ side: FunctionSide, _ target: any Target, _ diagnostics: inout Diagnostics
  ) -> [ProbeMatch] {
    if parts.count > 1, parts[0].text == Self.programs { return programFentries(side, target, &diagnostics) }
    guard let part = functionPart(&diagnostics) else { return [] }
    return found(&diagnostics) { diagnostics throws(TargetError) in
      let functions = try target.typedKernelFunctions(matching: part.text, module: module)
      if functions.isEmpty { try missingTypedFunction(part, target, &diagnostics) }
      return functions.map {
        ProbeMatch(
          kind: .fentry(Fentry(place: .kernel($0), side: side)), name: "\(provider.name):\($0.fullText)",
          function: $0.name)
      }
    }
  }

  private func programFentries(
    _ side: FunctionSide, _ target: any Target, _ diagnostics: inout Diagnostics
  ) -> [ProbeMatch] {
    guard parts.count <= 3, let part = parts.last, parts.allSatisfy({ !$0.text.isEmpty }) else {
      return misuse("needs a function of a BPF program", &diagnostics)
    }
    return found(&diagnostics) { diagnostics throws(TargetError) in
      let (name, program) = (Glob(part.text), Glob(parts.count == 3 ? parts[1].text : "*"))
      let all = try target.programFunctions()
      let functions = all.filter { name.matches($0.name) && program.matches("\($0.program)") }
      if functions.isEmpty {
        let known = parts.count == 3 ? all.filter { program.matches("\($0.program)") } : all
        let names = Array(Set(known.map(\.name))).sorted()
        missing(
          "no BPF program\(parts.count == 3 ? " \(parts[1].text)" : "") has a function '\(part.text)' that can be traced",
          at: part.range,
          notes: [
            Diagnostic.Note(
              names.isEmpty
                ? "programs without types, and those of fentry and the like, cannot be"
                : "there are \(Suggestions.some(of: names, nearestTo: part.text))")
          ], &diagnostics)
      }
      return functions.map {
        ProbeMatch(
          kind: .fentry(Fentry(place: .program($0), side: side)),
          name: "\(provider.name):\(Self.programs):\($0.text)", function: $0.name)
      }
    }
  }

  private func missingTypedFunction(
    _ part: AttachPointSyntax.Part, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    guard target.has(.btf) else {
      missing(
        "\(provider.name) needs a kernel with type information (CONFIG_DEBUG_INFO_BTF)",
        notes: [Diagnostic.Note("\(provider.name == "fentry" ? "kprobe" : "kretprobe") works without")], &diagnostics)
      return
    }
    if Glob(part.text).literal != nil, try !target.kernelFunctions(matching: part.text, module: module).isEmpty {
      missing(
        "the kernel's type information does not have '\(part.text)'",
        notes: [Diagnostic.Note("\(provider.name == "fentry" ? "kprobe" : "kretprobe") works without")], &diagnostics)
      return
    }
    try missingFunction(part.text, part.range, target, &diagnostics)
  }
}
