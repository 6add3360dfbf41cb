/// `fentry` and `fexit`: where a function of the kernel begins or returns, with its arguments by their types.
public struct Fentry: Hashable, Sendable {
  public let function: KernelFunction
  public let side: FunctionSide
}

extension Fentry: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: side == .entry ? "fentry" : "fexit", programTypes: [.tracing])
    traits.arguments = .function(function.text)
    if side == .exit { traits.result = .ofFunction(function.text) }
    traits.hasFunctionName = true
    traits.abilities = [.path, .socketCookie]
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
      names, "[MODULE:]FUNCTION", summary,
      match: { pattern, target, diagnostics in pattern.fentries(side, target, &diagnostics) },
      list: { (query, target, give) throws(TargetError) in
        let prefix = names[0] + ":"
        for text in try target.functionTexts(.typed(glob: "*", module: nil)) {
          let fullText = KernelFunction.fullText(ofText: text)
          guard query.isWanted(fullText) || query.isWanted(KernelFunction(text: text).name) else { continue }
          let arguments = query.withArguments ? target.argumentsAndResult(ofFunction: text, side) : []
          give(ProbeListing(name: prefix + fullText, arguments: arguments))
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
  fileprivate func fentries(
    _ side: FunctionSide, _ target: any Target, _ diagnostics: inout Diagnostics
  ) -> [ProbeMatch] {
    guard let part = functionPart(&diagnostics) else { return [] }
    return found(&diagnostics) { diagnostics throws(TargetError) in
      let functions = try target.typedKernelFunctions(matching: part.text, module: module)
      if functions.isEmpty { try missingTypedFunction(part, target, &diagnostics) }
      return functions.map {
        ProbeMatch(
          kind: .fentry(Fentry(function: $0, side: side)), name: "\(provider.name):\($0.fullText)", function: $0.name)
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
