import TraceLang

// Programs and where they are attached.
extension BundleChecker {
  func check(_ program: ProgramSpec, _ scan: ProgramScan) throws(BundleFault) {
    let object = program.object
    try require(program.name.isText, "its name is no text")
    switch (program.load.type, program.load.target) {
    case (.tracing, .rawTracepoint(let name)): try require(name.isFileName, "its tracepoint has no name")
    case (.tracing, .function(let function, _)): try check(function)
    case (.tracing, .program(let function, _)): try check(KernelFunction(function.name))
    case (.tracing, .iterator(let name)): try require(name.isFileName, "it iterates over nothing")
    case (.rawTracepoint, .none), (.tracepoint, .none), (.perfEvent, .none), (.kprobe, .none): break
    case (.kprobe, .kprobeMulti), (.kprobe, .kprobeSession), (.kprobe, .uprobeMulti): break
    case (.rawTracepoint, _), (.tracepoint, _), (.perfEvent, _), (.kprobe, _), (.tracing, .none),
      (.tracing, .kprobeMulti), (.tracing, .kprobeSession), (.tracing, .uprobeMulti):
      throw BundleFault("no hook runs programs of its type")
    }
    var open = scan.needsMap
    var takesMap = scan.takesMap
    var calls = scan.kernelCalls
    for relocation in object.relocations {
      let index = relocation.instruction
      if case .kernelFunction = relocation.target {
        try require(calls.remove(index) != nil, "no function of the kernel goes into instruction \(index)")
        continue
      }
      try require(takesMap.indices.contains(index) && takesMap[index], "nothing goes into instruction \(index)")
      // Only one map goes there.
      takesMap[index] = false
      open[index] = false
      switch relocation.target {
      case .kernelFunction: break
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
    case .testRun(let moment):
      try require(load == .rawTracepoint, "what swtrace runs itself is a raw tracepoint program")
      if let name = moment.name { try require(name.isPrintable, "a test or benchmark has a name") }
    case .perfEvent(let event):
      try require(load == .perfEvent, "a perf event runs perf event programs")
      try check(event)
    case .breakpoint(let breakpoint):
      try require(load == .perfEvent, "a watchpoint runs perf event programs")
      try require([1, 2, 4, 8].contains(breakpoint.length), "a watchpoint has a length of 1, 2, 4 or 8")
    case .tracepoint(let name):
      try require(load == .tracepoint, "a tracepoint runs tracepoint programs")
      try require(name.isNameOfFiles, "a tracepoint has no such name")
    case .rawTracepoint(let name):
      if load == .rawTracepoint {
        try require(name.isFileName, "a raw tracepoint has no such name")
      } else if case .rawTracepoint(let own) = load.target, load.type == .tracing {
        try require(name.isEmpty || name == own, "its program is of the tracepoint \(own)")
      } else {
        throw BundleFault("a raw tracepoint runs programs of raw tracepoints")
      }
    case .uprobe(let site):
      try require(load == Load(.kprobe), "a uprobe runs kprobe programs")
      try require(site.path.isAbsolutePath, "a uprobe has a file")
      try require(site.semaphore <= UInt64(UInt32.max), "a semaphore is too far away")
    case .uprobes(let sites):
      try require(load == Load(.kprobe, .uprobeMulti), "many uprobes run kprobe programs made for that")
      try require(sites.path.isAbsolutePath, "a uprobe has a file")
      try require(
        !sites.offsets.isEmpty && sites.offsets.count == sites.cookies.count
          && sites.offsets.count <= Self.maximumSites, "uprobes have a place and a cookie each")
      try require(
        sites.semaphores.isEmpty || sites.semaphores.count == sites.offsets.count,
        "uprobes have a semaphore each or none at all")
    case .kprobe(let place, let side, _):
      try require(load == .kprobe, "a kprobe runs kprobe programs")
      switch place {
      case .function(let function, let offset):
        try check(function)
        try require(side == .entry || offset == 0, "a function returns to one place")
      case .address: try require(side == .entry, "an address has no return")
      }
    case .kprobeMulti(let functions, _, let cookies):
      try require(load == .kprobeMulti, "its program is not for many kprobes")
      try check(functions, cookies)
    case .kprobeSession(let functions, let cookies):
      try require(load == .kprobeSession, "its program is not for calls of functions")
      try check(functions, cookies)
    case .trampoline:
      switch load.target {
      case .function, .program: break
      case .none, .rawTracepoint, .uprobeMulti, .kprobeMulti, .kprobeSession, .iterator:
        throw BundleFault("its program is of no function")
      }
    case .iterator:
      guard case .iterator = load.target else { throw BundleFault("its program does not iterate") }
    case .pinnedIterator(let path):
      guard case .iterator = load.target else { throw BundleFault("its program does not iterate") }
      try require(path.isAbsolutePath, "a pinned program has a file")
    }
  }

  /// Kernel: MAX_UPROBE_MULTI_CNT and MAX_KPROBE_MULTI_CNT in kernel/trace/bpf_trace.c.
  private static let maximumSites = 1 << 20

  private func check(_ functions: [KernelFunction], _ cookies: [UInt64]) throws(BundleFault) {
    try require((1...Self.maximumSites).contains(functions.count), "it has \(functions.count) functions")
    try require(functions.count == cookies.count, "each function has a cookie")
    for function in functions { try check(function) }
  }

  private func check(_ function: KernelFunction) throws(BundleFault) {
    let length = 1..<128
    try require(
      function.name.isText && function.module.isText && length.contains(function.name.utf8.count)
        && length.contains(function.module.utf8.count), "a function has no such name")
  }

  private func check(_ event: PerfEvent) throws(BundleFault) {
    switch event.kind {
    case .hardware:
      try require(event.config < PerfEvent.hardwareEvents, "there is no hardware event \(event.config)")
    case .software:
      try require(event.config < PerfEvent.softwareEvents, "there is no software event \(event.config)")
    case .cache:
      let (cache, operation, result) = (event.config & 0xff, event.config >> 8 & 0xff, event.config >> 16)
      let limits = PerfEvent.cacheEvents
      try require(
        cache < limits.caches && operation < limits.operations && result < limits.results,
        "there is no cache event \(event.config)")
    case .raw: break
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

extension Hook.Point {
  /// What attaching to it may do to the machine; `nil` for nothing.
  var effect: String? {
    switch self {
    case .kprobe(.address, _, _): "stops the kernel at an address"
    case .pinnedIterator(let path): "leaves a program in \(path)"
    case .kprobe(.function, _, _), .kprobeMulti, .kprobeSession, .trampoline, .iterator, .testRun, .perfEvent,
      .tracepoint,
      .breakpoint, .rawTracepoint, .uprobe, .uprobes:
      nil
    }
  }
}
