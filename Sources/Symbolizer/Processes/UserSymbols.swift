import Glibc

/// Names the functions of processes: what is mapped where by `/proc/PID/maps`, and the symbols of each file.
///
/// The processes and their files are strangers': all that is read of them is read aside, where it may hang without holding
/// up the caller, and what is kept is bounded. What a process had mapped is remembered, so that one that has ended by the
/// time its addresses print is still known when it was looked at before.
final class UserSymbols {
  /// What is known of a file that a process has mapped.
  private enum Resolution {
    case file(MappedFile.Identity)
    /// Not to be opened, or not ELF.
    case none
    case pending(AsideJob<Opened>)
  }

  /// What opening a mapped file gives.
  private enum Opened: Sendable {
    /// Its symbols are there already.
    case known(MappedFile.Identity)
    case read(MappedFile.Identity, ELFSymbols)
    case nothing
  }

  private struct Process {
    var maps: MemoryMaps?
    var files: [MemoryMaps.File: Resolution] = [:]
    /// Nanoseconds of the monotonic clock before which it is not looked at again.
    var nextLook: UInt64 = 0
    var look: AsideJob<MemoryMaps?>?
  }

  private var processes: BoundedCache<Int32, Process>
  private var files: BoundedCache<MappedFile.Identity, ELFSymbols>
  private let aside = Aside()

  /// Bytes of memory for all processes' mappings, and for all files' symbols.
  private static let processBudget = 32 << 20
  private static let fileBudget = 256 << 20

  /// Milliseconds to wait for a stranger's file.
  private static let patience = 1000
  /// Looking at a process costs about 5 ns a byte: at most a twentieth of the time is spent so.
  private static let pauseByByte: UInt64 = 100
  private static let shortestPause: UInt64 = 1_000_000
  /// The pause after a look at a process that was not there.
  private static let pauseWhenGone: UInt64 = 100_000_000

  init() {
    processes = BoundedCache(budget: Self.processBudget)
    files = BoundedCache(budget: Self.fileBudget)
  }

  /// The function of a process that an address lies in.
  func frame(of address: UInt64, process: Int32) -> Frame? {
    if let mapping = processes[process]?.maps?.mapping(at: address) { return name(address, mapping, process) }
    // Something may have been mapped since.
    guard remember(process), let mapping = processes[process]?.maps?.mapping(at: address) else { return nil }
    return name(address, mapping, process)
  }

  /// Notes what a process has mapped now; false when it is gone or was looked at just before.
  @discardableResult
  func remember(_ process: Int32) -> Bool {
    var known = processes[process] ?? Process()
    let now = Self.now()
    guard now >= known.nextLook else { return false }
    guard let job = known.look ?? aside.start({ MemoryMaps(of: process) }) else { return false }
    guard let answer = job.result(within: Self.patience) else {
      known.look = job
      processes.set(process, known, cost: Self.cost(known))
      return false
    }
    known.look = nil
    // A process that is ending has none any more.
    let current = answer.flatMap { $0.mappings.isEmpty ? nil : $0 }
    if let current {
      known.maps = current
      known.nextLook = now + max(Self.shortestPause, UInt64(current.length) * Self.pauseByByte)
    } else {
      known.nextLook = now + Self.pauseWhenGone
    }
    processes.set(process, known, cost: Self.cost(known))
    return current != nil
  }

  private static func cost(_ process: Process) -> Int {
    256 + (process.maps?.cost ?? 0) + process.files.count * MemoryLayout<(MemoryMaps.File, Resolution)>.stride * 2
  }

  private func name(_ address: UInt64, _ mapping: MemoryMaps.Mapping, _ process: Int32) -> Frame? {
    guard let symbols = symbols(of: mapping, process),
      let function = symbols.function(atFileOffset: address - mapping.range.lowerBound &+ mapping.offset),
      let path = processes[process]?.maps?.path(of: mapping)
    else { return nil }
    return Frame(name: function.name, offset: function.offset, module: Frame.Path(path))
  }

  private func symbols(of mapping: MemoryMaps.Mapping, _ process: Int32) -> ELFSymbols? {
    guard var known = processes[process], let path = known.maps?.path(of: mapping) else { return nil }
    let job: AsideJob<Opened>
    switch known.files[mapping.file] {
    case .file(let identity):
      if let symbols = files[identity] { return symbols }
      guard let again = open(mapping, path, process) else { return nil }
      job = again
    case .none?: return nil
    case .pending(let waiting): job = waiting
    case nil:
      guard let new = open(mapping, path, process) else { return nil }
      job = new
    }
    switch job.result(within: Self.patience) {
    case .known(let identity): known.files[mapping.file] = .file(identity)
    case .read(let identity, let symbols):
      known.files[mapping.file] = .file(identity)
      files.set(identity, symbols, cost: symbols.cost + 256)
    case .nothing: known.files[mapping.file] = Resolution.none
    case nil: known.files[mapping.file] = .pending(job)
    }
    processes.set(process, known, cost: Self.cost(known))
    guard case .file(let identity) = known.files[mapping.file] else { return nil }
    return files[identity]
  }

  /// Starts to open and read a mapping's file; `nil` when too many hang already.
  private func open(_ mapping: MemoryMaps.Mapping, _ path: [UInt8], _ process: Int32) -> AsideJob<Opened>? {
    let known = Set(files.keys)
    return aside.start {
      guard let file = MappedFile(mapping, path: path, process: process) else { return .nothing }
      if known.contains(file.identity) { return .known(file.identity) }
      guard let symbols = ELFSymbols(descriptor: file.descriptor.rawValue, debug: MappedFile.debugFile) else {
        return .nothing
      }
      return .read(file.identity, symbols)
    }
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
