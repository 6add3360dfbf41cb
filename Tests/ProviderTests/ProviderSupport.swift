import Runtime
import Testing

@testable import TraceLang

/// A machine that has a few functions, some of them in a module and one without types, and two iterators.
final class FunctionTarget: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 2, pageSize: 4096, kernelRelease: "6.18.4")
  let traceable = ["nf:conntrack", "vfs_getattr", "vfs_read", "vfs_write", "without_types"]
  /// Known to the kernel, and not to be traced.
  let untraceable = ["do_nmi"]
  private static let parameters = [
    RecordLayout.Member(name: "file", type: .pointer(.int8, .kernel), offset: 0),
    RecordLayout.Member(name: "count", type: .uint64, offset: 8),
  ]
  private let hasTypes: Bool
  private let features: Set<KernelFeature>

  init(hasTypes: Bool = true, features: Set<KernelFeature> = []) {
    self.hasTypes = hasTypes
    self.features = features
  }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    switch question {
    case .function(.matching(let glob, let module)): .names(names(glob, module))
    case .function(.typed(let glob, let module)):
      .names(hasTypes ? names(glob, module).filter { $0 != "without_types" } : [])
    case .function(.iterators(let glob)):
      .names(hasTypes ? ["task", "task_file"].filter { Glob(glob).matches($0) } : [])
    case .function(.ofPrograms): .names(["7:count", "12:count", "12:helper"])
    case .function(.signature(let name)) where traceable.contains(name):
      .signature(
        FunctionSignature(
          parameters: Self.parameters.map { FunctionParameter(name: $0.name, type: $0.type) },
          result: name == "vfs_getattr" ? nil : .int64))
    case .type(.layout(.function(let name))) where traceable.contains(name):
      .layout(RecordLayout(name: name, isUnion: false, size: 16, members: Self.parameters))
    case .kernel(.has(.btf)): .flag(hasTypes)
    case .kernel(.has(let feature)): .flag(features.contains(feature))
    case .kernel(.symbolAddress(let name)): .number(untraceable.contains(name) ? 1 : nil)
    case .kernel, .tracepoint, .function, .type, .process, .binary, .debug: question.nothing
    }
  }

  private func names(_ glob: String, _ module: String?) -> [String] {
    traceable.filter {
      let function = KernelFunction(text: $0)
      return Glob(glob).matches(function.name) && (module.map { Glob($0).matches(function.module) } ?? true)
    }
  }
}

/// The names of the probes that an attach point stands for on a machine, and what was reported.
func expand(
  _ text: String, on target: any Target = FunctionTarget(), unsafe: Bool = false, actions: String = "exit();"
) -> (names: [String], report: String) {
  var frontEnd = FrontEnd(target: target)
  frontEnd.options.allowsUnsafe = unsafe
  frontEnd.warns = false
  let checked = frontEnd.check(SourceFile(name: "stdin", text: "\(text) { \(actions) }"))
  return (checked.program?.probeNames ?? [], checked.report)
}

/// What `-l` or `-lv` prints for a pattern, a line each.
func listed(_ pattern: String, on target: any Target = FunctionTarget(), arguments: Bool = false) throws -> [String] {
  var lines: [String] = []
  try ProbeSearch(target).probes(matching: pattern, withArguments: arguments) { listing in
    lines.append(listing.name)
    lines += listing.arguments.map { "    " + $0 }
  }
  return lines
}
