import ArgumentParser
import Glibc
import TraceLang

/// Writing to the standard streams.
enum Terminal {
  static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

  static func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

  static func writeOutput(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Ends the process after a failure with exit status 1.
  static func fail(_ failure: CommandFailure, as style: DiagnosticStyle) -> Never {
    if !failure.message.isEmpty { writeError(style.text(of: .error(failure.message, at: nil), SourceMap())) }
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
enum ColorMode: String, ExpressibleByArgument, CaseIterable {
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
