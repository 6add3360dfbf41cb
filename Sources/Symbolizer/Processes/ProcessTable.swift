import Glibc

/// What processes have mapped: of those that were asked for or looked at, also when they have ended.
final class ProcessTable {
  private var processes: BoundedCache<Int32, ProcessRecord>
  private let aside: Aside
  /// What the process had that was looked at first of those that run a file; `nil` where each is known by itself.
  private var programs: [ProcessFacts.Executable: ProcessRecord.Look]?
  private static let maximumPrograms = 1024

  /// At most a twentieth of the time is spent looking at a process.
  private static let pauseByLook: UInt64 = 20
  private static let shortestPause: UInt64 = 1_000_000
  /// The pause after a look at a process that was not there, and between looks at the file that one runs.
  private static let pauseWhenGone: UInt64 = 100_000_000
  private static let checkPause: UInt64 = 90_000_000

  /// The pauses between looks for new processes, and for those that run another file; nanoseconds that one takes.
  private static let sweepPause: UInt64 = 100_000_000
  private static let longSweepPause: UInt64 = 1_000_000_000
  private static let longestSweep: UInt64 = 3_000_000
  private var nextSweep: UInt64 = 0
  private var nextLongSweep: UInt64 = 0
  /// New processes, with the time they were seen at first: they are likely to begin to run another file soon.
  private var young: [Int32: UInt64] = [:]
  private static let youth: UInt64 = 2_000_000_000

  /// - Parameters:
  ///   - budget: bytes of memory for all processes.
  ///   - sharesPrograms: whether what one process has mapped stands for all that run the same file.
  init(budget: Int, sharesPrograms: Bool, _ aside: Aside) {
    processes = BoundedCache(budget: budget)
    programs = sharesPrograms ? [:] : nil
    self.aside = aside
  }

  /// What is known of a process, looked at again where it runs another program now.
  func record(of process: Int32) -> ProcessRecord {
    if let known = processes[process] {
      refreshIfReplaced(process, known)
      return known
    }
    let record = ProcessRecord()
    keep(record, of: process)
    return record
  }

  /// Counts what a record has grown by.
  func keep(_ record: ProcessRecord, of process: Int32) { processes.set(process, record, cost: record.cost) }

  /// Notes what a process has mapped now; false when it is gone or was looked at just before.
  @discardableResult
  func remember(_ process: Int32) -> Bool {
    let record = processes[process] ?? ProcessRecord()
    defer { keep(record, of: process) }
    return look(at: process, record)
  }

  /// Whether something is noted of what a process has mapped.
  func knows(_ process: Int32) -> Bool { processes[process]?.look != nil }

  /// Notes the same of processes that are not known yet or began to run another program.
  func rememberAll() {
    let start = Clock.now
    guard start >= nextSweep else { return }
    nextSweep = start + Self.sweepPause
    let isLong = start >= nextLongSweep
    if isLong { nextLongSweep = start + Self.longSweepPause }
    young = young.filter { start - $0.value < Self.youth }
    let own = getpid()
    for process in Self.running where process != own {
      if !processes.keys.contains(process) {
        remember(process)
        young[process] = start
      } else if isLong || young[process] != nil {
        _ = record(of: process)
      }
      if Clock.now - start > Self.longestSweep { break }
    }
  }

  private func look(at process: Int32, _ record: ProcessRecord) -> Bool {
    let now = Clock.now
    guard now >= record.nextLook else { return false }
    if record.look == nil, let program = programs.flatMap({ _ in ProcessFacts.Executable(of: process) }),
      let look = programs?[program]
    {
      record.look = ProcessRecord.Look(look.maps, ProcessFacts(of: process) ?? look.facts)
      return true
    }
    guard let job = record.looking ?? aside.start({ ProcessRecord.Look(at: process) }) else { return false }
    guard let look = job.result(within: Aside.patience) else {
      record.looking = job
      return false
    }
    record.looking = nil
    guard let look else {
      record.nextLook = now + Self.pauseWhenGone
      return false
    }
    if look.facts.executable != record.look?.facts.executable { record.replace(look) } else { record.look = look }
    if let program = look.facts.executable, (programs?.count ?? 0) < Self.maximumPrograms { programs?[program] = look }
    record.nextLook = now + max(Self.shortestPause, look.duration * Self.pauseByLook)
    record.nextCheck = now + Self.checkPause
    return true
  }

  private func refreshIfReplaced(_ process: Int32, _ record: ProcessRecord) {
    let now = Clock.now
    guard record.look != nil, now >= record.nextCheck else { return }
    record.nextCheck = now + Self.checkPause
    guard record.runsAnotherFile(process) else { return }
    // The pause was for what it had before.
    record.nextLook = 0
    if look(at: process, record) { keep(record, of: process) }
  }

  /// The numbers of all processes, the newest first.
  private static var running: [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var numbers: [Int32] = []
    while let entry = readdir(folder) {
      let number = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) { atoi($0) }
      }
      if number > 0 { numbers.append(number) }
    }
    return numbers.reversed()
  }
}
