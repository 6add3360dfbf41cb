import ArgumentParser
import Differential
import Glibc

@main struct DifferentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "differential",
    abstract: "Runs random scripts on this kernel and by the reference interpreter, and compares what they print.")

  /// So many failures tell enough.
  private static let failureLimit = 40

  @Argument(help: "How many scripts.") var count: UInt64 = 10_000
  @Argument(help: "The first script's seed; each further one has the next.") var seed: UInt64 = 1
  @Flag(help: "Print each script before it runs.") var show = false
  @Flag(help: "Print scripts that do not compile, and why.") var refusals = false
  @Option(help: ArgumentHelp("How long a failure may take to shrink.", valueName: "seconds")) var patience: UInt32 = 30
  @Option(help: "Where scripts run: test-run, timer or scheduler. Without it they take turns.") var context:
    FiringContext?
  @Option(help: ArgumentHelp("Print a line after so many scripts.", valueName: "count")) var progress: UInt32?

  func validate() throws {
    guard progress != 0 else { throw ValidationError("--progress takes a number above 0") }
    guard !seed.addingReportingOverflow(count).overflow else { throw ValidationError("the seed is too large") }
  }

  func run() throws {
    guard geteuid() == 0 else { throw ValidationError("run as root: programs are loaded into the kernel") }
    let tally = try Kernel.use { kernel in
      let start = ContinuousClock.now
      let tally = judge(seed..<seed + count, on: kernel)
      tell(tally.refusals + tally.summary(after: .now - start))
      return tally
    }
    if tally.failed > 0 { throw ExitCode.failure }
  }

  private func judge(_ seeds: Range<UInt64>, on kernel: Kernel) -> Tally {
    var tally = Tally()
    for seed in seeds where tally.failed < Self.failureLimit {
      let text = kernel.script(seed: seed)
      if show { tell("--- \(seed)\n\(text)") }
      let context = context ?? FiringContext(seed: seed)
      let verdict = kernel.verdict(text, in: context)
      tally.add(verdict)
      switch verdict {
      case .same: break
      case .refused(let report): if refusals { tell("--- \(seed)\n\(text)\n\(report)") }
      case .unloadable, .different:
        let smallest = kernel.shrunk(text, in: context, failingLike: verdict, patience: .seconds(patience))
        tell(
          "seed \(seed) fails (\(context.rawValue)); its smallest script is:\n\(smallest)\n"
            + "\(kernel.verdict(smallest, in: context))")
      }
      if let progress, tally.count.isMultiple(of: Int(progress)) { tell("progress \(tally.count) of \(count)") }
    }
    return tally
  }

  /// Writes a line at once, as the next script may be the last.
  private func tell(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}

extension FiringContext: ExpressibleByArgument {}
