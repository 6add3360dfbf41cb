import CElfutils
import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Debug information that was split off and is in a package (.dwp) alone. The release executable is checked by
/// Scripts/check-release.sh, whatever the machine's libdw is.
@Suite struct PackageTests {
  private static let source = """
    static inline __attribute__((always_inline)) void part(void) { HERE("inlined"); }
    __attribute__((noinline)) void whole(void) {
      part();
      HERE("plain");
    }
    int main(void) { whole(); STAY; }
    """
  private static let build =
    "cc -O2 -g -gdwarf-4 -gsplit-dwarf -c -o program.o program.c; cc -o program program.o; dwp -e program -o program.dwp; "
    + "rm *.dwo; "

  @Test(
    "a package beside the file is read",
    .enabled(if: DebugImage.readsPackages, "libdw \(DebugImage.libraryVersion) does not read .dwp"))
  func read() throws {
    let program = try CompiledProgram(Self.source, Self.build).start()
    #expect(try program.frames(at: "inlined").map(\.text) == ["[part] program.c:1", "whole program.c:3"])
    #expect(try program.frames(at: "plain").map(\.text) == ["whole program.c:4"])
  }

  @Test(
    "a package that is a pipe, is none, is cut off or is of another program harms nothing",
    arguments: [
      "rm program.dwp; mkfifo program.dwp", "echo none >program.dwp", "truncate -s 200 program.dwp",
      "rm program.dwp; ln -s /dev/zero program.dwp", "mkdir d; mv program.dwp d; cp program program.dwp",
    ])
  func damaged(change: String) throws {
    let program = try CompiledProgram(Self.source, Self.build + change).start()
    #expect(try program.frames(at: "plain").map(\.text) == ["whole program.c:4"])
  }

  @Test("a file that is cut off while libelf has it mapped ends nothing") func cut() throws {
    let program = try CompiledProgram(Self.source)
    let bytes = try FileContents.bytes(program.path)
    for length in stride(from: 0, to: bytes.count, by: 512) {
      let file = try AnonymousFile(bytes)
      let elf = try #require(swtrace_open_elf(file.descriptor))
      ftruncate(file.descriptor, off_t(length))
      var section: OpaquePointer?
      while let next = elf_nextscn(elf, section) {
        section = next
        _ = elf_getdata(next, nil).map { data in
          (0..<data.pointee.d_size).reduce(UInt8(0)) {
            $0 ^ (data.pointee.d_buf?.load(fromByteOffset: $1, as: UInt8.self) ?? 0)
          }
        }
      }
      swtrace_close_elf(elf)
    }
  }
}
