/// Names the functions of processes: what is mapped where by `/proc/PID/maps`, and the symbols of each file.
///
/// The processes and their files are strangers': all that is read of them is read aside, where it may hang without holding
/// up the caller, and what is kept is bounded. What a process had mapped is remembered, so that one that has ended by the
/// time its addresses print is still known when it was looked at before.
final class UserSymbols {
  let processes: ProcessTable
  private let files: FileTable
  private let aside = Aside()
  private let demangles: Bool

  /// Bytes of memory for what is kept.
  private static let (processBudget, fileBudget, frameBudget) = (24 << 20, 96 << 20, 40 << 20)

  init(_ options: Symbolizer.Options) {
    let isKept = options.cache != .none
    processes = ProcessTable(
      budget: isKept ? Self.processBudget : 0, sharesPrograms: options.cache == .perProgram, aside)
    files = FileTable(
      budget: isKept ? Self.fileBudget : 0, frameBudget: isKept ? Self.frameBudget : 0, options, aside)
    demangles = options.demangles
  }

  /// Files of another tree that are opened ahead for one look at a process.
  private static let maximumFilesAhead = 64

  /// Notes what a process has mapped now; false when it is gone or was looked at just before.
  func remember(_ process: Int32, image: UInt64?) -> Bool {
    guard processes.remember(process, image: image) else { return false }
    let record = processes.record(of: process)
    guard let look = record.look else { return true }
    defer { processes.keep(record, of: process) }
    // What it runs is often deleted when it has ended, and other trees than ours are out of reach then.
    var ahead = look.maps.mappings[...]
    if look.facts.sharesFiles { ahead = ahead.filter { $0.file.inode == look.facts.executable?.inode }[...] }
    for mapping in ahead.prefix(Self.maximumFilesAhead) where record.files[mapping.file] == nil {
      _ = files.file(mapping, look.maps.path(of: mapping), process: process, look.facts, &record.files[mapping.file])
    }
    return true
  }

  /// The functions of a process that an address lies in, innermost first.
  func frames(of address: UInt64, process: Int32, showsSource: Bool) -> [Frame] {
    var record = processes.record(of: process)
    if record.look?.hasCode(at: address) != true, processes.remember(process) {
      record = processes.record(of: process)
    }
    guard let look = record.look else { return [] }
    defer { processes.keep(record, of: process) }
    let former = record.withCode(at: address) ?? record
    let found = mappedFrames(address, process, former, former.look ?? look, showsSource)
    if found.first?.name != nil { return found }
    let made = record.perfMap.frame(of: address, process: process, look.facts, demangles: demangles, aside)
    return made.map { [$0] } ?? found
  }

  /// The same of code that is mapped from a file; only with the file where nothing else is known.
  private func mappedFrames(
    _ address: UInt64, _ process: Int32, _ record: ProcessRecord, _ look: ProcessRecord.Look, _ showsSource: Bool
  ) -> [Frame] {
    if let range = look.maps.virtualLibrary, range.contains(address) {
      let file = files.virtualLibrary(range, process: process, &record.virtualLibrary)
      return frames(file, address - range.lowerBound, VirtualLibrary.name, showsSource)
    }
    guard let mapping = look.maps.mapping(at: address) else { return [] }
    let path = look.maps.path(of: mapping)
    let file = files.file(mapping, path, process: process, look.facts, &record.files[mapping.file])
    return frames(file, address - mapping.range.lowerBound &+ mapping.offset, path, showsSource)
  }

  private func frames(_ file: CodeFile?, _ offset: UInt64, _ path: [UInt8], _ showsSource: Bool) -> [Frame] {
    let module = Frame.Path(path)
    let found = file.map { files.frames(in: $0, at: offset, showsSource: showsSource) } ?? []
    let unnamed = [Frame(name: nil, offset: 0)]
    return (found.isEmpty ? unnamed : found).map { frame in
      var frame = frame
      frame.module = module
      frame.buildID = file?.buildID ?? []
      return frame
    }
  }
}
