import TraceLang

extension Explanation {
  /// Of a compiled script.
  /// - Parameters:
  ///   - program: what was compiled, which may be a part of what was checked.
  ///   - target: what it was compiled for, with all questions of the compilation asked.
  public init(_ checked: CheckedScript, _ program: Program, _ compilation: Compilation, target: RecordingTarget) {
    self.init(checked, target.machine)
    let bundle = compilation.bundle
    describe(bundle, target.machine)
    let attachments = Attachments(program, compilation.plan)
    probes = checked.attachPoints.filter { attachments.isPart($0) }.map { point in
      probe(point, checked, attachments.mechanisms(of: point), attachments.pace(of: point))
    }
    let blocks = Dictionary(grouping: checked.attachPoints, by: \.block)
    var looks: [(block: Int, look: BlockReads)] = []
    for probe in program.probes {
      if looks.last?.block != probe.block { looks.append((probe.block, BlockReads())) }
      looks[looks.count - 1].look.add(probe)
    }
    reads = looks.compactMap { block, look in look.read(of: Self.title(of: blocks[block] ?? [])) }
    if let limit = reads.compactMap(\.stringLimit).max() {
      losses.append("what a string has beyond \(limit - 1) bytes")
    }
    unsafe = Self.risks(checked, program)
    needs = Needs(program, bundle, target)
  }

  /// Of a script of which the machine does not tell all that it needs to know.
  public init(incomplete checked: CheckedScript, _ machine: Machine) {
    self.init(checked, machine)
    probes = checked.attachPoints.map { probe($0, checked, [], nil) }
    unknown = checked.diagnostics.all.filter { $0.cause == .machine }.map { diagnostic in
      Deed(
        place: diagnostic.range.map { DiagnosticRenderer(sources: checked.sources).place(of: $0) },
        what: diagnostic.message)
    }
  }

  private init(_ checked: CheckedScript, _ machine: Machine) {
    script = checked.sources.files.first?.name ?? ""
    self.machine = machine.words
  }

  private func probe(
    _ point: WrittenAttachPoint, _ checked: CheckedScript, _ mechanisms: [Mechanism], _ pace: Pace?
  ) -> Probe {
    let names: [Int]? =
      switch point.places {
      case .known(let names): names
      case .unknown: nil
      }
    return Probe(
      probe: point.text, place: DiagnosticRenderer(sources: checked.sources).place(of: point.range),
      fires: point.provider.flatMap { Provider.named($0) }?.summary, count: names?.count,
      first: (names ?? []).prefix(Self.firstNames).map { checked.probeNames[$0] }, mechanisms: mechanisms, pace: pace)
  }

  /// Places that are named of each attach point.
  private static let firstNames = 3

  private static func title(of points: [WrittenAttachPoint]) -> String {
    (points.first?.text ?? "") + (points.count > 1 ? " and \(points.count - 1) more" : "")
  }

  /// What needs --unsafe, each once and where it stands.
  private static func risks(_ checked: CheckedScript, _ program: Program) -> [Deed] {
    let renderer = DiagnosticRenderer(sources: checked.sources)
    let places = checked.attachPoints.compactMap { point in
      point.risk.map { Deed(place: renderer.place(of: point.range), what: "\(point.text) \($0)") }
    }
    let uses = program.probes.flatMap(\.uses).compactMap { use in
      use.builtin?.risk.map { Deed(place: renderer.place(of: use.range), what: "\(use.name)() \($0)") }
    }
    return (places + uses).withoutRepeats
  }
}

extension Explanation {
  /// What a bundle says of itself.
  mutating func describe(_ bundle: Bundle, _ machine: Machine) {
    let costs = MapCosts(bundle, machine)
    programs = bundle.programs.count
    hooks = bundle.hooks.count
    maps = costs.maps
    buffers = costs.buffers
    memory = costs.total
    output = Output(bundle)
    losses = Self.losses(bundle)
  }

  private static func losses(_ bundle: Bundle) -> [String] {
    let buffers = [bundle.eventMap].compactMap(\.self).map {
      "output, while more than \(ByteCount(bundle.maps[$0].maxEntries)) of it wait to be printed"
    }
    // Maps of which the same is to be said are named together.
    var keys: [(limit: String, maps: [String])] = []
    for view in bundle.views {
      guard let hash = view.content.hash else { continue }
      let spec = bundle.maps[hash.map]
      let limit = "beyond \(spec.maxEntries)" + (spec.kind.isLRU ? ", the least used ones first" : "")
      if let known = keys.firstIndex(where: { $0.limit == limit }) {
        keys[known].maps.append(view.name)
      } else {
        keys.append((limit, [view.name]))
      }
    }
    let stacks = bundle.stacks.map { "stacks beyond \(bundle.maps[$0.map].maxEntries) different ones" }
    let loops = bundle.words[.cutLoops].map { _ in ["the rest of loops of more than 8388608 iterations"] } ?? []
    return buffers + keys.map { "keys of \($0.maps.joined(separator: ", ")) \($0.limit)" } + stacks + loops
  }
}

/// Which programs attach points have come to.
private struct Attachments {
  private let program: Program
  private let plan: Plan
  /// The programs of each attach point.
  private var programs: [PlannedProgram.Served: [Int]] = [:]
  /// The probes of each block.
  private let probes: [Int: [Int]]

  init(_ program: Program, _ plan: Plan) {
    self.program = program
    self.plan = plan
    probes = Dictionary(grouping: program.probes.indices) { program.probes[$0].block }
    for (index, planned) in plan.programs.enumerated() {
      for served in planned.served { programs[served, default: []].append(index) }
    }
  }

  /// Whether it is part of the run, or stands for nothing.
  func isPart(_ point: WrittenAttachPoint) -> Bool {
    guard case .known(let names) = point.places, !names.isEmpty else { return true }
    return !served(point).isEmpty
  }

  private func served(_ point: WrittenAttachPoint) -> [PlannedProgram.Served] {
    guard case .known(let names) = point.places else { return [] }
    return (probes[point.block] ?? []).flatMap { probe in
      names.map { PlannedProgram.Served(probe: probe, name: $0) }
    }.filter { programs[$0] != nil }
  }

  func mechanisms(of point: WrittenAttachPoint) -> [Explanation.Mechanism] {
    var order: [Int] = []
    var places: [Int: Int] = [:]
    for served in served(point) {
      for program in programs[served] ?? [] {
        if places[program] == nil { order.append(program) }
        places[program, default: 0] += 1
      }
    }
    var mechanisms: [Explanation.Mechanism] = []
    for index in order {
      let planned = plan.programs[index]
      // Some hooks are of one place, others of all.
      let hooks = planned.points.count == planned.served.count ? places[index] ?? 0 : planned.points.count
      if let known = mechanisms.firstIndex(where: { $0.mechanism == planned.mechanism }) {
        mechanisms[known].hooks += hooks
        mechanisms[known].programs += 1
      } else {
        mechanisms.append(Explanation.Mechanism(mechanism: planned.mechanism, hooks: hooks, programs: 1))
      }
    }
    return mechanisms
  }

  func pace(of point: WrittenAttachPoint) -> Explanation.Pace? {
    let points = served(point)
    let hooks = points.flatMap { programs[$0] ?? [] }.flatMap { plan.programs[$0].points }
    guard let pace = points.map({ program.probes[$0.probe].traits.pace }).max() else { return nil }
    switch pace {
    case .once: return .once
    case .timer: return .timer
    case .event: return hooks.map(\.pace).max() ?? .event
    }
  }
}

extension Explanation.Pace: Comparable {
  public static func < (left: Explanation.Pace, right: Explanation.Pace) -> Bool { left.order < right.order }

  private var order: Int {
    switch self {
    case .once: 0
    case .timer: 1
    case .event: 2
    }
  }
}

extension Machine {
  /// "Linux 6.1.0 on x86_64 with 4 CPUs"
  var words: String {
    "Linux \(kernelRelease) on \(architecture.rawValue) with \(possibleCPUs) CPU\(possibleCPUs == 1 ? "" : "s")"
  }
}

extension Array where Element: Hashable {
  /// Each element where it first stands.
  var withoutRepeats: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
