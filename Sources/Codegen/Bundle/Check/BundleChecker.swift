import TraceLang

/// Walks a bundle once and asks of every part what running it takes for granted.
struct BundleChecker {
  let bundle: Bundle
  let maps: [MapSpec]
  /// How much memory values of each type take.
  let measure: TypeMeasure

  init(_ bundle: Bundle) {
    self.bundle = bundle
    maps = bundle.maps
    measure = TypeMeasure(bundle.layouts)
  }

  /// - Returns: what the bundle does to the machine besides observing it.
  func check() throws(BundleFault) -> String? {
    try checkSettings()
    try each("map", maps) { map throws(BundleFault) in try map.check() }
    let others = (bundle.unwinding == nil ? 0 : 1) + (bundle.sightings == nil ? 0 : 1)
    try require(maps.count { $0.kind == .ringBuffer } <= 1 + others, "there are several ring buffers")
    try checkUnwinding()
    try each("layout", bundle.layouts) { printed throws(BundleFault) in _ = try measure.extent(of: printed.layout) }
    try each("word", bundle.allWords) { words throws(BundleFault) in try check(words) }
    try each("stack storage", bundle.stacks) { stack throws(BundleFault) in try check(stack) }
    try each("view", bundle.views) { view throws(BundleFault) in try check(view) }
    try checkShare(of: bundle.views)
    try each("action", bundle.actions) { action throws(BundleFault) in try check(action) }
    try each("pending action", bundle.pendingActions) { pending throws(BundleFault) in
      try require(pending.action.changesRun, "it has no need to wait")
      try check(pending.action)
    }
    try checkPackets()
    var effect = bundle.actions.contains(where: \.runsCommands) ? "runs commands" : nil
    try each("program", bundle.programs) { program throws(BundleFault) in
      let scan = try ProgramScan(program.object)
      try check(program, scan)
      effect = effect ?? scan.effect
    }
    try each("hook", bundle.hooks) { hook throws(BundleFault) in
      try check(hook)
      effect = effect ?? hook.point.effect
    }
    return effect ?? bundle.packetFiles.first.map { "writes packets to \($0)" }
  }

  func require(_ condition: Bool, _ fault: @autoclosure () -> String) throws(BundleFault) {
    if !condition { throw BundleFault(fault()) }
  }

  /// Checks each element of a list; a fault is told with its index.
  private func each<Element>(
    _ name: String, _ elements: [Element], _ check: (Element) throws(BundleFault) -> Void
  ) throws(BundleFault) {
    for (index, element) in elements.enumerated() {
      do throws(BundleFault) { try check(element) } catch { throw error.inside("\(name) \(index)") }
    }
  }

  private func checkSettings() throws(BundleFault) {
    let settings = bundle.settings
    try require(Configuration.licenses.contains(settings.license), "the license is none the kernel knows")
    try require((0...1 << 30).contains(settings.logSize), "the verifier's log has \(settings.logSize) bytes")
    try require((0...1 << 30).contains(settings.maximumCatBytes), "cat() reads \(settings.maximumCatBytes) bytes")
    try require(
      (1...1 << 20).contains(settings.maximumStringLength), "strings have \(settings.maximumStringLength) bytes")
    try require((1...1 << 16).contains(settings.possibleCPUs), "there are \(settings.possibleCPUs) CPUs")
    try require(bundle.probeCount >= 0, "there are \(bundle.probeCount) probes")
    try require(settings.truncationTrailer.isText, "the trailer of strings is no text")
    try require(bundle.timeFormats.allSatisfy(\.isText), "a time format is no text")
    try require(bundle.cgroupFilters.allSatisfy(\.isText), "a filter of cgroups is no text")
  }
}

extension String {
  /// Whether C reads all of it as a string of bearable length.
  var isText: Bool { utf8.count <= 1 << 17 && !utf8.contains(0) }

  /// Whether a terminal shows it as it is.
  var isPrintable: Bool { isText && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

  /// Whether it names an entry of a folder.
  var isFileName: Bool { isText && !isEmpty && self != "." && self != ".." && !utf8.contains(UInt8(ascii: "/")) }
}
