import Glibc

/// A reader of outside data and what must hold of every input; a trap is a finding.
enum FuzzTarget: String, CaseIterable {
  /// Lexer, parser, printer: what parses survives printing.
  case parser
  /// C declarations, directives and the text of headers.
  case declarations
  /// Expander and checker against a small machine.
  case checker
  /// Recorded machines.
  case target
  /// Files and mappings of traced processes.
  case elf, maps, zip
  /// Where code of such files came from, by libdw; what was stripped from them; functions that processes make.
  case lines, debuginfo, frames, perfmap
  /// Types, parameters, names and places of functions and lines, by libdw.
  case types
  /// Names of functions.
  case names

  func run(_ bytes: [UInt8]) {
    switch self {
    case .parser: Self.parseAndPrint(bytes)
    case .declarations: Self.declare(bytes)
    case .checker: Self.check(bytes)
    case .target: Self.decodeTarget(bytes)
    case .elf: Self.readELF(bytes)
    case .maps: Self.readMaps(bytes)
    case .zip: Self.readZip(bytes)
    case .lines: Self.readLines(bytes)
    case .types: Self.readTypes(bytes)
    case .debuginfo: Self.readDebugInfo(bytes)
    case .frames: Self.readFrames(bytes)
    case .perfmap: Self.readPerfMap(bytes)
    case .names: Self.demangle(bytes)
    }
  }

  private static func parseAndPrint(_ bytes: [UInt8]) {
    let sources = SourceMap(SourceFile(name: "script", bytes: bytes))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    _ = DiagnosticRenderer(sources: sources).render(diagnostics)
    _ = SyntaxDump.text(script)
    _ = SyntaxPrinter.print(script, in: sources)
    if diagnostics.hasErrors { return }
    do throws(FormattingError) {
      let once = try format(SourceFile(name: "script", bytes: bytes))
      let twice = try format(SourceFile(name: "script", bytes: once))
      precondition(once == twice, "formatting is not idempotent")
    } catch {
      preconditionFailure("formatting failed: \(error)")
    }
  }

  /// The script is what is in front of the first zero byte; what is behind it, the preprocessor gives for headers.
  private static func declare(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let header = FuzzedHeader(bytes: parts.count == 2 ? Array(parts[1]) : [])
    compile(
      Array(parts[0]) + Array("\nbegin { print((sizeof(struct s), A, F(1))); }".utf8),
      ExpansionOptions(headerReader: header))
  }

  private static func check(_ bytes: [UInt8]) { compile(bytes, ExpansionOptions()) }

  private static func compile(_ bytes: [UInt8], _ options: ExpansionOptions) {
    var frontEnd = FrontEnd(target: SmallTarget())
    frontEnd.expansion = options
    let checked = frontEnd.check(SourceFile(name: "script", bytes: bytes))
    precondition(checked.program != nil || checked.diagnostics.hasErrors, "a script is refused without a word")
    _ = checked.program.map { ProgramDump.text($0) }
    _ = checked.report
  }

  private static func decodeTarget(_ bytes: [UInt8]) {
    guard let target = try? RecordedTarget(decoding: bytes) else { return }
    var diagnostics = Diagnostics()
    var sources = SourceMap(
      SourceFile(name: "script", text: "tracepoint:syscalls:sys_enter_* { @[probe, args.fd] = count(); }"))
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    let expanded = expand(script, in: &sources, target: target, diagnostics: &diagnostics)
    _ = TraceLang.check(expanded, target: target, options: CheckerOptions(), diagnostics: &diagnostics)
    _ = DiagnosticRenderer(sources: sources).render(diagnostics)
  }
}

/// Gives the same bytes for all headers.
private struct FuzzedHeader: HeaderReader {
  let bytes: [UInt8]

  func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8] { bytes }
}

/// The target that `SWTRACE_FUZZ` names.
private let chosen: FuzzTarget = {
  guard let name = getenv("SWTRACE_FUZZ"), let target = FuzzTarget(rawValue: String(cString: name)) else {
    fatalError("SWTRACE_FUZZ names no target")
  }
  return target
}()

/// libFuzzer: calls this with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
