/// An attach point as a script writes it, and how what is wrong with it is reported.
struct Pattern {
  let provider: Provider
  /// What follows the provider's name; parameters are put in.
  let parts: [AttachPointSyntax.Part]
  let range: SourceRange
  let missingProbes: Configuration.MissingProbes
  /// `--unsafe`.
  let allowsUnsafe: Bool
  /// Whether functions are called what the source calls them.
  let demanglesNames: Bool
  /// That of `-p`.
  let tracedProcess: Int?

  /// The provider's full name and the parts as they are written.
  var name: String { ([provider.name] + parts.map(\.text)).joined(separator: ":") }

  /// The same with a binary that is not written, before the one part that is, if a process is traced.
  /// - Parameter name: given the process.
  func withBinary(_ name: (Int) -> String) -> Pattern {
    guard let tracedProcess, parts.count == 1, !parts[0].text.isEmpty else { return self }
    return with(parts: [AttachPointSyntax.Part(name(tracedProcess), parts[0].range, quoted: true)] + parts)
  }

  func with(parts: [AttachPointSyntax.Part]) -> Pattern {
    Pattern(
      provider: provider, parts: parts, range: range, missingProbes: missingProbes, allowsUnsafe: allowsUnsafe,
      demanglesNames: demanglesNames, tracedProcess: tracedProcess)
  }

  /// Reports that it is not written as the provider wants it.
  func report(_ why: String, _ diagnostics: inout Diagnostics) {
    diagnostics.error(
      "\(provider.name): \(why)", at: range, notes: [Diagnostic.Note("it is written \(provider.usage)")])
  }

  /// `report` for a function that gives matches.
  func misuse(_ why: String, _ diagnostics: inout Diagnostics) -> [ProbeMatch] {
    report(why, &diagnostics)
    return []
  }

  /// A number above 0; reports what is none and gives `nil`.
  func count(_ part: AttachPointSyntax.Part, _ diagnostics: inout Diagnostics) -> UInt64? {
    if let number = Quantity(part.text), number.unit == 1, number.count > 0 { return number.count }
    diagnostics.error("'\(part.text)' is not a number above 0", at: part.range)
    return nil
  }

  /// What a search of the machine finds; reports why it could not be made.
  func found(
    _ diagnostics: inout Diagnostics, _ search: (inout Diagnostics) throws(TargetError) -> [ProbeMatch]
  ) -> [ProbeMatch] {
    do throws(TargetError) {
      return try search(&diagnostics)
    } catch {
      diagnostics.report(error, at: range)
      return []
    }
  }

  /// Reports that there is no such probe, as `missing_probes` wants it.
  func missing(_ message: String, notes: [Diagnostic.Note] = [], _ diagnostics: inout Diagnostics) {
    report(message, at: range, notes, [], &diagnostics)
  }

  /// Reports that there is no such probe, at a part of it.
  func missing(
    _ message: String, at range: SourceRange, notes: [Diagnostic.Note], _ diagnostics: inout Diagnostics
  ) {
    report(message, at: range, notes, [], &diagnostics)
  }

  /// Reports that there is no such probe, and the nearest names.
  /// - Parameter place: what a name replaces; `nil` for all of `range`.
  func missing(
    _ message: String, at range: SourceRange, near names: [String], replacing place: SourceRange? = nil,
    _ diagnostics: inout Diagnostics
  ) {
    let notes = names.isEmpty ? [] : [Diagnostic.Note("did you mean \(Suggestions.list(names))?")]
    let fixIts = names.count == 1 ? [Diagnostic.FixIt(place ?? range, names[0])] : []
    report(message, at: range, notes, fixIts, &diagnostics)
  }

  private func report(
    _ message: String, at range: SourceRange, _ notes: [Diagnostic.Note], _ fixIts: [Diagnostic.FixIt],
    _ diagnostics: inout Diagnostics
  ) {
    switch missingProbes {
    case .error: diagnostics.error(message, at: range, notes: notes, fixIts: fixIts)
    case .warn: diagnostics.warning(message, at: range, notes: notes, fixIts: fixIts)
    case .ignore: break
    }
  }
}
