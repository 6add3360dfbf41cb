/// A block of the script for those of its attach points that need the same code.
struct ProbeInstance {
  var index = 0
  var block = ProbeBlock(
    attachPoints: [], predicate: nil, body: Block(statements: [], range: SourceRange(SourceID(0), 0, 0)),
    usesAngles: false, range: SourceRange(SourceID(0), 0, 0))
  var blockNumber = 0
  var attachPoints: [AttachPoint] = []
  var traits = ProbeTraits(typeName: "special", programTypes: [])
  /// The builtins that were used so far in the walk.
  var uses: [BuiltinUse] = []
}

extension Checker {
  /// Expands all attach points and splits each block by what its code depends on.
  mutating func instances(of script: Script) -> [ProbeInstance] {
    let expander = AttachPointExpander(
      target: target, missingProbes: configuration.missingProbes, parameters: options.parameters,
      allowsUnsafe: options.allowsUnsafe, demanglesNames: configuration.demanglesNames,
      tracedProcess: options.tracedPID)
    var instances: [ProbeInstance] = []
    var found: [String: (matches: [ProbeMatch], isKnown: Bool)] = [:]
    var total = 0
    var copied = 0
    var blockNumber = 0
    var hooks = 0
    var asksForDescendants = false
    for case .probe(let block) in script.items {
      if block.isOwn, !asksForDescendants { continue }
      if blockNumber == Self.maximumProbeBlocks {
        error("the script has too many probes: at most \(Self.maximumProbeBlocks) are allowed", at: block.range)
        break
      }
      var points: [AttachPoint] = []
      let use = ArgumentUse(block)
      for syntax in block.attachPoints {
        // A wildcard that stands at many blocks is looked up once; one that finds nothing is reported each time.
        let text = syntax.parts.map(\.text).joined(separator: ":")
        let (matches, isKnown) = found[text] ?? expansion(of: syntax, by: expander)
        if !matches.isEmpty { found[text] = (matches, isKnown) }
        let first = points.count
        for match in matches {
          let nameIndex = nameIndex(of: match.name)
          points.append(
            AttachPoint(kind: match.kind, nameIndex: nameIndex, function: match.function, range: syntax.range))
        }
        attachPoints.append(
          WrittenAttachPoint(
            text: text, range: syntax.range, block: blockNumber,
            provider: expander.provider(of: syntax)?.name,
            places: isKnown ? .known(points[first...].map(\.nameIndex)) : .unknown,
            risk: matches.lazy.compactMap(\.risk).first))
      }
      if points.isEmpty {
        // Its body is still checked, so that one run tells all errors.
        instances.append(ProbeInstance(index: instances.count, block: block, blockNumber: blockNumber))
      }
      // All syscall tracepoints of one side take one hook.
      hooks += points.count { !$0.kind.place.traits.sharesHook }
      if hooks > configuration.maxProbes {
        tooManyProbes(hooks, block)
        continue
      }
      total += points.count
      if total > Self.maximumAttachPoints {
        error(
          "the script has too many probes: wildcards stand for more than \(Self.maximumAttachPoints) up to here",
          at: block.range)
        break
      }
      let groups = split(points, by: use)
      copied += (groups.count - 1) * use.size
      if copied > Self.maximumCopies {
        error(
          "the script is too large: this probe is compiled \(groups.count) times, since its arguments lie in different places",
          at: block.range, notes: [Diagnostic.Note("narrow the wildcard")])
        break
      }
      for (points, traits) in groups {
        asksForDescendants =
          asksForDescendants || use.asksForDescendants
          || options.followsDescendants && filteringProcess(traits) != nil
        instances.append(
          ProbeInstance(
            index: instances.count, block: block, blockNumber: blockNumber, attachPoints: points, traits: traits))
      }
      blockNumber += 1
    }
    nameFunctions(&instances)
    return instances
  }

  /// What an attach point stands for, and whether the machine tells.
  private mutating func expansion(
    of syntax: AttachPointSyntax, by expander: AttachPointExpander
  ) -> (matches: [ProbeMatch], isKnown: Bool) {
    let unanswered = diagnostics.unanswered
    let matches = expander.expand(syntax, &diagnostics)
    return (matches, diagnostics.unanswered == unanswered)
  }

  /// The index of a name that `probe` or `func` may give.
  private mutating func nameIndex(of name: String) -> Int {
    if let known = probeNameIndices[name] { return known }
    probeNameIndices[name] = probeNames.count
    probeNames.append(name)
    return probeNames.count - 1
  }

  /// Numbers the functions of blocks that use `func`, next to each other, so that they can be indices.
  private mutating func nameFunctions(_ instances: inout [ProbeInstance]) {
    for number in instances.indices where ArgumentUse(instances[number].block).usesFunctionName {
      for point in instances[number].attachPoints.indices {
        guard let function = instances[number].attachPoints[point].function else { continue }
        instances[number].attachPoints[point].functionIndex = nameIndex(of: function)
      }
    }
  }

  /// Groups attach points by what a body may assume there; where `args` is used, that is the layout of the used fields.
  private mutating func split(
    _ points: [AttachPoint], by use: ArgumentUse
  ) -> [(points: [AttachPoint], traits: ProbeTraits)] {
    struct Group: Hashable {
      let meaning: ProbeTraits
      var arguments: RecordReference?
      var result: ProbeTraits.FunctionResult?
      var words: [Int: IntegerType?] = [:]
      var binary: String?
      var fields: [TracepointFormat.Field] = []
      var parameters: [String: UsedParameter] = [:]
    }
    var order: [Group] = []
    var groups: [Group: (points: [AttachPoint], traits: ProbeTraits)] = [:]
    for point in points {
      let traits = point.kind.place.traits
      var group = Group(meaning: traits.meaning)
      if use.usesResult { group.result = traits.result }
      if use.usesVariables || use.namesTypes { group.binary = traits.binary }
      if use.usesResultMembers, case .uprobe(let place) = point.kind {
        group.arguments = .parameters(binary: place.path, offset: place.offset, inlined: nil)
      }
      group.words = traits.words?.types(of: use.words) ?? [:]
      if use.isUsed {
        switch traits.arguments {
        case .tracepoint(let name): group.fields = usedFields(of: name, use, at: point.range)
        case .parameters(let binary, let offset, let inlined)?:
          let function = target.debugFunction(in: binary, at: offset, inlined: inlined)
          group.parameters = usedParameters(function, use)
          if function == nil { group.arguments = traits.arguments }
        case .script, .btf, .function, .named, .debug, nil: group.arguments = traits.arguments
        }
      }
      if groups[group] == nil {
        order.append(group)
        groups[group] = ([], traits)
      }
      groups[group]?.points.append(point)
      groups[group]?.traits.add(traits)
    }
    return order.compactMap { groups[$0] }
  }

  /// What a body depends on of the parameters that it asks for; all of them where it asks for one that is not there.
  private func usedParameters(_ function: DebugFunction?, _ use: ArgumentUse) -> [String: UsedParameter] {
    let all = Dictionary(
      (function?.parameters ?? []).map { ($0.name, UsedParameter($0)) }, uniquingKeysWith: { first, _ in first })
    if use.isWhole || !use.fields.isSubset(of: all.keys) { return all }
    return all.filter { use.fields.contains($0.key) }
  }

  private mutating func usedFields(
    of name: TracepointName, _ use: ArgumentUse, at range: SourceRange
  ) -> [TracepointFormat.Field] {
    do throws(TargetError) {
      guard let format = try target.tracepointFormat(name) else { return [] }
      return use.isWhole ? format.fields : format.fields.filter { use.fields.contains($0.name) }
    } catch {
      diagnostics.report(error, at: range)
      return []
    }
  }
}

/// What a body depends on of a parameter: where it is decides only on the program.
private struct UsedParameter: Hashable {
  let type: Type
  let isReadable: Bool

  init(_ parameter: DebugParameter) {
    type = parameter.type
    isReadable = if case .unreadable = parameter.place { false } else { true }
  }
}

/// Which fields of `args` a block mentions.
struct ArgumentUse {
  private(set) var fields: Set<String> = []
  /// `args` is used other than by `args.field`.
  private(set) var isWhole = false
  /// Expressions in the block.
  private(set) var size = 0
  private(set) var usesFunctionName = false
  private(set) var usesResult = false
  /// It asks for members of `retval`.
  private(set) var usesResultMembers = false
  /// It names types, or what may be constants.
  private(set) var namesTypes = false
  /// It asks for addresses in the probe's binary.
  private(set) var usesVariables = false
  private(set) var asksForDescendants = false
  /// The N of each `argN`.
  private(set) var words: Set<Int> = []

  var isUsed: Bool { isWhole || !fields.isEmpty }

  init(_ block: ProbeBlock) {
    var found: Set<String> = []
    var whole = false
    var count = 0
    var names: Set<String> = []
    var asks = false
    var descends = false
    var resultMembers = false
    var types = false
    let visit: (Expression) -> Bool = { expression in
      count += 1
      if case .member(let base, _, _) = expression.kind, case .identifier("retval") = base.kind { resultMembers = true }
      if expression.namesType { types = true }
      if case .member(let base, let name, _) = expression.kind, case .identifier("args") = base.kind {
        found.insert(name.text)
        return false
      }
      if case .identifier(let name) = expression.kind {
        if name == "args" { whole = true }
        names.insert(name)
      }
      if case .call(let name, _) = expression.kind, name.text == Builtin.uaddr.name { asks = true }
      if expression.asksForDescendants { descends = true }
      return true
    }
    block.predicate?.visit(visit)
    block.body.visit(visit)
    fields = found
    isWhole = whole
    size = count
    usesFunctionName = names.contains("func")
    usesVariables = asks
    usesResultMembers = resultMembers
    namesTypes = types
    asksForDescendants = descends
    usesResult = names.contains("retval")
    words = Set(names.lazy.filter { $0.hasPrefix("arg") }.compactMap { Int($0.dropFirst(3)) })
  }
}

extension Expression {
  /// Whether it names a type, or what is no builtin and so may be a constant.
  fileprivate var namesType: Bool {
    if case .cast = kind { return true }
    if case .sizeofType = kind { return true }
    if case .offsetofType = kind { return true }
    if case .type = kind { return true }
    if case .identifier(let name) = kind { return Builtin.named(name) == nil }
    return false
  }
}
