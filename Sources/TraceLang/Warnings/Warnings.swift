/// Tells what is allowed in a script and yet hardly meant.
///
/// - Parameters:
///   - written: the script as it was parsed.
///   - expanded: what `expand` made of it.
///   - program: what `check` made of that.
public func warn(
  of written: Script, expanded: Script, program: Program, diagnostics: inout Diagnostics
) {
  var findings = Findings()
  UnstableFeatures(program.configuration).check(written, &diagnostics)
  UnusedNames(written).check(expanded, &findings)
  ControlFlow(written).check(written, &findings)
  ProbeNames(program).check(written, &findings)
  UnneededCasts(written).check(program, &findings)
  ConstantComparisons().check(program, &findings)
  MixedSigns(program).check(&findings)
  PointerComparisons().check(program, &findings)
  UnsetKeys(program).check(&findings)
  for diagnostic in findings.diagnostics(in: written) { diagnostics.report(diagnostic) }
}

/// What the passes found at places of the source.
///
/// One place is looked at several times: a block once for each kind of probe it is for, a macro's body for each call.
/// Only what holds each time is told.
struct Findings {
  enum Kind: Hashable {
    case unused, unreachable, condition, endless, shift, probeName, cast, comparison, sign, pointers, key
  }

  private struct Place: Hashable {
    let kind: Kind
    let range: SourceRange
  }

  private var found: [Place: Diagnostic] = [:]
  private var dismissed: Set<Place> = []

  /// Notes what a look at a place found: a warning or nothing.
  mutating func look(at range: SourceRange, for kind: Kind, _ warning: Diagnostic?) {
    let place = Place(kind: kind, range: range)
    guard let warning, !dismissed.contains(place) else {
      found[place] = nil
      dismissed.insert(place)
      return
    }
    if found[place] == nil { found[place] = warning }
  }

  /// The warnings about what stands in a script itself, in its order.
  ///
  /// What a macro of one expression becomes has the range of its call, where the user did not write it.
  func diagnostics(in script: Script) -> [Diagnostic] {
    var calls: Set<SourceRange> = []
    script.visit { expression in
      if expression.call != nil { calls.insert(expression.range) }
      return true
    }
    let told = found.filter { place, _ in
      let isComputed = place.kind == .comparison || place.kind == .sign
      return place.range.source == script.range.source && !(isComputed && calls.contains(place.range))
    }
    let sorted = told.sorted { first, second in
      let (a, b) = (first.key.range, second.key.range)
      return (a.lower, a.upper, first.value.message) < (b.lower, b.upper, second.value.message)
    }
    return sorted.map(\.value)
  }
}

extension Script {
  /// The bodies of its probes and macros.
  var bodies: [Block] {
    items.compactMap { item in
      switch item {
      case .probe(let block): block.body
      case .macro(let macro): macro.body
      case .directive, .declaration, .config, .map, .imported: nil
      }
    }
  }

  /// Visits every expression of its probes and macros.
  func visit(_ enter: (Expression) -> Bool) {
    for item in items {
      switch item {
      case .probe(let block):
        block.predicate?.visit(enter)
        block.body.visit(enter)
      case .macro(let macro):
        for parameter in macro.parameters { parameter.defaultValue?.visit(enter) }
        macro.body.visit(enter)
      case .map(let declaration): declaration.entries?.visit(enter)
      case .directive, .declaration, .config, .imported: break
      }
    }
  }
}
