import Codegen
import TestSupport
import Testing
import TraceLang

/// A script compiled for a machine: the recorded one, unless another is given.
struct BuiltScript {
  let compilation: Compilation
  var bundle: Bundle { compilation.bundle }
  let recording: RecordingTarget

  static func recordedTarget() throws -> RecordedTarget {
    try RecordedTarget(decoding: try FileContents.bytes(Repository.root + "/Tests/Targets/x86_64.json"))
  }

  init(_ text: String, target: (any Target)? = nil, parameters: [String] = []) throws {
    recording = RecordingTarget(try target ?? Self.recordedTarget())
    var compiler = Compiler(target: recording)
    compiler.frontEnd.options = CheckerOptions(parameters: parameters)
    compiler.frontEnd.warns = false
    compilation = try compiler.compile(SourceFile(name: "script.bt", text: text)).compilation
  }

  func file() -> BundleFile { BundleFile(compilation, target: recording) }
}

/// A recorded machine with some answers changed.
final class ChangedTarget: Target {
  private let source: any Target
  var machine: Machine
  var missingFeatures: Set<KernelFeature> = []
  var addedFeatures: Set<KernelFeature> = []
  /// Bytes that every struct's members lie further behind.
  var moves = 0
  var symbolAddress: UInt64?

  init(_ source: RecordedTarget) {
    self.source = source
    machine = source.machine
  }

  func change(
    architecture: Machine.Architecture? = nil, isLittleEndian: Bool? = nil, possibleCPUs: Int? = nil,
    pageSize: Int? = nil, kernelRelease: String? = nil
  ) {
    machine = Machine(
      architecture: architecture ?? machine.architecture, isLittleEndian: isLittleEndian ?? machine.isLittleEndian,
      possibleCPUs: possibleCPUs ?? machine.possibleCPUs, pageSize: pageSize ?? machine.pageSize,
      kernelRelease: kernelRelease ?? machine.kernelRelease)
  }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    let answer = try source.answer(question)
    switch (question, answer) {
    case (.kernel(.has(let feature)), .flag(let has)):
      return .flag(addedFeatures.contains(feature) || !missingFeatures.contains(feature) && has)
    case (.type(.layout), .layout(let layout?)):
      return .layout(
        RecordLayout(
          name: layout.name, isUnion: layout.isUnion, size: layout.size,
          members: layout.members.map { $0.moved(by: moves) }))
    case (.kernel(.symbolAddress), .number(let address)): return .number(symbolAddress ?? address)
    case (.kernel, _), (.tracepoint, _), (.function, _), (.type, _), (.process, _), (.binary, _), (.debug, _):
      return answer
    }
  }
}
