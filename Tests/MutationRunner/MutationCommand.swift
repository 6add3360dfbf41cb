import ArgumentParser
import Glibc
import TargetMutation
import TestSupport
import TraceLang

/// The mutation that is being judged, for the message when it traps.
private nonisolated(unsafe) var current: UInt64 = 0

@main struct MutationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutations", abstract: "Compiles scripts for recorded machines with facts replaced; nothing may trap.")

  @Argument(help: "How many mutations.") var count: UInt64 = 10_000
  @Argument(help: "The first mutation's number; each further one has the next.") var first: UInt64 = 1
  @Option(help: ArgumentHelp("End after so long.", valueName: "seconds")) var time: Int?

  func run() throws {
    for trap in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS] {
      signal(trap) { number in
        MutationCommand.tell("mutation \(current) traps; run it alone: MutationRunner 1 \(current)")
        _exit(128 + number)
      }
    }
    let folder = Repository.root + "/Tests/GoldenTests/Scripts"
    let folders = [folder, Repository.root + "/examples", Repository.root + "/Tests/DifferentialTests/Constructs"]
    let scripts = try folders.flatMap { folder in
      try FileContents.names(in: folder, extension: "bt").map { name in
        SourceFile(name: "\(name).bt", bytes: try FileContents.bytes("\(folder)/\(name).bt"))
      }
    }
    let machine = try FileContents.bytes(Repository.root + "/Tests/Targets/x86_64.json")
    let targets = try MutatedTargets(scripts: scripts, machine: machine)
    var outcomes: [MutatedTargets.Outcome: Int] = [:]
    let start = ContinuousClock.now
    for number in first..<first + count {
      current = number
      outcomes[targets.outcome(of: number), default: 0] += 1
      if let time, number % 64 == 0, .now - start > .seconds(time) { break }
    }
    let counts = MutatedTargets.Outcome.allCases.map { "\(outcomes[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
    Self.tell("\(outcomes.values.reduce(0, +)) mutations of \(targets.count) scripts' targets: \(counts)")
  }

  private static func tell(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
