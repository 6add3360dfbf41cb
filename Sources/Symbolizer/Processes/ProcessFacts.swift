import Glibc

/// What else than its mappings is noted of a process while it runs.
struct ProcessFacts: Sendable {
  /// Its number in its own PID namespace.
  let ownNumber: Int32
  /// The user that it acts as, as its number is here.
  let user: UInt32
  /// Whether its files are ours.
  let sharesFiles: Bool
  /// The file it runs.
  let executable: Executable?

  struct Executable: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    /// `nil` when the process is gone, or is the kernel's.
    init?(of process: Int32) {
      var status = stat()
      guard stat("/proc/\(process)/exe", &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  /// `nil` when it is gone.
  init?(of process: Int32) {
    var number: Int32?
    var user: UInt32?
    // "Uid:	1000	1000	1000	1000": real, effective; "NSpid:	4711	7": ours first. Kernel: fs/proc/array.c.
    let code = FileReading.forEachLine(ofFile: "/proc/\(process)/status") { line in
      let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
      func word(_ index: Int) -> String { String(decoding: words[index], as: UTF8.self) }
      if words.count > 2, word(0) == "Uid:" { user = UInt32(word(2)) }
      if words.count > 1, word(0) == "NSpid:" { number = Int32(word(words.count - 1)) }
      return true
    }
    guard code == 0, let user else { return nil }
    ownNumber = number ?? process
    self.user = user
    sharesFiles = Self.mountNamespace("\(process)") == Self.mountNamespace("self") && Self.hasOurRoot(process)
    executable = Executable(of: process)
  }

  private static func mountNamespace(_ process: String) -> UInt64? {
    var status = stat()
    return stat("/proc/\(process)/ns/mnt", &status) == 0 ? UInt64(status.st_ino) : nil
  }

  private static func hasOurRoot(_ process: Int32) -> Bool {
    var (theirs, ours) = (stat(), stat())
    return stat("/proc/\(process)/root", &theirs) == 0 && stat("/", &ours) == 0
      && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino
  }
}
