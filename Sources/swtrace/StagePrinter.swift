import Codegen
import TraceLang

/// A stage of compilation that can be printed.
enum Stage: String, Hashable, CaseIterable {
  case syntax, program, plan, ir
  case irOptimized = "ir-opt"
  case bpf, maps
  /// How long each stage took.
  case time

  /// All but the times, which are never the same.
  static let contents = allCases.filter { $0 != .time }
}

/// Prints the stages of a compilation in their order, each under a heading.
struct StagePrinter {
  private let result: Frontend.Result
  private let stages: Set<Stage>

  init(_ result: Frontend.Result, _ stages: Set<Stage>) {
    self.result = result
    self.stages = stages
  }

  func text() -> String {
    Stage.allCases.filter(stages.contains).map { "== \($0.rawValue)\n" + text(of: $0) }.joined(separator: "\n")
  }

  private func text(of stage: Stage) -> String {
    let compilation = result.compilation
    switch stage {
    case .syntax: return SyntaxDump.text(result.script)
    case .program: return ProgramDump.text(result.program)
    case .plan: return compilation.plan.description(of: result.program)
    case .ir: return compilation.modules.map(IRPrinter.text).joined(separator: "\n")
    case .irOptimized: return compilation.optimized.map(IRPrinter.text).joined(separator: "\n")
    case .bpf: return BundleListing.programs(compilation.bundle, sources: result.sources)
    case .time: return result.times.text
    case .maps: return BundleListing.maps(compilation.bundle)
    }
  }
}
