import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Paths that lead to something else by the time they are read, as whoever may write to their folder can have them do: what
/// they lead to is the right file or is left alone, and nothing is waited for.
@Suite(.timeLimit(.minutes(2))) struct SwappedFileTests {
  /// A path that a thread makes lead to one thing after the other, as fast as it can.
  private final class SwappedPath: Sendable {
    private let isDone = Guarded(false)
    private let rounds = Guarded(0)

    /// - Parameter others: paths of what it leads to in turn; each is linked to its place.
    init(_ path: String, _ others: [String]) throws {
      let (isDone, rounds) = (isDone, rounds)
      let thread = Aside()
      _ = try #require(
        thread.start {
          while !isDone.withLock({ $0 }) {
            for other in others {
              link(other, path + ".next")
              rename(path + ".next", path)
            }
            rounds.withLock { $0 += 1 }
          }
          isDone.withLock { $0 = false }
        })
    }

    func end() {
      isDone.withLock { $0 = true }
      // The last change is made.
      isDone.wait { $0 ? nil : () }
      #expect(rounds.withLock { $0 } > 10)
    }
  }

  /// Names of a folder for what is no right file: a pipe, a device, and a link to what only root may read.
  private func traps(in folder: String, secret: String) -> [String] {
    mkfifo(folder + "/pipe", 0o644)
    symlink("/dev/zero", folder + "/zero")
    symlink(secret, folder + "/secret")
    symlink(folder, folder + "/folder")
    return ["pipe", "zero", "secret", "folder"].map { "\(folder)/\($0)" }
  }

  private static let program = """
    static __attribute__((noinline)) void hidden(void) { HERE("hidden"); }
    int main(void) { hidden(); STAY; }
    """

  @Test("a debug file's path") func debugLink() throws {
    let build = "cc -O2 -g -Wl,--build-id -o program program.c; objcopy --only-keep-debug program debug; "
    let program = try CompiledProgram(
      Self.program,
      build + "cp debug right; strip program; objcopy --add-gnu-debuglink=debug program; mv program kept; "
        + "sed -i s/hidden/secret/g program.c; \(build) mv debug other; mv kept program; cp right debug; chmod 600 other"
    )
    let folder = program.folder
    let swapped = try SwappedPath(
      folder + "/debug", [folder + "/right"] + traps(in: folder, secret: folder + "/other"))
    let running = try program.start()
    var found: Set<[String]> = []
    for _ in 0..<300 { found.insert(try running.frames(at: "hidden").map(\.text)) }
    swapped.end()
    #expect(found.isSubset(of: [["hidden program.c:1"], ["?"], []]))
    #expect(found.contains(["hidden program.c:1"]))
  }

  @Test("a perf map's path") func perfMap() throws {
    let program = try CompiledProgram(
      """
      #include <sys/mman.h>
      \(PerfMapTests.writer)
      int main(void) { write_map("made", 0); STAY; }
      """, "cc -O2 -o program program.c")
    let running = try program.start()
    let (folder, map) = (program.folder, "/tmp/perf-\(running.pid).map")
    defer { unlink(map) }
    let text = try FileContents.text(map)
    try FileContents.write(text, to: folder + "/right")
    try FileContents.write(text.replacing("made", with: "secret"), to: folder + "/hidden")
    chmod(folder + "/hidden", 0o600)
    let swapped = try SwappedPath(map, [folder + "/right"] + traps(in: folder, secret: folder + "/hidden"))
    var found: Set<[String]> = []
    for _ in 0..<1000 { found.insert(try running.names(at: "made")) }
    swapped.end()
    #expect(found.isSubset(of: [["made"], []]))
    #expect(found.contains(["made"]))
  }

  @Test("a mapped file's path") func mapped() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/program"
    var file = ELFBuilder()
    file.add("mapped", at: ELFBuilder.base + 0x40, size: 0x10)
    for name in ["program", "other"] { try FileContents.write(file.bytes, to: "\(folder.path)/\(name)") }
    link(path, folder.path + "/right")
    var status = stat()
    try #require(stat(path, &status) == 0)
    let descriptor = open(path, O_RDONLY)
    let memory = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0)
    close(descriptor)
    defer { munmap(memory, 4096) }
    let mapping = try #require(MemoryMaps(of: getpid())?.mapping(at: UInt64(UInt(bitPattern: memory))))
    let swapped = try SwappedPath(
      path, [folder.path + "/right"] + traps(in: folder.path, secret: folder.path + "/other"))
    var opened = 0
    for _ in 0..<3000 {
      // A process that there is not: the path is all there is.
      guard let file = MappedFile(mapping, path: Array(path.utf8), process: 0, root: .ours) else { continue }
      opened += 1
      var found = stat()
      #expect(fstat(file.descriptor.rawValue, &found) == 0 && found.st_ino == status.st_ino)
    }
    swapped.end()
    #expect(opened > 0)
  }
}
