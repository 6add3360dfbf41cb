/// A block of the script for those of its attach points that need the same code.
struct ProbeInstance {
  var index = 0
  var block = ProbeBlock(
    attachPoints: [], predicate: nil, body: Block(statements: [], range: SourceRange(SourceID(0), 0, 0)),
    usesAngles: false, range: SourceRange(SourceID(0), 0, 0))
  var blockNumber = 0
  var attachPoints: [AttachPoint] = []
  /// What `args` is here, if anything.
  var arguments: RecordReference?
}

extension Checker {
  /// Expands all attach points and splits each block by what its code depends on.
  mutating func instances(of script: Script) -> [ProbeInstance] {
    let expander = Expander(target: target, missingProbes: configuration.missingProbes, parameters: options.parameters)
    var instances: [ProbeInstance] = []
    var nameIndices: [String: Int] = [:]
    var blockNumber = 0
    var hooks = 0
    for case .probe(let block) in script.items {
      if blockNumber == Self.maximumProbeBlocks {
        error("the script has too many probes: at most \(Self.maximumProbeBlocks) are allowed", at: block.range)
        break
      }
      var points: [AttachPoint] = []
      for syntax in block.attachPoints {
        for match in expander.expand(syntax, &diagnostics) {
          let nameIndex = nameIndices[match.name] ?? probeNames.count
          if nameIndex == probeNames.count {
            nameIndices[match.name] = nameIndex
            probeNames.append(match.name)
          }
          points.append(AttachPoint(kind: match.kind, nameIndex: nameIndex, range: syntax.range))
        }
      }
      if points.isEmpty {
        // Its body is still checked, so that one run tells all errors.
        instances.append(ProbeInstance(index: instances.count, block: block, blockNumber: blockNumber))
      }
      // All syscall tracepoints of one side take one hook.
      hooks += points.count { !$0.isSyscallTracepoint }
      if hooks > configuration.maxProbes {
        tooManyProbes(hooks, block)
        continue
      }
      for (points, arguments) in split(points, by: ArgumentUse(block)) {
        instances.append(
          ProbeInstance(
            index: instances.count, block: block, blockNumber: blockNumber, attachPoints: points, arguments: arguments))
      }
      blockNumber += 1
    }
    return instances
  }

  /// Groups attach points by program kind and, where `args` is used, by the layout of the used fields.
  private mutating func split(
    _ points: [AttachPoint], by use: ArgumentUse
  ) -> [(points: [AttachPoint], arguments: RecordReference?)] {
    struct Group: Hashable {
      var kind: Int
      var fields: [TracepointFormat.Field]
      var rawName: String
    }
    var order: [Group] = []
    var groups: [Group: (points: [AttachPoint], arguments: RecordReference?)] = [:]
    for point in points {
      var group = Group(kind: 0, fields: [], rawName: "")
      var arguments: RecordReference?
      switch point.kind {
      case .begin: group.kind = 1
      case .end: group.kind = 2
      case .interval: group.kind = 3
      case .profile: group.kind = 4
      case .software: group.kind = 5
      case .tracepoint(let name):
        group.kind = 6
        if use.isUsed {
          arguments = .tracepoint(name)
          group.fields = usedFields(of: name, use, at: point.range)
        }
      case .rawTracepoint(let name):
        group.kind = 7
        if use.isUsed {
          arguments = .function(name)
          group.rawName = name
        }
      }
      if groups[group] == nil {
        order.append(group)
        groups[group] = ([], arguments)
      }
      groups[group]?.points.append(point)
    }
    return order.compactMap { groups[$0] }
  }

  private mutating func usedFields(
    of name: TracepointName, _ use: ArgumentUse, at range: SourceRange
  ) -> [TracepointFormat.Field] {
    do throws(TargetError) {
      guard let format = try target.tracepointFormat(name) else { return [] }
      return use.isWhole ? format.fields : format.fields.filter { use.fields.contains($0.name) }
    } catch {
      diagnostics.error(error.message, at: range)
      return []
    }
  }
}

extension AttachPoint {
  var isSyscallTracepoint: Bool {
    switch kind {
    case .tracepoint(let name): name.category == "syscalls"
    case .begin, .end, .interval, .profile, .rawTracepoint, .software: false
    }
  }
}

/// Which fields of `args` a block mentions.
struct ArgumentUse {
  private(set) var fields: Set<String> = []
  /// `args` is used other than by `args.field`.
  private(set) var isWhole = false

  var isUsed: Bool { isWhole || !fields.isEmpty }

  init(_ block: ProbeBlock) {
    var found: Set<String> = []
    var whole = false
    let visit: (Expression) -> Bool = { expression in
      if case .member(let base, let name, _) = expression.kind, case .identifier("args") = base.kind {
        found.insert(name.text)
        return false
      }
      if case .identifier("args") = expression.kind { whole = true }
      return true
    }
    block.predicate?.visit(visit)
    block.body.visit(visit)
    fields = found
    isWhole = whole
  }
}
