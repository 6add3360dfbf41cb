import ArgumentParser
import Codegen
import Runtime
import TraceLang

/// Tells what a script would do, without doing any of it.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace explain",
    abstract: "Tells what a script attaches to, keeps, reads and needs, without loading anything.",
    usage: """
      swtrace explain [options] FILE [parameters]
      swtrace explain [options] -e 'program' [parameters]
      swtrace explain BUNDLE
      """,
    discussion: """
      It needs no permissions; what only root can find out is named as not known. With --target it is another machine's
      plan. --unsafe is not needed: what would need it is listed.
      """)

  @OptionGroup var script: ScriptOptions

  @Option(
    name: [.short, .customLong("format")], parsing: .unconditional,
    help: ArgumentHelp("Format of what is told and of diagnostics: text or json.", valueName: "format"))
  var f: Format = .text

  @Option(
    name: [.short, .customLong("pid")], parsing: .unconditional,
    help: ArgumentHelp("As if this process only were traced.", valueName: "pid"))
  var p: ProcessNumber?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Tell what it would do on a recorded machine.", valueName: "file"),
    completion: .file())
  var target: ArgumentWord?

  enum Format: String, WordOption {
    case text, json
  }

  func validate() throws { try script.requireScript() }

  func run() {
    do throws(CommandFailure) {
      let explanation = try LargeStack.run { () throws(CommandFailure) -> Explanation in try self.explanation() }
      try Terminal.writeOutput(try output(explanation))
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private var style: DiagnosticStyle { DiagnosticStyle(isJSON: f == .json, isColored: script.isColored) }

  private func output(_ explanation: Explanation) throws(CommandFailure) -> [UInt8] {
    switch f {
    case .text: return Array(explanation.text.utf8)
    case .json:
      do throws(JSONError) {
        return try JSONCoder.encode(explanation, .pretty(width: 120)) + [UInt8(ascii: "\n")]
      } catch {
        throw CommandFailure("what is told cannot be written as JSON: \(error)")
      }
    }
  }

  private func explanation() throws(CommandFailure) -> Explanation {
    if script.e == nil, let path = script.words.first, BundleReader.isBundle(path) {
      return try BundleReader.explanation(path)
    }
    if let target { return try explanation(for: try InputFile.recordedTarget(target)).explanation }
    let host: HostTarget
    do throws(TargetError) {
      host = try HostTarget(
        traceableFunctions: script.traceableFunctions, tracedProcess: p?.number, debugFolders: script.debugFolders)
    } catch {
      throw CommandFailure(error.message)
    }
    return try explanation(of: host)
  }

  /// What this machine keeps from those who may not know is told, and taken to be as it most often is.
  private func explanation(of host: HostTarget) throws(CommandFailure) -> Explanation {
    let featureRefusal = host.featureRefusal
    var (explanation, questions) = try explanation(for: featureRefusal == nil ? host : AssumedTarget(host))
    if let featureRefusal, questions.contains(where: \.isAssumed) {
      explanation.assume("what the kernel has is taken from its version", featureRefusal)
    }
    if questions.contains(where: \.isOfTraceableFunctions), let refusal = host.functionRefusal {
      explanation.assume("all functions of the kernel are taken for such as can be traced", refusal)
    }
    return explanation
  }

  private func explanation(
    for machine: any Target
  ) throws(CommandFailure) -> (explanation: Explanation, questions: [Question]) {
    let recording = RecordingTarget(machine)
    let frontend = Frontend(target: recording, options: script, style: style)
    let explanation =
      switch try frontend.attempt(tracedPID: p.map { Int($0.number) }) {
      case .compiled(let checked, let result):
        Explanation(checked, result.program, result.compilation, target: recording)
      case .unanswered(let checked): Explanation(incomplete: checked, machine.machine)
      }
    return (explanation, recording.questions)
  }
}

extension Question {
  /// Whether `AssumedTarget` answers it.
  fileprivate var isAssumed: Bool {
    if case .kernel(.has(let feature)) = self { feature != .btf } else { false }
  }

  /// Whether the list of functions that can be traced decides it.
  fileprivate var isOfTraceableFunctions: Bool {
    switch self {
    case .function(.matching(let glob, _)), .function(.typed(let glob, _)): Glob(glob).literal == nil
    case .function, .kernel, .tracepoint, .type, .process, .binary, .debug: false
    }
  }
}

extension Explanation {
  fileprivate mutating func assume(_ what: String, _ refusal: TargetError) {
    unknown.append(Deed(place: nil, what: "\(what): \(refusal.message)"))
  }
}
