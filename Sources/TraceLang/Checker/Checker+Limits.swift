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
  /// How many errors are counted before the rest of the script is not looked at any more.
  static let maximumErrors = 50_000
  /// Statements and expressions that are looked at until all types are known: a megabyte has some hundred thousand.
  static let maximumSteps = 2_000_000
  /// Attach points of all probes.
  static let maximumAttachPoints = 65536
  /// Expressions that are checked again for attach points that need code of their own.
  static let maximumCopies = 500_000
  /// Patterns of `globmatch`, each of which takes 2 kB of constants.
  static let maximumGlobs = 1024
  /// Bytes of a string in a script, as of `string[N]`.
  static let maximumLiteral = 65536
  /// Values in a tuple, those of tuples in it counted.
  private static let maximumTuple = 1024

  /// Whether the rest of the script is not looked at.
  var hasGivenUp: Bool { steps > Self.maximumSteps || diagnostics.errorCount >= Self.maximumErrors }

  /// Counts a statement or expression; reports when walk after walk has found more types and no end of it.
  mutating func countStep(at range: SourceRange) {
    steps += 1
    guard steps > Self.maximumSteps, !diagnostics.hasErrors else { return }
    diagnostics.error(
      "the types of the script depend on one another over too many steps", at: range,
      notes: [Diagnostic.Note("declare some variables with their types: let $x : type")])
  }

  /// The type of a tuple or record; an error when it holds too much, as tuples of tuples grow without bounds.
  mutating func tuple(_ elements: [TupleElement], _ range: SourceRange) -> Type {
    var count = 0
    for element in elements {
      if Self.depth(of: element.type) >= Self.maximumTupleDepth {
        error("tuples are nested too deeply: at most \(Self.maximumTupleDepth) in one another are allowed", at: range)
        return .invalid
      }
      count += Self.count(of: element.type)
      if count > Self.maximumTuple {
        error("the tuple is too large: at most \(Self.maximumTuple) values are allowed", at: range)
        return .invalid
      }
    }
    return .tuple(elements)
  }

  private static let maximumTupleDepth = 64

  /// Tuples that a type is or holds, in one another.
  private static func depth(of type: Type) -> Int {
    guard case .tuple(let elements) = type else { return 0 }
    return 1 + (elements.map { depth(of: $0.type) }.max() ?? 0)
  }

  private static func count(of type: Type) -> Int {
    guard case .tuple(let elements) = type else { return 1 }
    return max(1, elements.reduce(0) { $0 + count(of: $1.type) })
  }
}
