import Codegen
import Glibc
import Runtime
import SystemPackage
import TraceLang

/// What is made of maps that are keyed by stacks: `-f folded`, and files.
struct StackOutput {
  let isFolded: Bool
  /// `--flamegraph`
  let graph: ArgumentWord?
  /// `--pprof`
  let pprof: ArgumentWord?

  private var files: [(option: String, path: ArgumentWord)] {
    [("--flamegraph", graph), ("--pprof", pprof)].compactMap { option, path in path.map { (option, $0) } }
  }

  private var options: [String] { (isFolded ? ["-f folded"] : []) + files.map(\.option) }

  /// Whether a run is to keep its stacks for files.
  var hasFiles: Bool { !files.isEmpty }

  /// - Returns: what to warn of before a script is run.
  /// - Throws: where it has nothing to show, or a file cannot be written.
  func check(_ bundle: Bundle) throws(CommandFailure) -> [String] {
    guard let option = options.first else { return [] }
    let maps = StackMaps(bundle.views)
    guard !maps.views.isEmpty else {
      throw CommandFailure(
        "\(option) shows maps that are keyed by stacks, and the script has none: write @[ustack, kstack] = count()",
        notes: maps.refusals)
    }
    for (option, path) in files {
      if path == "-" {
        throw CommandFailure("\(option) needs the name of a file: standard output has what the script prints")
      }
      try OutputFile.checkWritable(path)
    }
    return maps.refusals
  }

  /// What to warn of when there is nothing to show.
  func warnings(of profile: StackProfile) -> [String] {
    guard profile.samples.isEmpty else { return [] }
    return files.map { "no stacks were there at the end: '\($0.path.text)' shows none" }
  }

  /// Writes the files, each as a whole.
  func write(_ profile: StackProfile) throws(CommandFailure) {
    if let graph { try OutputFile.write(FlameGraphDrawing.svg(profile), to: graph) }
    guard let pprof else { return }
    guard let bytes = PprofWriter.file(profile) else {
      throw CommandFailure("cannot write '\(pprof.text)': \(Errno.noMemory)")
    }
    try OutputFile.write(bytes, to: pprof)
  }
}
