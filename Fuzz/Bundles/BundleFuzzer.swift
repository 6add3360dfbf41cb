import ArgumentParser
import Glibc
import TestSupport

@testable import Codegen
@testable import Runtime

@main struct BundleFuzzer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "BundleFuzzer",
    abstract: "Damages bundles, mends their checksums, and lets those that are taken print whatever bytes.",
    discussion: "Each mutation has a number and is the same in every run on a machine.")

  @Argument(help: "How many mutations.") var count: UInt64 = 100_000
  @Argument(help: "The number of the first one.") var first: UInt64 = 1
  @Flag(help: "Give the kernel the maps and programs; needs root.") var kernel = false
  @Option(help: ArgumentHelp("Stop starting mutations after this time.", valueName: "seconds")) var seconds: UInt32?
  @Option(help: ArgumentHelp("Where bundles go that are a finding.", valueName: "folder")) var findings = "."
  @Option(help: ArgumentHelp("Findings to stop after.", valueName: "count")) var limit = 1
  @Option(help: .hidden) var worker: String?

  /// A mutation that takes longer is a finding, in seconds of the clock.
  private static let patience: UInt32 = 20
  /// Memory that a mutation may take, in bytes.
  private static let memory: rlim_t = 4 << 30

  func run() throws {
    if let worker { return try work(Progress(path: worker)) }
    try supervise()
  }

  // MARK: One process does the mutations

  private func work(_ progress: Progress) throws {
    let host = try HostTarget()
    let seeds = BundleSeeds.bodies(host).bodies
    var limits = rlimit(rlim_cur: Self.memory, rlim_max: Self.memory)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
    // Messages of what is printed go to the standard error stream, as in a session.
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    if count > 1 { dup2(null, STDERR_FILENO) }
    let interruption = try Interruption()
    let end = seconds.map { ContinuousClock.now + .seconds($0) }
    for number in first..<first + count {
      if let end, ContinuousClock.now >= end { break }
      progress.counts[0] = number
      alarm(Self.patience)
      var random = SplitMix(seed: number)
      let body = BundleDamage.damaged(random.pick(seeds), &random)
      let checked: CheckedBundle
      do {
        let file = try BundleFile(decoding: BundleFile.sealed(body))
        checked = try file.fitted(to: host)
      } catch {
        continue
      }
      progress.counts[1] += 1
      let names = NamingHost()
      if kernel {
        let rehearsal = Rehearsal(checked, host: host, output: null, interruption: interruption)
        if checked.effect == nil, rehearsal.inKernel(&random) {
          progress.counts[2] += 1
        }
      } else {
        Rehearsal(checked, host: names, output: null, interruption: interruption).inMemory(&random)
      }
    }
    progress.counts[0] = first + count
  }

  // MARK: Another one looks how it ends

  private func supervise() throws {
    let progress = try Progress(path: "/tmp/swtrace-fuzz-\(getpid())")
    defer { unlink(progress.path) }
    let (seeds, refused) = BundleSeeds.bodies(try HostTarget())
    for (script, why) in refused { print("not compiled here: \(script)\n\(why)") }
    print("\(seeds.count) bundles, of \(seeds.map(\.count).min() ?? 0) to \(seeds.map(\.count).max() ?? 0) bytes")
    guard !seeds.isEmpty else { throw ExitCode.failure }
    var next = first
    var found = 0
    let start = ContinuousClock.now
    while next < first + count, found < limit {
      let status = try Self.start(arguments(from: next, progress))
      if status & 0x7f == 0, status >> 8 & 0xff == 0 { break }
      let number = progress.counts[0]
      found += 1
      try tell(number, status, seeds)
      next = number + 1
    }
    let done = max(progress.counts[0], first) - first
    print(
      "\(done) mutations in \(start.duration(to: .now)): \(progress.counts[1]) taken"
        + (kernel ? ", \(progress.counts[2]) by the kernel too" : "") + ", \(found) findings")
    if found > 0 { throw ExitCode.failure }
  }

  private func arguments(from number: UInt64, _ progress: Progress) -> [String] {
    [String(first + count - number), String(number), "--worker", progress.path] + (kernel ? ["--kernel"] : [])
      + (seconds.map { ["--seconds", String($0)] } ?? [])
  }

  private func tell(_ number: UInt64, _ status: Int32, _ seeds: [[UInt8]]) throws {
    let path = "\(findings)/bundle-\(number).swb"
    var random = SplitMix(seed: number)
    let body = BundleDamage.damaged(random.pick(seeds), &random)
    let bytes = BundleFile.sealed(body)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    close(file)
    let signal = status & 0x7f
    let how =
      signal == SIGALRM ? "does not end in \(Self.patience) s" : signal == 0 ? "exits" : "dies of signal \(signal)"
    print("mutation \(number) \(how): \(path)")
    print("  again: BundleFuzzer 1 \(number)\(kernel ? " --kernel" : "")")
  }

  /// Runs this program with other arguments.
  /// - Returns: how it ended, as waitpid tells.
  private static func start(_ arguments: [String]) throws -> Int32 {
    var pid: pid_t = 0
    let words: [UnsafeMutablePointer<CChar>?] = (["BundleFuzzer"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard posix_spawn(&pid, "/proc/self/exe", nil, nil, words, environ) == 0 else {
      throw ValidationError("this program cannot start itself")
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status
  }
}

/// Numbers that both processes see: the mutation that runs, and how many were taken.
private struct Progress {
  let path: String
  let counts: UnsafeMutablePointer<UInt64>

  init(path: String) throws {
    self.path = path
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    guard file >= 0, ftruncate(file, 4096) == 0,
      let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
    else { throw ValidationError("\(path) cannot be written") }
    counts = memory.assumingMemoryBound(to: UInt64.self)
  }
}
