import ArgumentParser
import Codegen
import Glibc
import Runtime
import SystemPackage
import TraceLang

/// Compiles a script and runs it.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace",
    abstract: "Traces a Linux system with scripts in the bpftrace language.",
    usage: """
      swtrace [options] FILE [parameters]
      swtrace [options] -e 'program' [parameters]
      swtrace -l[v] [pattern | FILE | -e 'program']
      swtrace build -o BUNDLE FILE [parameters]
      swtrace [options] BUNDLE
      swtrace explain [-f json] [FILE | -e 'program' | BUNDLE]
      swtrace record-target -o TARGET -e 'program'
      swtrace fmt FILE
      swtrace help [NAME]
      """,
    discussion: """
      EXAMPLES:
        swtrace -e 'tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'
            count syscalls by name until Ctrl-C
        swtrace -e 'tracepoint:syscalls:sys_enter_openat { printf("%s %s\\n", comm, str(args.filename)); }'
            files opened, by process
        swtrace script.bt 42
            run a script with $1 = 42
      """)

  @OptionGroup var script: ScriptOptions

  @Option(
    name: [.short, .customLong("format")], parsing: .unconditional,
    help: ArgumentHelp(
      "Format of output and diagnostics: text or json; or folded, stacks for flame graph tools.", valueName: "format"))
  var f: OutputFormat = .text

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: ArgumentHelp("Write output to a file.", valueName: "file"), completion: .file())
  var o: ArgumentWord?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("At the end, write maps keyed by stacks to an SVG file, as a flame graph.", valueName: "file"),
    completion: .file())
  var flamegraph: ArgumentWord?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("At the end, write maps keyed by stacks to a file for pprof.", valueName: "file"),
    completion: .file())
  var pprof: ArgumentWord?

  @Option(
    name: [.short, .customLong("cmd")], parsing: .unconditional,
    help: ArgumentHelp("Run a command, trace until it ends.", valueName: "command"))
  var c: ArgumentWord?

  @Option(
    name: [.short, .customLong("pid")], parsing: .unconditional,
    help: ArgumentHelp("Trace this process only, until it ends.", valueName: "pid"))
  var p: ProcessNumber?

  @Flag(help: "With -c or -p: trace the processes that descend from it, too, and no others.")
  var follow = false

  @Flag(help: "Switch the semaphores of USDT probes on by their file, as is always done.")
  var usdtFileActivation = false

  @Option(
    name: [.short, .customLong("debug")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Print stages of compilation: syntax, program, plan, ir, ir-opt, bpf, maps, time, all; or logs: libbpf, verifier.",
      valueName: "stage,..."))
  var d: [StageList] = []

  @Option(
    name: .customShort("B"), parsing: .unconditional,
    help: ArgumentHelp(
      "Buffering of output: none, line or full; it is written after each batch of events in all.", valueName: "mode"))
  var buffering: Buffering = .line

  @Flag(name: [.short, .customLong("quiet")], help: "Print only what the script prints.")
  var quiet = false

  @Flag(name: [.short, .customLong("verbose")], help: "Print the verifier's log; with -l, the arguments of probes.")
  var verbose = false

  @Flag(help: "Compile, load and attach, and do not run.")
  var dryRun = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Write the script's programs and maps to an ELF object, too.", valueName: "file"),
    completion: .file())
  var emitElf: ArgumentWord?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Compile for a recorded machine, and do not run.", valueName: "file"),
    completion: .file())
  var target: ArgumentWord?

  // For the help and for completion: these choose another command before this one is asked (`OptionName`).

  @Flag(name: [.short, .customLong("list")], help: "List probes; see 'swtrace -l --help'.")
  var list = false

  @Flag(help: "Tell what this machine and its kernel have.")
  var info = false

  @Flag(name: .customLong("fmt"), help: "Format the script, as 'swtrace fmt' does.")
  var formatsScript = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Write a bundle, as 'swtrace build' does, and do not run.", valueName: "file"),
    completion: .file())
  var aot: ArgumentWord?

  @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
  var version = false

  /// Output is formatted for a whole batch of events and then written, which is as early as `none` and as cheap as `full`.
  enum Buffering: String, WordOption {
    case none, line, full
  }

  mutating func validate() throws {
    if c != nil, p != nil { throw ValidationError("-c and -p exclude each other") }
    if let flamegraph, flamegraph == pprof { throw ValidationError("--flamegraph and --pprof need a file each") }
    if follow, c == nil, p == nil { throw ValidationError("--follow needs a process: -c or -p") }
    try script.requireScript()
  }

  func run() {
    do throws(CommandFailure) {
      Glibc.exit(try trace())
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private var style: DiagnosticStyle { DiagnosticStyle(isJSON: f == .json, isColored: script.isColored) }

  private func trace() throws(CommandFailure) -> Int32 {
    if script.e == nil, let path = script.words.first, BundleReader.isBundle(path) { return try traceBundle(path) }
    if let target {
      return try show(Frontend(target: try InputFile.recordedTarget(target), options: script, style: style))
    }
    let host: HostTarget
    do throws(TargetError) {
      host = try HostTarget(
        traceableFunctions: script.traceableFunctions, tracedProcess: p?.number, debugFolders: script.debugFolders)
    } catch {
      throw CommandFailure(error.message)
    }
    let frontend = Frontend(target: host, options: script, style: style)
    let child = try startedCommand()
    let childPID = child.map { Int($0.pid) }
    let bundle = try LargeStack.run { () throws(CommandFailure) in
      let result = try frontend.compile(
        childPID: childPID, tracedPID: p.map { Int($0.number) }, followsDescendants: follow, isForRun: true)
      if !stages.isEmpty { try Terminal.writeOutput(StagePrinter(result, stages).text()) }
      if let emitElf {
        try OutputFile.write(try Self.object(of: result.compilation.bundle), to: emitElf)
      }
      return try Self.checked(result.compilation.bundle)
    }
    switch script.mode {
    case .codegen, .compilerBench: return 0
    case .test, .bench, .format, nil: return try run(bundle, host, child)
    }
  }

  /// What `-d` asks for, and `--mode compiler-bench`.
  private var stages: Set<Stage> {
    let asked = d.reduce(into: Set<Stage>()) { $0.formUnion($1.stages) }
    return script.mode == .compilerBench ? asked.union([.time]) : asked
  }

  private static func object(of bundle: Bundle) throws(CommandFailure) -> [UInt8] {
    do throws(BundleError) { return try ObjectFile.encode(bundle) } catch { throw CommandFailure(error.message) }
  }

  private static func checked(_ bundle: Bundle) throws(CommandFailure) -> CheckedBundle {
    do throws(BundleError) {
      return try CheckedBundle(bundle)
    } catch {
      throw CommandFailure("this is a bug of swtrace: \(error.message)")
    }
  }

  /// Runs what `swtrace build` made.
  private func traceBundle(_ path: ArgumentWord) throws(CommandFailure) -> Int32 {
    guard script.words.count == 1 else {
      throw CommandFailure("'\(path.text)' is a bundle, whose parameters are fixed: give them to 'swtrace build'")
    }
    guard script.mode == nil, !script.test, !script.bench, script.probeFilter == nil else {
      throw CommandFailure("'\(path.text)' is a bundle, whose probes are fixed: give the mode to 'swtrace build'")
    }
    guard d.isEmpty, target == nil, emitElf == nil else {
      throw CommandFailure(
        "'\(path.text)' is a bundle, and -d, --target and --emit-elf are for scripts: give them with the script it was built from"
      )
    }
    guard !follow else {
      throw CommandFailure(
        "'\(path.text)' is a bundle, whose filter is of one process: build it from a script that asks descendant()")
    }
    let host: HostTarget
    do throws(TargetError) {
      host = try HostTarget(debugFolders: script.debugFolders)
    } catch {
      throw CommandFailure(error.message)
    }
    let child = try startedCommand()
    let process = child.map { TracedProcess.command($0.pid) } ?? p.map { .given($0.number) }
    let bundle = try LargeStack.run { () throws(CommandFailure) in
      let bundle = try BundleReader.bundle(path, allowsUnsafe: script.unsafe, on: host)
      guard let process else { return bundle }
      do throws(BundleError) {
        return try bundle.narrowed(to: process, in: host.pidNamespace)
      } catch {
        throw CommandFailure("'\(path.text)': \(error.message)")
      }
    }
    return try run(bundle, host, child)
  }

  /// The command of `-c`, which waits until everything is attached.
  private func startedCommand() throws(CommandFailure) -> ChildProcess? {
    do throws(RuntimeError) {
      return try c.map { command throws(RuntimeError) in try ChildProcess(command: command.bytes) }
    } catch {
      throw CommandFailure(error.description)
    }
  }

  /// Prints what was asked of a script compiled for another machine.
  private func show(_ frontend: Frontend) throws(CommandFailure) -> Int32 {
    try LargeStack.run { () throws(CommandFailure) in
      try Terminal.writeOutput(
        StagePrinter(try frontend.compile(isForRun: true), stages.isEmpty ? [.bpf, .maps] : stages).text())
    }
    return 0
  }

  private func run(_ bundle: CheckedBundle, _ host: HostTarget, _ child: ChildProcess? = nil) throws(CommandFailure)
    -> Int32
  {
    let stacks = StackOutput(isFolded: f == .folded, graph: flamegraph, pprof: pprof)
    warn(try stacks.check(bundle.bundle))
    var options = SessionOptions()
    options.takesProfile = stacks.hasFiles
    options.isQuiet = quiet
    options.isVerbose = verbose || d.contains(where: \.logsVerifier)
    options.logsLibrary = d.contains(where: \.logsLibrary)
    options.showsWarnings = !script.noWarnings
    options.format = f
    options.process = p?.number
    options.followsDescendants = follow
    options.isDryRun = dryRun
    if let o {
      options.output = try Self.openOutput(o)
      options.isOutputTruncatedAtStart = true
    }
    let session: Session
    let result: Result<Int32, RuntimeError>
    do throws(RuntimeError) {
      session = try Session(bundle: bundle, host: host, options: options, child: child)
      result = Result { () throws(RuntimeError) in try session.run() }
    } catch {
      throw CommandFailure(error.description, notes: error.details)
    }
    // Also where the other output failed.
    if let profile = session.profile {
      try stacks.write(profile)
      warn(stacks.warnings(of: profile))
    }
    do throws(RuntimeError) { return try result.get() } catch {
      throw CommandFailure(error.description, notes: error.details)
    }
  }

  private func warn(_ texts: [String]) {
    if !script.noWarnings { Terminal.tell(texts.map { .warning($0, at: nil) }, SourceMap(), as: style) }
  }

  /// The session empties the file, once there is something to put into it.
  private static func openOutput(_ path: ArgumentWord) throws(CommandFailure) -> Int32 {
    let descriptor = open(path.cString, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw OutputFile.failure(path, Errno(rawValue: errno)) }
    return descriptor
  }
}

/// The words of `-f`.
extension OutputFormat: WordOption {}
