import TraceLang

// Programs and where they are attached.
extension BundleChecker {
  /// Software events of the kernel (include/uapi/linux/perf_event.h, PERF_COUNT_SW_MAX).
  private static let softwareEvents: UInt64 = 12

  func check(_ program: ProgramSpec, _ scan: ProgramScan) throws(BundleFault) {
    let object = program.object
    try require(program.name.isText, "its name is no text")
    if case .tracingRawTracepoint(let name) = program.kind {
      try require(name.isFileName, "its tracepoint has no name")
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
    let kind = bundle.programs[hook.program].kind
    switch hook.point {
    case .begin, .end: try require(kind == .rawTracepoint, "begin and end run raw tracepoint programs")
    case .interval(let period), .profilePeriod(let period), .profileFrequency(let period):
      try check(kind, period: period)
    case .software(let config, let period):
      try require(config < Self.softwareEvents, "there is no software event \(config)")
      try check(kind, period: period)
    case .tracepoint(let name):
      try require(kind == .tracepoint, "a tracepoint runs tracepoint programs")
      try require(name.isNameOfFiles, "a tracepoint has no such name")
    case .rawTracepoint(let name):
      switch kind {
      case .rawTracepoint: try require(name.isFileName, "a raw tracepoint has no such name")
      case .tracingRawTracepoint(let own):
        try require(name.isEmpty || name == own, "its program is of the tracepoint \(own)")
      case .tracepoint, .perfEvent: throw BundleFault("a raw tracepoint runs programs of raw tracepoints")
      }
    }
  }

  private func check(_ kind: ProgramSpec.Kind, period: UInt64) throws(BundleFault) {
    try require(kind == .perfEvent, "a perf event runs perf event programs")
    try require(period > 0, "a perf event has a period")
  }
}

extension TracepointName {
  /// Whether it can be found in tracefs, where its parts are names of folders.
  var isNameOfFiles: Bool { category.isFileName && event.isFileName }
}
