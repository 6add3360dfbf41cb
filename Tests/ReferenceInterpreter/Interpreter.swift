import TraceLang

/// Runs a checked program by doing what each of its expressions and statements says, one after the other.
public struct Interpreter {
  let program: Program
  let layouts: Layouts
  private(set) var surroundings: Surroundings

  /// The entries of each map; a scalar map has at most one, whose key is the empty tuple.
  var maps: [[Value: Value]]
  /// The variables of the probe that runs.
  var variables: [Value] = []
  var probe: Probe
  var nameIndex = 0
  /// What was left for user space and not carried out yet.
  var records: [Record] = []

  public private(set) var output: [Printed] = []
  /// The status of the script's `exit`.
  public private(set) var exitStatus: Int64?

  /// Iterations of loops that may still run.
  var patience = 1_000_000
  /// Whether a loop had no end in sight and was left.
  public var isEndless: Bool { patience < 0 }

  /// How the statements of a body are left before their end.
  enum Leave: Error {
    case breakLoop, continueLoop, finish
  }

  public init(_ program: Program, target: any Target, surroundings: Surroundings = Surroundings()) {
    self.program = program
    self.surroundings = surroundings
    layouts = Layouts(target: program.scoped(target))
    maps = Array(repeating: [:], count: program.maps.count)
    probe = program.probes[0]
  }

  /// Runs the `begin` probes, then the probes of `firings` by their index in the program, then the `end` probes, and
  /// prints the maps.
  /// - Parameter ending: the surroundings of `end` where they are others.
  public mutating func run(firings: [Int] = [], endingIn ending: Surroundings? = nil) {
    runProbes(of: .special(.begin))
    carryOut(isTracing: true)
    for index in firings where exitStatus == nil {
      run(program.probes[index], program.probes[index].attachPoints[0])
      carryOut(isTracing: true)
    }
    records = []
    if let ending { surroundings = ending }
    runProbes(of: .special(.end))
    carryOut(isTracing: false)
    output.append(.ending)
    guard program.configuration.printMapsOnExit else { return }
    let order = maps.indices.sorted { program.maps[$0].name < program.maps[$1].name }
    for index in order { output.append(printed(MapID(index), top: 0, divisor: 0, isAsked: false)) }
  }

  private mutating func runProbes(of kind: AttachPoint.Kind) {
    for probe in program.probes {
      for point in probe.attachPoints where point.kind == kind { run(probe, point) }
    }
  }

  /// One firing of a probe.
  private mutating func run(_ probe: Probe, _ point: AttachPoint) {
    self.probe = probe
    nameIndex = point.nameIndex
    variables = probe.variables.map { layouts.zero($0.type) }
    do throws(Leave) {
      if let predicate = probe.predicate, try !holds(predicate) { return }
      try execute(probe.body)
    } catch {
      // The body is over, in whatever way.
    }
  }

  /// Does what the records say, in order; those behind `exit` are dropped.
  private mutating func carryOut(isTracing: Bool) {
    let waiting = records
    records = []
    for record in waiting {
      switch record {
      case .printed(let printed): output.append(printed)
      case .printMap(let map, let top, let divisor):
        output.append(printed(map, top: top, divisor: divisor, isAsked: true))
      case .printMapValue(let map, let key, let type):
        output.append(.value(type, layouts.encoded(maps[map.index][key] ?? layouts.zero(type), type)))
      case .clear(let map): maps[map.index] = [:]
      case .zero(let map):
        let zero = layouts.zero(program.maps[map.index].value)
        maps[map.index] = maps[map.index].mapValues { _ in zero }
      case .exit(let status):
        guard isTracing else { continue }
        exitStatus = status
        return
      }
    }
  }

  private func printed(_ map: MapID, top: UInt64, divisor: UInt64, isAsked: Bool) -> Printed {
    let variable = program.maps[map.index]
    let entries = maps[map.index].map { key, value in
      Printed.Entry(
        key: variable.key.map { layouts.encoded(key, $0) } ?? [], value: layouts.encoded(value, variable.value))
    }
    return .map(map, entries, top: top, divisor: divisor, isAsked: isAsked)
  }
}
