import ArgumentParser
import Codegen
import Runtime
import TraceLang

/// Compiles a script to a file: a bundle, an ELF object or a listing.
struct BuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace build",
    abstract: "Compiles a script to a file that runs without being compiled again.",
    usage: "swtrace build -o OUTPUT [--format bundle|elf|asm] [--target TARGET] FILE [parameters]",
    discussion: """
      FORMATS:
        bundle   runs with 'swtrace OUTPUT'; parameters are fixed when it is built
        elf      an object for libbpf and bpftool, with the script's programs and maps
        asm      the listing that 'swtrace -d bpf,maps' prints
      """)

  enum Format: String, WordOption {
    case bundle, elf, asm
  }

  @OptionGroup var script: ScriptOptions

  @Option(
    name: .short, parsing: .unconditional,
    help: ArgumentHelp("The file to write, '-' for standard output.", valueName: "file"))
  var o: ArgumentWord

  @Option(help: "What to write: bundle, elf or asm.")
  var format: Format = .bundle

  @Option(help: ArgumentHelp("Compile for a recorded machine.", valueName: "file"))
  var target: ArgumentWord?

  func validate() throws { try script.requireScript() }

  func run() {
    do throws(CommandFailure) {
      try OutputFile.write(try LargeStack.run { () throws(CommandFailure) in try output() }, to: o)
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private var style: DiagnosticStyle { DiagnosticStyle(isJSON: false, isColored: script.isColored) }

  private func output() throws(CommandFailure) -> [UInt8] {
    if script.e == nil, let path = script.words.first, BundleReader.isBundle(path) {
      throw CommandFailure("'\(path.text)' is a bundle already")
    }
    let recording = RecordingTarget(try machine())
    let result = try Frontend(target: recording, options: script, style: style).compile(isForRun: true)
    let bundle = result.compilation.bundle
    if format != .asm, let program = bundle.programs.first(where: \.load.isOfProgram) {
      throw CommandFailure(
        "\(program.title) is a BPF program of this machine, now, which a bundle finds nowhere else: run the script itself"
      )
    }
    switch format {
    case .bundle:
      let file = BundleFile(result.compilation, target: recording)
      do throws(BundleError) { return try file.encoded() } catch { throw CommandFailure(error.message) }
    case .elf:
      do throws(BundleError) { return try ObjectFile.encode(bundle) } catch { throw CommandFailure(error.message) }
    case .asm: return Array(StagePrinter(result, [.bpf, .maps]).text().utf8)
    }
  }

  private func machine() throws(CommandFailure) -> any Target {
    if let target { return try InputFile.recordedTarget(target) }
    do throws(TargetError) {
      return try HostTarget(traceableFunctions: script.traceableFunctions, debugFolders: script.debugFolders)
    } catch {
      throw CommandFailure(error.message)
    }
  }
}
