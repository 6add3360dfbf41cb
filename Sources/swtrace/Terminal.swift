import ArgumentParser
import Glibc
import SystemPackage
import TraceLang

/// Writing to the standard streams.
enum Terminal {
  /// Errors that cannot be told are not: there is nowhere to tell that.
  static func writeError(_ text: String) { _ = OutputFile.write(Array(text.utf8), to: STDERR_FILENO) }

  static func writeOutput(_ text: String) throws(CommandFailure) { try writeOutput(Array(text.utf8)) }

  /// - Throws: when not all of it was taken; without a message when nobody reads it any more.
  static func writeOutput(_ bytes: [UInt8]) throws(CommandFailure) {
    guard let error = OutputFile.write(bytes, to: STDOUT_FILENO) else { return }
    throw CommandFailure(error == .brokenPipe ? "" : "cannot write to standard output: \(error)")
  }

  static func tell(_ diagnostics: [Diagnostic], _ sources: SourceMap, as style: DiagnosticStyle) {
    writeError(diagnostics.map { style.text(of: $0, sources) }.joined())
  }

  static func tell(_ failure: CommandFailure, as style: DiagnosticStyle) {
    if failure.message.isEmpty { return }
    let notes = failure.notes.map { Diagnostic.Note($0) }
    tell([.error(failure.message, at: nil, notes: notes)], SourceMap(), as: style)
  }

  /// Ends the process after a failure with exit status 1.
  static func fail(_ failure: CommandFailure, as style: DiagnosticStyle) -> Never {
    tell(failure, as: style)
    exit(1)
  }
}

/// How diagnostics are written: as text, with or without colours, or as JSON.
struct DiagnosticStyle {
  let isJSON: Bool
  let isColored: Bool

  func text(of diagnostic: Diagnostic, _ sources: SourceMap) -> String {
    let renderer = DiagnosticRenderer(sources: sources, colors: isColored)
    return isJSON ? renderer.renderJSON(diagnostic) + "\n" : renderer.render(diagnostic)
  }
}

/// Whether diagnostics are coloured: `--color`, else `BPFTRACE_COLOR`, else as the terminal is.
enum ColorMode: String, WordOption {
  case auto, always, never

  /// Where neither says anything: a terminal that is not dumb, unless NO_COLOR is set (https://no-color.org).
  var isColored: Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: isatty(STDERR_FILENO) == 1 && !Self.isSet("NO_COLOR") && Self.terminal != "dumb"
    }
  }

  /// The mode of the environment, and what is wrong with it.
  static func ofEnvironment() -> (mode: ColorMode, problem: String?) {
    guard let text = getenv("BPFTRACE_COLOR").map({ String(cString: $0) }) else { return (.auto, nil) }
    if let mode = ColorMode(rawValue: text) { return (mode, nil) }
    return (.auto, "BPFTRACE_COLOR is auto, always or never, not '\(text)'")
  }

  private static func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }

  private static var terminal: String { getenv("TERM").map { String(cString: $0) } ?? "dumb" }
}
