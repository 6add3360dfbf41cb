/// `kprobe` and `kretprobe`: where a function of the kernel begins or returns, or an instruction of it.
public struct Kprobe: Hashable, Sendable {
  public enum Place: Hashable, Sendable, Codable {
    /// So many bytes behind its first instruction.
    case function(KernelFunction, offset: UInt64)
    case address(UInt64)
  }

  public let place: Place
  public let side: FunctionSide
}

extension Kprobe: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: side == .entry ? "kprobe" : "kretprobe", programTypes: [.kprobe])
    traits.hasRegisters = true
    traits.context = .registers
    switch side {
    case .entry: traits.words = .registers
    case .exit: traits.result = .register
    }
    if case .function(_, let offset) = place {
      traits.hasFunctionName = true
      if side == .entry, offset == 0 { traits.abilities = .override }
    }
    return traits
  }
}

extension Provider {
  static let kprobe = kprobe(
    ["kprobe", "k"], "[MODULE:]FUNCTION[+OFFSET]", "Fires where a function of the kernel begins, or inside of it",
    .entry)
  static let kretprobe = kprobe(
    ["kretprobe", "kr"], "[MODULE:]FUNCTION", "Fires where a function of the kernel returns", .exit)

  private static func kprobe(
    _ names: [String], _ shape: String, _ summary: String, _ side: FunctionSide
  ) -> Provider {
    Provider(
      names, shape, summary,
      match: { pattern, target, diagnostics in pattern.kprobes(side, target, &diagnostics) },
      list: { (query, target, give) throws(TargetError) in
        let prefix = names[0] + ":"
        for function in try target.functionTexts(.matching(glob: "*", module: nil)) where query.isWanted(function) {
          give(ProbeListing(prefix: prefix, name: function))
        }
      })
  }
}

extension Pattern {
  fileprivate func kprobes(
    _ side: FunctionSide, _ target: any Target, _ diagnostics: inout Diagnostics
  ) -> [ProbeMatch] {
    guard let last = functionPart(&diagnostics) else { return [] }
    if last.text.first?.isNumber == true { return address(last, side, &diagnostics) }
    guard let (name, offset) = nameAndOffset(last, side, &diagnostics) else { return [] }
    return found(&diagnostics) { diagnostics throws(TargetError) in
      let functions = try target.kernelFunctions(matching: name, module: module)
      if functions.isEmpty { try missingFunction(name, last.range, target, &diagnostics) }
      return functions.map { function in
        let text = parts.count == 2 ? function.fullText : function.text
        return ProbeMatch(
          kind: .kprobe(Kprobe(place: .function(function, offset: offset), side: side)),
          name: "\(provider.name):\(text)\(offset == 0 ? "" : "+\(offset)")",
          function: function.name)
      }
    }
  }

  /// `FUNCTION` and what follows `+`; reports what is wrong and gives `nil`.
  private func nameAndOffset(
    _ part: AttachPointSyntax.Part, _ side: FunctionSide, _ diagnostics: inout Diagnostics
  ) -> (name: String, offset: UInt64)? {
    guard let plus = part.text.firstIndex(of: "+") else { return (part.text, 0) }
    let name = String(part.text[..<plus])
    let digits = part.text[part.text.index(after: plus)...]
    guard let offset = UInt64(number: digits) else {
      diagnostics.error("'\(digits)' is not an offset: a number of bytes such as 8 or 0x8", at: part.range)
      return nil
    }
    guard side == .entry else {
      diagnostics.error(
        "kretprobe takes no offset: a function returns to one place", at: part.range,
        notes: [Diagnostic.Note("it is written \(provider.usage)")])
      return nil
    }
    guard Glob(name).literal != nil else {
      diagnostics.error("an offset belongs to one function, not to a wildcard", at: part.range)
      return nil
    }
    return (name, offset)
  }

  private func address(
    _ part: AttachPointSyntax.Part, _ side: FunctionSide, _ diagnostics: inout Diagnostics
  ) -> [ProbeMatch] {
    guard side == .entry, parts.count == 1, let address = UInt64(number: part.text[...]), address > 0 else {
      diagnostics.error(
        "'\(part.text)' is neither a function nor an address", at: part.range,
        notes: [Diagnostic.Note("it is written \(provider.usage)")])
      return []
    }
    guard allowsUnsafe else {
      diagnostics.error(
        "a probe at an address needs --unsafe: inside of an instruction it brings the machine down", at: part.range)
      return []
    }
    return [
      ProbeMatch(
        kind: .kprobe(Kprobe(place: .address(address), side: side)), name: "kprobe:\(address)",
        risk: "may bring the machine down: nobody knows whether an instruction begins there")
    ]
  }
}

extension Pattern {
  /// The part with the function's name, after an optional module; reports what is wrong and gives `nil`.
  func functionPart(_ diagnostics: inout Diagnostics) -> AttachPointSyntax.Part? {
    guard (1...2).contains(parts.count), let last = parts.last, !last.text.isEmpty, parts[0].text != "" else {
      report("needs a function", &diagnostics)
      return nil
    }
    return last
  }

  /// The module before a function's name; `nil` for any.
  var module: String? { parts.count == 2 ? parts[0].text : nil }

  /// Reports that no function is named so, and why that may be.
  func missingFunction(
    _ name: String, _ range: SourceRange, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    let place = module.map { " of \($0 == KernelFunction.kernel ? "the kernel itself" : "the module '\($0)'")" } ?? ""
    guard Glob(name).literal != nil, diagnostics.takesAdvice else {
      missing("no function\(place) that can be traced matches '\(name)'", &diagnostics)
      return
    }
    if let module, try target.kernelFunctions(matching: "*", module: module).isEmpty {
      missing(
        "there is no module '\(module)'", notes: [Diagnostic.Note("the kernel itself is \(KernelFunction.kernel)")],
        &diagnostics)
      return
    }
    if module == nil, target.kernelSymbolAddress(name) != nil {
      missing(
        "'\(name)' cannot be traced",
        notes: [Diagnostic.Note("the kernel has it, but not among those that can be stopped at")],
        &diagnostics)
      return
    }
    let names = try target.kernelFunctions(matching: "*", module: module).map(\.name)
    let near = Suggestions.nearest(to: name, among: names, limit: 3)
    if near.isEmpty {
      missing(
        "there is no kernel function '\(name)'\(place)",
        notes: [Diagnostic.Note("functions that the compiler has inlined cannot be traced")], &diagnostics)
    } else {
      missing("there is no kernel function '\(name)'\(place)", at: range, near: near, &diagnostics)
    }
  }
}

extension UInt64 {
  /// Decimal, or hexadecimal after "0x".
  init?(number text: Substring) {
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      self.init(text.dropFirst(2), radix: 16)
    } else {
      self.init(text)
    }
  }
}
