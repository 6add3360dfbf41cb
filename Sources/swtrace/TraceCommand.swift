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

  @Option(name: .short, help: ArgumentHelp("Format of output and diagnostics: text or json.", valueName: "format"))
  var f: Format = .text

  @Option(name: .short, help: ArgumentHelp("Write output to a file.", valueName: "file"), completion: .file())
  var o: String?

  @Option(name: .short, help: ArgumentHelp("Run a command, trace until it ends.", valueName: "command"))
  var c: String?

  @Option(name: .short, help: ArgumentHelp("Trace this process only, until it ends.", valueName: "pid"))
  var p: Int32?

  @Flag(help: "Switch the semaphores of USDT probes on by their file, as is always done.")
  var usdtFileActivation = false

  @Option(
    name: .short,
    help: ArgumentHelp(
      "Print stages of compilation: syntax, program, plan, ir, ir-opt, bpf, maps, time, all.", valueName: "stage,..."))
  var d: StageList?

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp(
      "Buffering of output: none, line or full; it is written after each batch of events in all.", valueName: "mode"))
  var buffering: Buffering = .line

  @Flag(name: [.short, .customLong("quiet")], help: "Print only what the script prints.")
  var quiet = false

  @Flag(name: [.short, .customLong("verbose")], help: "Print the verifier's log.")
  var verbose = false

  @Flag(help: "Compile, load and attach, and do not run.")
  var dryRun = false

  @Option(
    help: ArgumentHelp("Compile for a recorded machine, and do not run.", valueName: "file"),
    completion: .file())
  var target: String?

  @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
  var version = false

  enum Format: String, WordOption {
    case text, json
  }

  /// Output is formatted for a whole batch of events and then written, which is as early as `none` and as cheap as `full`.
  enum Buffering: String, WordOption {
    case none, line, full
  }

  mutating func validate() throws {
    if version { throw CleanExit.message("swtrace \(Swtrace.version)") }
    if c != nil, p != nil { throw ValidationError("-c and -p exclude each other.") }
    if let p, p <= 0 { throw ValidationError("-p takes a process ID.") }
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
      host = try HostTarget(traceableFunctions: script.traceableFunctions, tracedProcess: p)
    } catch {
      throw CommandFailure(error.message)
    }
    let frontend = Frontend(target: host, options: script, style: style)
    let child = try startedCommand()
    let childPID = child.map { Int($0.pid) }
    let bundle = try LargeStack.run { () throws(CommandFailure) in
      let result = try frontend.compile(childPID: childPID, tracedPID: p.map(Int.init), isForRun: true)
      if let d { try Terminal.writeOutput(StagePrinter(result, d.stages).text()) }
      return try Self.checked(result.compilation.bundle)
    }
    return script.mode == .codegen ? 0 : try run(bundle, host, child)
  }

  private static func checked(_ bundle: Bundle) throws(CommandFailure) -> CheckedBundle {
    do throws(BundleError) {
      return try CheckedBundle(bundle)
    } catch {
      throw CommandFailure("this is a bug of swtrace: \(error.message)")
    }
  }

  /// Runs what `swtrace build` made.
  private func traceBundle(_ path: String) throws(CommandFailure) -> Int32 {
    guard script.words.count == 1 else {
      throw CommandFailure("'\(path)' is a bundle, whose parameters are fixed: give them to 'swtrace build'")
    }
    guard script.mode == nil, !script.test, !script.bench, script.probeFilter == nil else {
      throw CommandFailure("'\(path)' is a bundle, whose probes are fixed: give the mode to 'swtrace build'")
    }
    guard d == nil, target == nil else {
      throw CommandFailure(
        "'\(path)' is a bundle, and -d and --target are for scripts: give them with the script it was built from")
    }
    let host: HostTarget
    do throws(TargetError) { host = try HostTarget() } catch { throw CommandFailure(error.message) }
    let child = try startedCommand()
    let process = child.map { TracedProcess.command($0.pid) } ?? p.map { .given($0) }
    let bundle = try LargeStack.run { () throws(CommandFailure) in
      let bundle = try BundleReader.bundle(path, allowsUnsafe: script.unsafe, on: host)
      guard let process else { return bundle }
      do throws(BundleError) {
        return try bundle.narrowed(to: process, in: host.pidNamespace)
      } catch {
        throw CommandFailure("'\(path)': \(error.message)")
      }
    }
    return try run(bundle, host, child)
  }

  /// The command of `-c`, which waits until everything is attached.
  private func startedCommand() throws(CommandFailure) -> ChildProcess? {
    do throws(RuntimeError) {
      return try c.map { command throws(RuntimeError) in try ChildProcess(command: command) }
    } catch {
      throw CommandFailure(error.description)
    }
  }

  /// Prints what was asked of a script compiled for another machine.
  private func show(_ frontend: Frontend) throws(CommandFailure) -> Int32 {
    try LargeStack.run { () throws(CommandFailure) in
      try Terminal.writeOutput(StagePrinter(try frontend.compile(isForRun: true), d?.stages ?? [.bpf, .maps]).text())
    }
    return 0
  }

  private func run(_ bundle: CheckedBundle, _ host: HostTarget, _ child: ChildProcess? = nil) throws(CommandFailure)
    -> Int32
  {
    var options = SessionOptions()
    options.isQuiet = quiet
    options.isVerbose = verbose
    options.format = f == .json ? .json : .text
    options.command = c
    options.process = p
    options.isDryRun = dryRun
    if let o {
      options.output = try Self.openOutput(o)
      options.isOutputTruncatedAtStart = true
    }
    do throws(RuntimeError) {
      return try Session(bundle: bundle, host: host, options: options, child: child).run()
    } catch {
      throw CommandFailure(error.description, notes: error.details)
    }
  }

  /// The session empties the file, once there is something to put into it.
  private static func openOutput(_ path: String) throws(CommandFailure) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw OutputFile.failure(path, Errno(rawValue: errno)) }
    return descriptor
  }
}

/// `-d bpf,maps`
struct StageList: ExpressibleByArgument {
  let stages: Set<Stage>

  init?(argument: String) {
    var stages: Set<Stage> = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      if word == "all" {
        stages.formUnion(Stage.contents)
      } else if let stage = Stage(rawValue: String(word)) {
        stages.insert(stage)
      } else {
        return nil
      }
    }
    self.stages = stages
  }

  static var allValueStrings: [String] { Stage.allCases.map(\.rawValue) + ["all"] }
}
