import TraceLang

// Programs and where they are attached.
extension BundleChecker {
  func check(_ program: ProgramSpec, _ scan: ProgramScan) throws(BundleFault) {
    let object = program.object
    try require(program.name.isText, "its name is no text")
    switch (program.load.type, program.load.target) {
    case (.tracing, .rawTracepoint(let name)): try require(name.isFileName, "its tracepoint has no name")
    case (.rawTracepoint, .none), (.tracepoint, .none), (.perfEvent, .none), (.kprobe, .none), (.kprobe, .uprobeMulti):
      break
    case (.rawTracepoint, _), (.tracepoint, _), (.perfEvent, _), (.kprobe, _), (.tracing, _):
      throw BundleFault("no hook runs programs of its type")
    }
    var open = scan.needsMap
    var takesMap = scan.takesMap
    for relocation in object.relocations {
      try require(
        takesMap.indices.contains(relocation.instruction) && takesMap[relocation.instruction],
        "nothing goes into instruction \(relocation.instruction)")
      // Only one map goes there.
      takesMap[relocation.instruction] = false
      open[relocation.instruction] = false
      switch relocation.target {
      case .map(let map): try require(maps.indices.contains(map), "there is no map \(map)")
      case .mapValue(let map, let offset):
        try require(maps.indices.contains(map) && maps[map].kind == .array, "there is no array map \(map)")
        try require((0..<maps[map].valueSize).contains(offset), "nothing is at \(offset) of map \(map)")
      }
    }
    try require(!open.contains(true), "an instruction names a map of the process that loads it")
    let slots = 0..<object.instructions.count
    for function in object.functions {
      try require(
        slots.contains(function.instruction) && (0...5).contains(function.parameterCount),
        "there is no function \(function.name)")
    }
    try require(object.lines.allSatisfy { slots.contains($0.instruction) }, "its lines are not those of instructions")
    guard let information = program.typeInformation else { return }
    try require(
      information.functionInfo.count % ProgramBTF.functionRecordSize == 0
        && information.lineInfo.count % ProgramBTF.lineRecordSize == 0, "its type information is cut short")
  }

  func check(_ hook: Hook) throws(BundleFault) {
    try require(bundle.programs.indices.contains(hook.program), "there is no program \(hook.program)")
    let load = bundle.programs[hook.program].load
    switch hook.point {
    case .testRun: try require(load == .rawTracepoint, "begin and end run raw tracepoint programs")
    case .perfEvent(let event):
      try require(load == .perfEvent, "a perf event runs perf event programs")
      try check(event)
    case .tracepoint(let name):
      try require(load == .tracepoint, "a tracepoint runs tracepoint programs")
      try require(name.isNameOfFiles, "a tracepoint has no such name")
    case .rawTracepoint(let name):
      switch (load.type, load.target) {
      case (.rawTracepoint, .none): try require(name.isFileName, "a raw tracepoint has no such name")
      case (.tracing, .rawTracepoint(let own)):
        try require(name.isEmpty || name == own, "its program is of the tracepoint \(own)")
      default: throw BundleFault("a raw tracepoint runs programs of raw tracepoints")
      }
    case .uprobe(let site):
      try require(load == Load(.kprobe), "a uprobe runs kprobe programs")
      try require(site.path.isAbsolutePath, "a uprobe has a file")
    case .uprobes(let sites):
      try require(load == Load(.kprobe, .uprobeMulti), "many uprobes run kprobe programs made for that")
      try require(sites.path.isAbsolutePath, "a uprobe has a file")
      try require(
        !sites.offsets.isEmpty && sites.offsets.count == sites.cookies.count
          && sites.offsets.count <= Self.maximumSites, "uprobes have a place and a cookie each")
    }
  }

  /// Kernel: MAX_UPROBE_MULTI_CNT in kernel/trace/bpf_trace.c.
  private static let maximumSites = 1 << 20

  private func check(_ event: PerfEvent) throws(BundleFault) {
    switch event.kind {
    case .software:
      try require(event.config < PerfEvent.softwareEvents, "there is no software event \(event.config)")
    }
    switch event.sampling {
    case .period(let count), .frequency(let count): try require(count > 0, "a perf event has a period")
    }
  }
}

extension String {
  /// Whether it can be the absolute path of a file.
  fileprivate var isAbsolutePath: Bool { hasPrefix("/") && isText }
}

extension TracepointName {
  /// Whether it can be found in tracefs, where its parts are names of folders.
  var isNameOfFiles: Bool { category.isFileName && event.isFileName }
}
