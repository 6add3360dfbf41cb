import ArgumentParser

/// `-d bpf,maps`
struct StageList: ExpressibleByArgument {
  let stages: Set<Stage>
  /// Whether what the kernel's verifier says of each program is printed.
  let logsVerifier: Bool
  /// Whether what libbpf says is printed.
  let logsLibrary: Bool

  /// bpftrace's names of stages that there are here, too.
  private static let otherNames: [String: Stage] = [
    "ast": .syntax, "parse": .syntax, "types": .program, "codegen": .ir, "codegen-opt": .irOptimized, "dis": .bpf,
  ]

  init?(argument: String) {
    var stages: Set<Stage> = []
    var logs: Set<Substring> = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      if word == "all" {
        stages.formUnion(Stage.contents)
      } else if word == "verifier" || word == "libbpf" {
        logs.insert(word)
      } else if let stage = Stage(rawValue: String(word)) ?? Self.otherNames[String(word)] {
        stages.insert(stage)
      } else {
        return nil
      }
    }
    self.stages = stages
    logsVerifier = logs.contains("verifier")
    logsLibrary = logs.contains("libbpf")
  }

  static var allValueStrings: [String] {
    Stage.allCases.map(\.rawValue) + ["libbpf", "verifier", "all"]
  }
}
