/// `iter`: once for each of the kernel's objects of a kind, in one pass over all.
public struct ObjectIterator: Hashable, Sendable {
  /// "task" for the kernel's `bpf_iter_task`.
  public let name: String
  /// The file that runs it whenever it is read; `nil` where swtrace runs it, once.
  public var pin: String?
}

extension ObjectIterator {
  /// Where files of programs that have no folder lie.
  static let pinFolder = "/sys/fs/bpf"
}

extension ObjectIterator: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "iter", programTypes: [.tracing])
    traits.context = .named("struct bpf_iter__\(name)")
    // swtrace runs it, by reading.
    traits.mayInterrupt = false
    traits.hasCurrentTask = false
    traits.isPinned = pin != nil
    traits.abilities = [.path, .socketCookie]
    return traits
  }
}

extension Provider {
  static let iter = Provider(
    ["iter", "it"], "OBJECT[:PIN]", "Runs once for each of the kernel's objects of a kind",
    match: { pattern, target, diagnostics in
      guard let object = pattern.parts.first, !object.text.isEmpty else {
        return pattern.misuse("needs a kind of objects", &diagnostics)
      }
      guard pattern.parts.count <= 2, pattern.parts.last?.text.isEmpty == false else {
        return pattern.misuse("needs a kind of objects and, to be pinned, one file", &diagnostics)
      }
      let pin = pattern.parts.count == 2 ? pattern.parts[1] : nil
      return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
        let names = try target.iterators(matching: object.text)
        if names.isEmpty { try pattern.missingIterator(object, target, &diagnostics) }
        guard let pin else {
          return names.map { ProbeMatch(kind: .iterator(ObjectIterator(name: $0)), name: "iter:\($0)") }
        }
        guard names.count <= 1 else {
          diagnostics.error("a file belongs to one iterator, not to a wildcard", at: pin.range)
          return []
        }
        let path = pin.text.hasPrefix("/") ? pin.text : "\(ObjectIterator.pinFolder)/\(pin.text)"
        return names.map {
          ProbeMatch(kind: .iterator(ObjectIterator(name: $0, pin: path)), name: "iter:\($0):\(pin.text)")
        }
      }
    },
    list: { (query, target, give) throws(TargetError) in
      for name in try target.iterators(matching: "*") where query.isWanted(name) {
        let signature = query.withArguments ? target.kernelFunctionSignature("bpf_iter_\(name)") : nil
        let members = signature?.parameters.filter { $0.name != "meta" } ?? []
        give(ProbeListing(name: "iter:\(name)", arguments: members.map { "\($0.type.description) \($0.name)" }))
      }
    })
}

extension Pattern {
  fileprivate func missingIterator(
    _ part: AttachPointSyntax.Part, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    guard target.has(.btf) else {
      missing("iter needs a kernel with type information (CONFIG_DEBUG_INFO_BTF)", &diagnostics)
      return
    }
    let names = try target.iterators(matching: "*")
    let near = Suggestions.nearest(to: part.text, among: names, limit: 3)
    if near.isEmpty {
      missing(
        "this kernel has no iterator over '\(part.text)'",
        notes: names.isEmpty ? [] : [Diagnostic.Note("there are \(Suggestions.some(of: names, nearestTo: part.text))")],
        &diagnostics)
    } else {
      missing("this kernel has no iterator over '\(part.text)'", at: part.range, near: near, &diagnostics)
    }
  }
}
