import CLibBPF
import Glibc
import SystemPackage
import TraceLang

/// The kernel's tracefs: where it is mounted, else mounted for this process alone and seen by nobody else.
public final class Tracefs {
  /// Kernel: include/uapi/linux/magic.h, TRACEFS_MAGIC.
  private static let magic = 0x7472_6163

  private static let usualPlaces = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

  /// The root of tracefs, for `openat(2)`.
  public let directory: FileDescriptor
  private var knownMadeEvents: Set<TracepointName>?

  /// - Throws: when it is neither mounted nor can be; the message says what would help.
  public init() throws(TargetError) {
    if let mounted = Self.usualPlaces.lazy.compactMap(Self.openMounted).first {
      directory = mounted
      return
    }
    let descriptor = swtrace_detached_mount("tracefs")
    guard descriptor >= 0 else {
      let error = Errno(rawValue: errno)
      throw TargetError(
        "tracefs is not mounted and cannot be mounted privately (\(error)): run as root or with CAP_SYS_ADMIN, or mount it "
          + "with 'mount -t tracefs tracefs /sys/kernel/tracing'")
    }
    directory = FileDescriptor(rawValue: descriptor)
  }

  deinit { _ = Glibc.close(directory.rawValue) }

  private static func openMounted(_ path: String) -> FileDescriptor? {
    let descriptor = open(path, SWTRACE_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard swtrace_file_system_type(descriptor) == magic else {
      _ = Glibc.close(descriptor)
      return nil
    }
    return FileDescriptor(rawValue: descriptor)
  }

  /// The contents of a file, by its path from the root; `nil` when there is none.
  public func read(_ path: String) throws(TargetError) -> [UInt8]? {
    do {
      return try directory.openChild(path).closing { file throws(Errno) in try file.readAll() }
    } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw Self.failure(reading: path, error)
    }
  }

  /// The events made at run time: kprobe, uprobe, fprobe, event and synthetic events
  /// (Kernel: Documentation/trace/kprobetrace.rst, the file dynamic_events).
  /// - Throws: when they cannot be listed.
  func madeEvents() throws(TargetError) -> Set<TracepointName> {
    if let knownMadeEvents { return knownMadeEvents }
    guard let text = try read("dynamic_events") else { throw TargetError("this kernel does not list dynamic events") }
    // "p:group/event place arguments", for a synthetic event "s:synthetic/event".
    let names = text.split(separator: UInt8(ascii: "\n")).compactMap { line -> TracepointName? in
      let word = line.prefix { $0 != UInt8(ascii: " ") }
      guard let colon = word.firstIndex(of: UInt8(ascii: ":")), let slash = word.firstIndex(of: UInt8(ascii: "/")),
        colon < slash
      else { return nil }
      return TracepointName(
        category: String(decoding: word[(colon + 1)..<slash], as: UTF8.self),
        event: String(decoding: word[(slash + 1)...], as: UTF8.self))
    }
    knownMadeEvents = Set(names)
    return Set(names)
  }

  /// Asked with the rights of this process, which access(2) takes to be those of its user.
  public func exists(_ path: String) -> Bool {
    var status = stat()
    return fstatat(directory.rawValue, path, &status, 0) == 0
  }

  /// Calls `body` with each line of a file until it returns false.
  func forEachLine(of path: String, _ body: (UnsafeRawBufferPointer) -> Bool) throws(TargetError) {
    do {
      try directory.openChild(path).closing { file throws(Errno) in try file.forEachLine(body) }
    } catch {
      throw Self.failure(reading: path, error)
    }
  }

  /// The names of the directories in a directory, in no order; none when there is no such directory.
  func subdirectories(of path: String) throws(TargetError) -> [String] {
    let descriptor = openat(directory.rawValue, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw Self.failure(reading: path, Errno(rawValue: errno))
    }
    guard let stream = fdopendir(descriptor) else {
      let error = Errno(rawValue: errno)
      _ = Glibc.close(descriptor)
      throw Self.failure(reading: path, error)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      guard Int32(entry.pointee.d_type) == Int32(DT_DIR) else { continue }
      let name = entry.pointee.name
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func failure(reading path: String, _ error: Errno) -> TargetError {
    let advice = error == .permissionDenied || error == .notPermitted ? "; run as root or with CAP_DAC_READ_SEARCH" : ""
    return TargetError("cannot read \(path) of tracefs: \(error)\(advice)")
  }
}
