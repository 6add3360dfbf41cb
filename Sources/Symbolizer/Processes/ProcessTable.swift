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
  /// - Parameter image: differs for each program that it runs, one after the other; `nil` where that is not known.
  @discardableResult
  func remember(_ process: Int32, image: UInt64? = nil) -> Bool {
    let record = processes[process] ?? ProcessRecord()
    defer { keep(record, of: process) }
    var isReplaced = false
    if let image, let last = record.image, last != image {
      isReplaced = true
      // The pause was for what it had before.
      record.nextLook = 0
    }
    guard look(at: process, record, isReplaced: isReplaced) else { return false }
    if let image { record.image = image }
    return true
  }

  private func look(at process: Int32, _ record: ProcessRecord, isReplaced: Bool = false) -> Bool {
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
    if isReplaced || look.facts.executable != record.look?.facts.executable {
      record.replace(look)
    } else {
      record.look = look
    }
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
}
