import TraceLang

/// All that compiling a checked program gives, stage by stage.
public struct Compilation: Sendable {
  public let plan: Plan
  /// The IR of each program as lowered, in the plan's order.
  public let modules: [Module]
  /// The same after the passes.
  public let optimized: [Module]
  public let bundle: Bundle
  /// How many CPUs a machine may have that runs it.
  public let cpuDemand: CPUDemand
}

/// Why a checked program did not become a bundle: a limit of the kernel, told with the probe.
public struct CompileError: Error, Hashable, Sendable {
  public let message: String
  /// The probe whose program is meant.
  public let range: SourceRange
}

extension CompileError {
  init(_ error: InternalError, range: SourceRange) { self.init(message: error.description, range: range) }
}

extension Compilation {
  /// Compiles a checked program for a target.
  /// - Parameter sources: the texts its ranges point into, for line information.
  init(of program: Program, target: any Target, sources: SourceMap, sharesMaps: Bool = false) throws(CompileError) {
    let target = program.scoped(target)
    var plan: Plan
    do throws(InternalError) {
      plan = try Planner.plan(program, target: target, sharesMaps: sharesMaps)
    } catch {
      throw CompileError(error, range: program.probes[0].range)
    }
    try checkProgramLimit(plan, of: program)
    var actions = ActionTable()
    let scratchMap = plan.maps.count
    var scratchSize = 0
    var scratchEntries = 0
    var modules: [Module] = []
    var bundle = Bundle(settings: settings(program, target))
    var optimized: [Module] = []
    let options = BackendOptions(isV4: target.has(.instructionSetV4))
    var size = 0
    for (index, planned) in plan.programs.enumerated() {
      let rest = Lowering.Limits.script - size
      let limits = Lowering.Limits(size: min(rest, Lowering.Limits.program), isShared: rest < Lowering.Limits.program)
      let compiled = try compile(options: options, range: range(of: planned, in: program)) {
        (stackUse) throws(CompileError) in
        try Lowering.lower(
          planned, of: program, plan: plan, target: target, sources: sources, scratchMap: scratchMap,
          scratchEntry: scratchEntries, stackUse: stackUse, limits: limits, actions: &actions)
      }
      size += compiled.module.size
      modules.append(compiled.module)
      if compiled.scratchSize > 0 { scratchEntries += 1 }
      scratchSize = max(scratchSize, compiled.scratchSize)
      optimized.append(compiled.optimized)
      bundle.programs.append(
        ProgramSpec(
          name: planned.name, load: planned.placement.load, object: compiled.object, title: planned.title,
          typeInformation: ProgramBTF(
            compiled.object, fileName: { sources.name(of: $0) }, sourceLine: { sources.text(of: $0) })))
      for (place, point) in planned.points.enumerated() {
        let title = planned.pointTitles.isEmpty ? planned.title : planned.pointTitles[place]
        bundle.hooks.append(Hook(program: index, point: point, title: title))
      }
    }
    if scratchSize > maximumScratch {
      throw CompileError(
        message: "the probe's values need \(scratchSize) bytes of memory, and the kernel allows \(maximumScratch): "
          + "use fewer or smaller strings at a time (max_strlen)", range: program.probes[0].range)
    }
    if scratchSize > 0 {
      plan.maps.append(
        MapSpec(
          name: "swtrace_scratch", kind: .perCPUArray, keySize: 4, valueSize: scratchSize, maxEntries: scratchEntries))
    }
    bundle.maps = plan.maps
    bundle.views = plan.views
    bundle.actions = actions.actions
    bundle.probeNames = program.probeNames
    bundle.timeFormats = program.timeFormats
    // A probe of several sites counts once.
    bundle.probeCount =
      Set(
        program.probes.lazy.filter { !$0.isOwn }.flatMap { probe in
          probe.attachPoints.map { [probe.block, $0.nameIndex] }
        }
      ).count
    bundle.words = plan.words
    bundle.pendingActions = plan.pendingActions
    bundle.stacks = plan.stacks
    bundle.unwinding = plan.unwinding
    bundle.sightings = plan.sightings
    bundle.cgroupFilters = program.cgroupFilters
    bundle.packetFiles = program.packetFiles
    bundle.packetMap = plan.packetMap
    bundle.sources = sources.files.map(\.name)
    var printed = PrintedTypes(target)
    printed.collect(bundle)
    bundle.layouts = printed.layouts
    bundle.enums = printed.enums
    bundle.mapTypes = bundle.describedMaps()
    self.init(
      plan: plan, modules: modules, optimized: optimized, bundle: bundle,
      cpuDemand: CPUDemand(
        bundle.views, visitsCPUs: optimized.contains(where: \.visitsCPUs), readsCPUCount: program.readsCPUCount))
  }
}

/// The largest value of a per-CPU array (Kernel: PCPU_MIN_UNIT_SIZE in include/linux/percpu.h).
private let maximumScratch = 32 << 10

private struct CompiledProgram {
  let module: Module
  let optimized: Module
  let object: ProgramObject
  let scratchSize: Int
}

/// Lowers a program and compiles it, with less and less on the stack until it fits.
private func compile(
  options: BackendOptions, range: SourceRange,
  lower: (Lowering.StackUse) throws(CompileError) -> (module: Module, scratchSize: Int)
) throws(CompileError) -> CompiledProgram {
  var failure: BackendError?
  for stackUse in Lowering.StackUse.allCases {
    let (module, scratchSize) = try lower(stackUse)
    do throws(BackendError) {
      let compiled = try compileStages(module, options: options)
      return CompiledProgram(
        module: module, optimized: compiled.optimized, object: compiled.object, scratchSize: scratchSize)
    } catch {
      guard case .stackTooLarge = error else { throw CompileError(message: error.description, range: range) }
      failure = failure ?? error
    }
  }
  throw CompileError(message: failure?.description ?? InternalError("no stack to try").description, range: range)
}

extension Module {
  /// Whether it asks a per-CPU map for the value of each CPU.
  fileprivate var visitsCPUs: Bool {
    functions.contains { function in
      function.blocks.contains { block in
        block.instructions.contains { instruction in
          if case .call(.mapLookupPerCPUElement, _) = instruction.operation { true } else { false }
        }
      }
    }
  }

  /// Instructions of all functions.
  fileprivate var size: Int { functions.reduce(0) { $0 + $1.blocks.reduce(0) { $0 + $1.instructions.count } } }
}

extension SourceMap {
  /// The name of the text an instruction comes from.
  func name(of line: SourceLine) -> String {
    files.indices.contains(Int(line.source)) ? files[Int(line.source)].name : ""
  }

  /// The script's line an instruction stands for, without its indentation, at most 100 bytes of it.
  func text(of line: SourceLine) -> String {
    guard files.indices.contains(Int(line.source)) else { return "" }
    let bytes = files[Int(line.source)].line(Int(line.line))
    let text = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return String(decoding: text.prefix(100), as: UTF8.self)
  }
}

/// - Throws: when the plan has more programs than `max_bpf_progs`.
private func checkProgramLimit(_ plan: Plan, of program: Program) throws(CompileError) {
  let limit = program.configuration.maxPrograms
  guard plan.programs.count > limit else { return }
  throw CompileError(
    message: "the script becomes \(plan.programs.count) BPF programs, more than max_bpf_progs = \(limit): "
      + "narrow a wildcard or set BPFTRACE_MAX_BPF_PROGS", range: range(of: plan.programs[limit], in: program))
}

private func settings(_ program: Program, _ target: any Target) -> Bundle.Settings {
  let configuration = program.configuration
  var settings = Bundle.Settings(possibleCPUs: target.machine.possibleCPUs)
  settings.license = configuration.license
  settings.logSize = configuration.logSize
  settings.maximumStringLength = configuration.maxStringLength
  settings.printMapsOnExit = configuration.printMapsOnExit
  settings.truncationTrailer = configuration.truncationTrailer
  settings.maximumCatBytes = configuration.maxCatBytes
  switch configuration.missingProbes {
  case .error: settings.missingProbes = .error
  case .warn: settings.missingProbes = .warn
  case .ignore: settings.missingProbes = .ignore
  }
  settings.symbols.demangles = configuration.demanglesNames
  settings.symbols.showsSource = configuration.showsDebugInfo
  settings.symbols.looksLate = configuration.looksUpSymbolsLate
  switch configuration.userSymbolCache {
  case .perPID?, nil: settings.symbols.cache = .process
  case .perProgram?: settings.symbols.cache = .program
  case .some(.none): settings.symbols.cache = .none
  }
  return settings
}

private func range(of planned: PlannedProgram, in program: Program) -> SourceRange {
  switch planned.entry {
  case .single(let probe, _): program.probes[probe].range
  case .session(let entry, _): program.probes[entry.probe].range
  case .syscalls(let entry): program.probes[entry.blocks[0].sections[0].probe].range
  }
}
