/// What a compilation may assume besides the script and the target.
public struct CheckerOptions: Sendable {
  /// `$1`, `$2`, ..., which need not be UTF-8.
  public var parameterBytes: [[UInt8]] = []
  /// What `getopt` gives, by name; `nil` for one that was given without a value.
  public var namedParameterBytes: [String: [UInt8]?] = [:]
  /// Allows `system` and other functions that act on the machine.
  public var allowsUnsafe: Bool
  public var configuration: Configuration
  /// Process of `-c`.
  public var childPID: Int?
  /// Process of `-p`: what others do is not seen.
  public var tracedPID: Int?
  /// `--follow`: what descends from the process of `-p` or `-c` is seen too, and nothing else.
  public var followsDescendants = false

  /// - Parameter namedParameters: "" for one that was given without a value.
  public init(
    parameters: [String] = [], namedParameters: [String: String] = [:], allowsUnsafe: Bool = false,
    configuration: Configuration = Configuration(),
    childPID: Int? = nil, tracedPID: Int? = nil
  ) {
    self.allowsUnsafe = allowsUnsafe
    self.configuration = configuration
    self.childPID = childPID
    self.tracedPID = tracedPID
    self.parameters = parameters
    for (name, value) in namedParameters {
      namedParameterBytes[name] = .some(value.isEmpty ? nil : Array(value.utf8))
    }
  }

  /// `$1`, `$2`, ... as text.
  public var parameters: [String] {
    get { parameterBytes.map { String(decoding: $0, as: UTF8.self) } }
    set { parameterBytes = newValue.map { Array($0.utf8) } }
  }
}

/// Checks a parsed script against a target and gives the program it means, or `nil` when there were errors.
public func check(
  _ script: Script, target: any Target, options: CheckerOptions = CheckerOptions(), diagnostics: inout Diagnostics
) -> Program? {
  checkResult(of: script, target: target, options: options, diagnostics: &diagnostics).program
}

/// The same, with what is known of the script although there were errors.
func checkResult(
  of script: Script, target: any Target, options: CheckerOptions, diagnostics: inout Diagnostics
) -> CheckResult {
  let types = ScriptTypesBuilder.types(of: script, target: target, reportingTo: &diagnostics)
  var checker = Checker(target: target, types: types, options: options)
  let program = checker.check(script)
  diagnostics.report(contentsOf: checker.diagnostics)
  return CheckResult(
    program: diagnostics.hasErrors ? nil : program, attachPoints: checker.attachPoints, probeNames: checker.probeNames)
}

/// Infers all types by repeated walks over the script until nothing changes, then rewrites it once.
struct Checker {
  let target: any Target
  /// What the script declares in C; the target answers for it too.
  let types: ScriptTypes
  let options: CheckerOptions
  var configuration: Configuration
  var diagnostics = Diagnostics()
  var environment = Environment()
  var probeNames: [String] = []
  var probeNameIndices: [String: Int] = [:]
  /// Formats of `strftime`, by the index in a timestamp.
  var timeFormats: [String] = []
  var timeFormatIndices: [String: Int] = [:]
  /// Paths of `skboutput`.
  var packetFiles: [String] = []
  /// Filters of `cgroup_path`, by the index in its values.
  var cgroupFilters: [String] = []
  var cgroupFilterIndices: [String: Int] = [:]
  /// The automata of `globmatch`, by pattern.
  var globStates: [String: GlobStates] = [:]
  /// What `getopt` asks for, in order of its first mention.
  var namedParameters: [NamedParameter] = []
  var namedParameterIndex: [String: Int] = [:]
  /// Whether the number of CPUs is a part of what the script means.
  var readsCPUCount = false
  /// As they are written, in order.
  var attachPoints: [WrittenAttachPoint] = []

  /// The state of the probe instance being walked.
  var instance = ProbeInstance()
  var scope = Scope(VariablePlaces())
  var loopDepth = 0
  /// Statements and expressions looked at in all walks.
  var steps = 0
  /// The names of the maps that some statement has gather, wherever it stands.
  var gatheringMaps: Set<String> = []
  /// Those that probes of the script are in.
  var binaries: [String] = []
  /// The maps that the loops around the current statement are over, by their variables.
  var loopMaps: [VariableID: Int] = [:]
  /// What the walk takes operands for that have no type yet.
  var assumption = Assumption.nothing

  init(target: any Target, types: ScriptTypes, options: CheckerOptions) {
    self.target = types.isEmpty ? target : ScriptedTarget(target, types: types)
    self.types = types
    self.options = options
    configuration = options.configuration
  }

  mutating func check(_ script: Script) -> Program? {
    applyConfiguration(script)
    let instances = instances(of: script)
    declareMaps(script)
    if instances.isEmpty {
      if diagnostics.hasErrors { return nil }
      diagnostics.error("the script has no probes: there is nothing to trace", at: script.range.end)
      return nil
    }
    gatheringMaps = Self.gatheringMaps(instances)
    binaries = Self.binaries(instances)
    environment.variables = Array(repeating: [], count: instances.count)
    environment.places = Array(repeating: VariablePlaces(), count: instances.count)
    let probes = inferred(instances)
    let maps = finishedMaps()
    checkNamedParameters()
    guard !diagnostics.hasErrors, let probes = attachable(probes, script) else { return nil }
    return Program(
      configuration: configuration, maps: maps, probes: probes, probeNames: probeNames, timeFormats: timeFormats,
      types: types, namedParameters: namedParameters, cgroupFilters: cgroupFilters, packetFiles: packetFiles,
      readsCPUCount: readsCPUCount)
  }

  private mutating func declareMaps(_ script: Script) {
    for case .map(let declaration) in script.items {
      let index = environment.map(named: declaration.name.text, at: declaration.name.range)
      guard let kind = MapVariable.Kind(rawValue: declaration.kind.text) else {
        let kinds = MapVariable.Kind.allCases.map(\.rawValue)
        diagnostics.error(
          "'\(declaration.kind.text)' is not a kind of map", at: declaration.kind.range,
          notes: [Diagnostic.Note("there are \(kinds.joined(separator: ", "))")])
        continue
      }
      guard case .integer(let literal)? = declaration.entries?.kind, (1...UInt64(UInt32.max)).contains(literal.value)
      else {
        diagnostics.error("a map declaration needs its number of entries", at: declaration.range)
        continue
      }
      environment.maps[index].declaredKind = kind
      environment.maps[index].maxEntries = Int(literal.value)
    }
  }

  private mutating func finishedMaps() -> [MapVariable] {
    let hasErrors = diagnostics.hasErrors
    if environment.maps.count > Self.maximumMaps {
      diagnostics.error(
        "the script has too many maps: at most \(Self.maximumMaps) are allowed",
        at: environment.maps[Self.maximumMaps].range,
        notes: [Diagnostic.Note("keep values under keys of one map")])
    }
    return environment.maps.map { state in
      // A value that was wrong has been told already.
      if !state.isAssigned, !hasErrors { report(unassigned: state) }
      if let kind = state.declaredKind, kind.isPerCPU, let value = state.value, !hasErrors {
        checkGathers(value, state, kind)
      }
      return MapVariable(
        name: (state.name == Descendants.map ? "" : "@") + state.name,
        key: state.isKeyed == true ? state.key ?? .int64 : nil, value: state.value ?? .int64,
        declaredKind: state.declaredKind, maxEntries: maximumEntries(of: state), range: state.range)
    }
  }

  private func maximumEntries(of map: Environment.MapState) -> Int {
    map.maxEntries ?? (map.name == Descendants.map ? Descendants.maximumProcesses : configuration.maxMapKeys)
  }

  /// A map that the kernel keeps for each CPU apart can only gather: of other values, nobody could say whose is meant.
  private mutating func checkGathers(_ value: Type, _ map: Environment.MapState, _ kind: MapVariable.Kind) {
    if case .aggregation = value { return }
    diagnostics.error(
      "@\(map.name) is declared as \(kind.rawValue), which takes what count(), sum() and their kin gather, "
        + "not \(value.description)", at: map.valueRange ?? map.range,
      notes: [Diagnostic.Note("declare it as hash or lruhash", at: map.range)])
  }

  /// Of a map that no statement gives a value, values are 0; to print, clear or walk it is a mistake.
  private mutating func report(unassigned map: Environment.MapState) {
    let notes = [Diagnostic.Note("assign it in some probe: @\(map.name) = ...")]
    if map.isNeeded {
      diagnostics.error("the map @\(map.name) is never assigned a value", at: map.range, notes: notes)
    } else if map.isRead {
      diagnostics.warning("the map @\(map.name) is never assigned a value: it reads as 0", at: map.range, notes: notes)
    } else {
      diagnostics.warning("the map @\(map.name) is declared and never used", at: map.range)
    }
  }

  /// Checks one instance of a block with what is known so far.
  mutating func walk(_ instance: ProbeInstance) -> Probe {
    self.instance = instance
    environment.forgetAddresses(ofInstance: instance.index)
    scope = Scope(environment.places[instance.index])
    loopDepth = 0
    loopMaps = [:]
    let predicate = predicate(of: instance).map { condition($0) }
    let hoisted = hoistedVariables()
    let body = hoisted.map { initialization(of: $0) } + statements(instance.block.body)
    environment.places[instance.index] = scope.places
    let types = environment.variables[instance.index]
    let variables = scope.places.names.enumerated().map { index, name in
      ScratchVariable(
        name: name, type: index < types.count ? types[index] ?? .int64 : .int64,
        isAddressed: scope.addressed.contains(VariableID(index)))
    }
    var probe = Probe(
      attachPoints: instance.attachPoints, traits: instance.traits, predicate: predicate, body: body,
      variables: variables, uses: self.instance.uses, block: instance.blockNumber, range: instance.block.range)
    probe.isOwn = instance.block.isOwn
    return probe
  }

  /// The process that such probes are for alone: those of `-p` and `-c`.
  func filteringProcess(_ traits: ProbeTraits) -> Int? {
    guard traits.hasCurrentTask, traits.pace == .event else { return nil }
    return options.tracedPID ?? (traits.followsCommand || options.followsDescendants ? options.childPID : nil)
  }

  /// A probe's own, after a test for the traced process where the probe fires in a task or interrupts one.
  private func predicate(of instance: ProbeInstance) -> Expression? {
    let own = instance.block.predicate
    let traits = instance.traits
    guard let process = filteringProcess(traits), !instance.block.isOwn else { return own }
    let range = own?.range ?? instance.block.range
    let number = UInt64(process)
    let isOfProcess =
      options.followsDescendants
      ? Expression(.call(Name(Builtin.descendant.name, range), [Self.literal(number, range)]), range)
      : Self.isProcess(Expression(.identifier("pid"), range), number)
    guard let own else { return isOfProcess }
    return Expression(.binary(.and, isOfProcess, own, operatorRange: range), range)
  }

  /// Declares the variables that belong to the whole probe although no statement of its own assigns them first.
  private mutating func hoistedVariables() -> [Scope.Binding] {
    let places = (environment.hoisted[instance.index] ?? [:]).sorted { $0.value.lower < $1.value.lower }
    return places.map { name, range in
      diagnostics.warning(
        "$\(name) is assigned in an inner block first and read behind it", at: range,
        notes: [
          Diagnostic.Note("it is zero where that block did not run; 'let $\(name);' before it says that that is meant")
        ])
      return scope.declare(name, at: range)
    }
  }

  private func initialization(of variable: Scope.Binding) -> TypedStatement {
    TypedStatement(
      .assign(.variable(variable.id), zero(variableType(variable.id), variable.range)), variable.range)
  }

  mutating func error(
    _ message: String, at range: SourceRange, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) {
    if hasGivenUp { return }
    diagnostics.error(message, at: range, notes: notes, fixIts: fixIts)
    if hasGivenUp { diagnostics.stop() }
  }

  func invalid(_ range: SourceRange) -> TypedExpression { TypedExpression(.integer(0), .invalid, range) }
}
