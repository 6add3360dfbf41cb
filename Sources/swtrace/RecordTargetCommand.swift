import ArgumentParser
import Codegen
import Runtime
import TraceLang

/// Writes the facts a script asks of this machine to a file, for compiling it elsewhere and without root.
struct RecordTargetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace record-target",
    abstract: "Records what a script needs to know of this machine, for --target.")

  @OptionGroup var script: ScriptOptions

  @Option(name: .short, parsing: .unconditional, help: ArgumentHelp("The file to write.", valueName: "file"))
  var o: ArgumentWord

  func validate() throws { try script.requireScript() }

  func run() {
    do throws(CommandFailure) {
      try record()
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private var style: DiagnosticStyle { DiagnosticStyle(isJSON: false, isColored: script.isColored) }

  private func record() throws(CommandFailure) {
    let encoded: [UInt8]
    do {
      let target = RecordingTarget(try HostTarget())
      try LargeStack.run { () throws(CommandFailure) in
        _ = try Frontend(target: target, options: script, style: style).compile()
      }
      encoded = try target.encoded()
    } catch let error as TargetError {
      throw CommandFailure(error.message)
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure("\(error)")
    }
    try OutputFile.write(encoded, to: o)
  }
}
