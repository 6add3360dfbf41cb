import Glibc
import TestSupport
import Testing

@testable import Symbolizer

@Suite struct UserSymbolsTests {
  @Test("a function of a shared library is found by its address") func shared() throws {
    let address = try #require(dlsym(nil, "getpgid"))
    let symbols = UserSymbols(Symbolizer.Options())
    let position = try #require(symbols.function(at: UInt64(UInt(bitPattern: address)) + 1, process: getpid()))
    #expect(position.name?.hasSuffix("getpgid") == true)
    #expect(position.offset == 1)
    #expect(position.module?.description.contains("libc") == true)
  }

  @Test("an address outside of all files has no name") func nowhere() {
    #expect(UserSymbols(Symbolizer.Options()).function(at: 0x1234, process: getpid()) == nil)
  }

  @Test("what a process had mapped is remembered") func ended() throws {
    let symbols = UserSymbols(Symbolizer.Options())
    let child = fork()
    if child == 0 {
      pause()
      _exit(0)
    }
    #expect(symbols.processes.remember(child))
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
    #expect(!symbols.processes.remember(child))
    let address = try #require(dlsym(nil, "getpgid"))
    #expect(symbols.function(at: UInt64(UInt(bitPattern: address)), process: child)?.name?.hasSuffix("getpgid") == true)
  }

  @Test(
    "a file that has another name, or none, is read by its mapping", .enabled(if: geteuid() == 0, "needs map_files"))
  func renamed() throws {
    let file = try MappedProgram()
    rename(file.path, file.path + ".old")
    try FileContents.write("another file\n", to: file.path)
    #expect(file.name == "mapped+2")
    unlink(file.path)
    unlink(file.path + ".old")
    mkfifo(file.path, 0o600)
    mkfifo(file.path + " (deleted)", 0o600)
    #expect(file.name == "mapped+2")
  }

  @Test("only the mapped file itself is read by its path") func paths() throws {
    let file = try MappedProgram()
    let (maps, mapping) = try #require(file.mapping)
    // A process that there is not: the path is all there is.
    let gone: Int32 = 0
    func opens(_ path: String) -> Bool {
      MappedFile(mapping, path: Array(path.utf8), process: gone, root: .ours) != nil
    }
    #expect(opens(String(decoding: maps.path(of: mapping), as: UTF8.self)))
    let folder = file.folder.path
    symlink(file.path, folder + "/link")
    #expect(opens(folder + "/link"))
    mkfifo(folder + "/pipe", 0o600)
    symlink("/dev/zero", folder + "/device")
    try FileContents.write(FileContents.bytes(file.path), to: folder + "/copy")
    for name in ["pipe", "device", "copy", "none", "../../dev/zero"] { #expect(!opens("\(folder)/\(name)"), "\(name)") }
    #expect(!opens(""))
  }

  @Test("a file that somebody has a lease on is not waited for") func lease() throws {
    let file = try MappedProgram()
    let (_, mapping) = try #require(file.mapping)
    file.unmap()
    // The kernel tells its holder by a signal.
    signal(SIGIO, SIG_IGN)
    let holder = open(file.path, O_RDONLY)
    // Kernel: include/uapi/linux/fcntl.h, F_SETLEASE.
    let setLease: Int32 = 1024
    try #require(fcntl(holder, setLease, Int32(F_WRLCK)) == 0)
    #expect(MappedFile(mapping, path: Array(file.path.utf8), process: 0, root: .ours) == nil)
    close(holder)
    #expect(MappedFile(mapping, path: Array(file.path.utf8), process: 0, root: .ours) != nil)
  }
}

/// A file with one function, mapped into this process.
private final class MappedProgram {
  let folder: TemporaryFolder
  let path: String
  private let memory: UnsafeMutableRawPointer
  private static let size = 4096

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/program"
    var file = ELFBuilder()
    file.add("mapped", at: ELFBuilder.base + 0x40, size: 0x10)
    try FileContents.write(file.bytes, to: path)
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    memory = mmap(nil, Self.size, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0)
  }

  deinit { unmap() }

  func unmap() { munmap(memory, Self.size) }

  /// What a tracer that does not know the process yet calls the function's third byte.
  var name: String? {
    UserSymbols(Symbolizer.Options()).function(at: UInt64(UInt(bitPattern: memory)) + 0x42, process: getpid()).map {
      "\($0.name ?? "?")+\($0.offset)"
    }
  }

  var mapping: (MemoryMaps, MemoryMaps.Mapping)? {
    let maps = MemoryMaps(of: getpid())
    guard let maps, let mapping = maps.mapping(at: UInt64(UInt(bitPattern: memory))) else { return nil }
    return (maps, mapping)
  }
}

extension UserSymbols {
  func function(at address: UInt64, process: Int32) -> Frame? {
    frames(of: address, process: process, showsSource: false).last
  }
}
