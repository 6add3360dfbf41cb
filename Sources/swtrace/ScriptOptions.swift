import ArgumentParser
import Codegen
import Runtime
import TraceLang

/// Where the script comes from and what it is given.
struct ScriptOptions: ParsableArguments {
  static let traceableFunctionsHelp = ArgumentHelp(
    "Probe only functions of the kernel that this file has, as available_filter_functions of tracefs lists them.",
    valueName: "file")

  static let noFeatureHelp = ArgumentHelp(
    "Kinds of links not to use: kprobe_multi, kprobe_session, uprobe_multi.", valueName: "feature,...")

  @Option(name: .short, parsing: .unconditional, help: ArgumentHelp("Trace with this program.", valueName: "program"))
  var e: ArgumentWord?

  @Flag(help: "Allow system() and other functions that act on the machine.")
  var unsafe = false

  @Flag(help: "Do not print warnings.")
  var noWarnings = false

  @Flag(name: [.short, .customLong("warnings")], help: "Tell of each read of memory that fails.")
  var k = false

  @Option(parsing: .unconditional, help: ScriptOptions.noFeatureHelp)
  var noFeature: FeatureList?

  @Option(parsing: .unconditional, help: ScriptOptions.traceableFunctionsHelp, completion: .file())
  var traceableFunctions: String?

  @Option(
    name: .customLong("debuginfo"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Look for what was stripped from binaries in these folders first; with '+' before one, by checksums, too.",
      valueName: "folder:..."),
    completion: .directory)
  var debugInfo: [String] = []

  /// The folders of all `--debuginfo`.
  var debugFolders: [String] { debugInfo.flatMap { $0.split(separator: ":").map(String.init) } }

  @Option(parsing: .unconditional, help: ArgumentHelp("Colour diagnostics: auto, always or never.", valueName: "when"))
  var color: ColorMode?

  @Option(
    name: .customShort("I"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Look for headers in this folder first.", valueName: "folder"), completion: .directory)
  var headerFolders: [String] = []

  @Option(
    name: .customLong("include"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Include a header before the script.", valueName: "header"))
  var headers: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "In place of tracing: run test: or bench: probes, only compile (codegen; compiler-bench tells the time), format.",
      valueName: "mode"))
  var mode: ModeWord?

  @Flag(help: "Run the test: probes (--mode test).")
  var test = false

  @Flag(help: "Run the bench: probes (--mode bench).")
  var bench = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Run only probes whose names match, and begin and end.", valueName: "regular expression"))
  var probeFilter: NameFilter?

  @Argument(
    help: ArgumentHelp(
      "The script's file, '-' for standard input (unless -e is given), and its parameters.",
      valueName: "file-and-parameters"),
    completion: .custom(WordCompletion.candidates))
  var words: [ArgumentWord] = []

  func validate() throws {
    if [mode != nil, test, bench].count(where: { $0 }) > 1 {
      throw ValidationError("--mode, --test and --bench exclude each other")
    }
  }

  static let noScript = "give a script: a file, '-' for standard input, or -e 'program'"

  /// - Throws: where there is no script.
  func requireScript() throws {
    if e == nil, words.isEmpty { throw ValidationError(Self.noScript) }
  }

  /// Which of the script's probes are run.
  var runMode: RunMode {
    if test || mode == .test { return .trials(.test) }
    if bench || mode == .bench { return .trials(.bench) }
    return .tracing
  }

  /// The part of a program that is to be run.
  /// - Throws: a failure if that is nothing.
  func narrowed(_ program: Program) throws(CommandFailure) -> Program {
    let narrowed = program.narrowed(to: runMode) { name in probeFilter?.matches(name) ?? true }
    switch runMode {
    case .tracing:
      guard narrowed.probes.isEmpty, !program.probes.isEmpty else { return narrowed }
      if probeFilter == nil {
        let option = program.hasProbes(of: .test) ? "--test" : "--bench"
        throw CommandFailure("the script has no probes but those that \(option) runs")
      }
    case .trials(let purpose):
      if narrowed.hasProbes(of: purpose) { return narrowed }
      if probeFilter == nil || !program.hasProbes(of: purpose) {
        throw CommandFailure("the script has no \(purpose.rawValue): probes")
      }
    }
    throw CommandFailure("--probe-filter matches none of the script's probes")
  }

  /// Whether diagnostics are coloured.
  var isColored: Bool { (color ?? ColorMode.ofEnvironment().mode).isColored }

  /// `$1`, `$2`, ...
  var parameters: [[UInt8]] { scriptWords.map(\.bytes).filter { !$0.starts(with: Self.dashes) } }

  /// `--name=value` and `--name`, which only stand after `--`.
  var namedParameters: [String: [UInt8]?] {
    var named: [String: [UInt8]?] = [:]
    for word in scriptWords where word.bytes.starts(with: Self.dashes) {
      let parts = word.bytes.dropFirst(Self.dashes.count).split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      named[String(decoding: parts[0], as: UTF8.self)] = .some(parts.count == 2 ? Array(parts[1]) : nil)
    }
    return named
  }

  private static let dashes = Array("--".utf8)

  private var scriptWords: [ArgumentWord] { e == nil ? Array(words.dropFirst()) : words }

  /// What the script's directives and imports may read.
  var expansion: ExpansionOptions {
    let path = e == nil ? words.first?.text ?? "" : ""
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return ExpansionOptions(
      headerFolders: headerFolders, headers: headers, headerReader: SystemPreprocessor(scriptFolder: folder),
      fileReader: HostFiles())
  }

  /// The script's text and the name messages show it under.
  func source() throws(CommandFailure) -> SourceFile {
    if let e { return SourceFile(name: "stdin", bytes: e.bytes) }
    let path = words.first ?? "-"
    let bytes = try InputFile.bytes(path, maximum: Self.maximumLength)
    return SourceFile(name: path == "-" ? "stdin" : path.text, bytes: bytes)
  }

  /// Scripts longer than this, in bytes, are refused.
  private static let maximumLength = 16 << 20
}

/// A reason to stop that has no place in the script.
struct CommandFailure: Error {
  let message: String
  let notes: [String]

  init(_ message: String, notes: [String] = []) {
    self.message = message
    self.notes = notes
  }
}

/// `--no-feature kprobe_multi,uprobe_multi`; no probe of this version depends on the others.
struct FeatureList: ExpressibleByArgument {
  private static let features: [(name: String, feature: KernelFeature)] = [
    ("kprobe_multi", .kprobeMulti), ("kprobe_session", .kprobeSession), ("uprobe_multi", .uprobeMulti),
  ]

  let words: [String]
  let features: Set<KernelFeature>

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard words.allSatisfy(Self.allValueStrings.contains) else { return nil }
    self.words = words
    features = Set(Self.features.filter { words.contains($0.name) }.map(\.feature))
  }

  static var allValueStrings: [String] { features.map(\.name) }
}

/// An option's value that is one of a few words.
protocol WordOption: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {}

// What ArgumentParser has for such types prints each value by reflection, at every start.
extension WordOption {
  public var defaultValueDescription: String { rawValue }

  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }

  public static var allValueDescriptions: [String: String] { [:] }
}
