// What the settings allow a script to attach.
extension Checker {
  mutating func tooManyProbes(_ count: Int, _ block: ProbeBlock) {
    error(
      "the script would attach \(count) probes up to here, more than max_probes = \(configuration.maxProbes)",
      at: block.attachPoints.first?.range ?? block.range,
      notes: [Diagnostic.Note("narrow the wildcard or set BPFTRACE_MAX_PROBES")])
  }

  /// The probes that have something to attach to; reports when none has, and gives `nil`.
  ///
  /// With `missing_probes = warn` a block is checked even if all its attach points are missing, and left out then.
  mutating func attachable(_ probes: [Probe], _ script: Script) -> [Probe]? {
    let found = probes.filter { !$0.attachPoints.isEmpty }
    guard found.isEmpty else { return found }
    diagnostics.error(
      "none of the script's probes is there: there is nothing to trace", at: probes.first?.range ?? script.range.end)
    return nil
  }
}

// What no sane script exceeds, so that compiling any script takes bounded time and memory.
extension Checker {
  static let maximumMaps = 4096
  static let maximumProbeBlocks = 4096
  /// Bytes of a string in a script, as of `string[N]`.
  static let maximumLiteral = 65536
  /// Values in a tuple, those of tuples in it counted.
  private static let maximumTuple = 1024

  /// The type of a tuple or record; an error when it holds too much, as tuples of tuples grow without bounds.
  mutating func tuple(_ elements: [TupleElement], _ range: SourceRange) -> Type {
    var count = 0
    for element in elements {
      count += Self.count(of: element.type)
      if count > Self.maximumTuple {
        error("the tuple is too large: at most \(Self.maximumTuple) values are allowed", at: range)
        return .invalid
      }
    }
    return .tuple(elements)
  }

  private static func count(of type: Type) -> Int {
    guard case .tuple(let elements) = type else { return 1 }
    return max(1, elements.reduce(0) { $0 + count(of: $1.type) })
  }
}
