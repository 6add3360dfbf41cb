import Glibc
import Symbolizer
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// A zip archive as a test wants it.
struct ZipBuilder {
  var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// - Parameter alignment: of the contents in the archive.
  mutating func add(
    _ name: String, _ contents: [UInt8], alignment: Int = 4096, method: UInt16 = 0, flags: UInt16 = 0
  ) {
    let start = bytes.count
    // What is missing to the alignment is in an extra field.
    let end = start + 30 + name.utf8.count
    let padding = (alignment - end % alignment) % alignment
    func common(_ extra: Int) -> [UInt8] {
      words(20 as UInt16, flags, method) + words(0 as UInt32, 0) + words(UInt32(contents.count), UInt32(contents.count))
        + words(UInt16(name.utf8.count), UInt16(extra))
    }
    bytes += words(0x0403_4b50 as UInt32) + common(padding) + Array(name.utf8) + [UInt8](repeating: 0, count: padding)
    bytes += contents
    directory += words(0x0201_4b50 as UInt32) + words(20 as UInt16) + common(0) + words(0 as UInt16, 0, 0)
    directory += words(0 as UInt32, UInt32(start)) + Array(name.utf8)
    count += 1
  }

  func finished(comment: String = "") -> [UInt8] {
    bytes + directory + words(0x0605_4b50 as UInt32) + words(0 as UInt16, 0, count, count)
      + words(UInt32(directory.count), UInt32(bytes.count)) + words(UInt16(comment.utf8.count)) + Array(comment.utf8)
  }

  private func words<Number: FixedWidthInteger>(_ numbers: Number...) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }
}

/// `uprobe:ARCHIVE!/ENTRY:FUNCTION`: code that programs map from an archive, as those of Android do.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct ArchiveTests {
  /// Maps the whole entry and calls a function at an offset of the archive.
  private static let program = Result {
    try TestProgram(
      """
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>

      int main(int count, char **words) {
        int file = open(words[1], O_RDONLY);
        char *code = mmap(0, 1 << 20, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
        if (code == MAP_FAILED) return 1;
        for (int i = 0; i < 5; i++) ((int (*)(int))(code + atol(words[2])))(i);
        return 0;
      }
      """, name: "mapper")
  }

  private static let library = Result {
    try TestProgram(
      """
      __attribute__((noinline, noipa)) int before(int n) { return n + 1; }
      __attribute__((noinline, noipa)) int inside(int n) { return n + 2; }
      int value = 5;
      """, name: "inside.so", options: ["-shared", "-fPIC"])
  }

  private func archive(_ folder: borrowing TemporaryFolder) throws -> String {
    let library = try FileContents.bytes(Self.library.get().path)
    var zip = ZipBuilder()
    zip.add("notes.txt", Array("some notes".utf8), alignment: 1)
    zip.add("lib/packed.so", library, method: 8)
    zip.add("lib/inside.so", library)
    zip.add("lib/moved.so", library, alignment: 1)
    zip.add("lib/secret.so", library, flags: 1)
    return try Self.file("app.zip", zip.finished(comment: "a comment"), folder)
  }

  private static func file(_ name: String, _ bytes: [UInt8], _ folder: borrowing TemporaryFolder) throws -> String {
    let path = try folder.file(name, "")
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    defer { _ = close(descriptor) }
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    return path
  }

  @Test("functions are found in an entry, and stop where programs map it") func functions() throws {
    let folder = try TemporaryFolder()
    let path = try archive(folder)
    let binary = "\(path)!/lib/inside.so"
    let target = try HostTarget()
    #expect(try target.binaries(named: binary) == [binary])
    #expect(try target.binaries(named: "\(folder.path)/*.zip!/lib/inside.so") == [binary])
    let function = try #require(try target.functions(of: binary, matching: "inside")?.first)
    let result = try Swtrace.output(
      """
      u:\(binary):inside { @[probe, func] = sum(arg0); }
      ur:\(binary):inside { @end = sum(retval); }
      u:\(binary):before { @before = count(); }
      """, command: "\(try Self.program.get().path) \(path) \(function.offset)")
    #expect(result.output == "\n\n@[uprobe:\(binary):inside, inside]: 10\n@end: 20\n", "\(result)")
    #expect(result.errors == "")
  }

  @Test("an address of an entry is one of its own") func addresses() throws {
    let folder = try TemporaryFolder()
    let binary = "\(try archive(folder))!/lib/inside.so"
    let target = try HostTarget()
    let function = try #require(try target.functions(of: binary, matching: "inside")?.first)
    let address = try #require(try target.address(in: binary, at: function.offset))
    #expect(address < 0x10000)
    #expect(try target.fileOffset(in: binary, of: address) == function.offset)
    #expect(try target.variables(of: binary, matching: "value")?.first?.size == 4)
    #expect(try target.usdtSites(of: binary) == [])
  }

  @Test("what cannot be probed is told") func mistakes() throws {
    let folder = try TemporaryFolder()
    let path = try archive(folder)
    _ = try Self.file("text", Array("no archive".utf8), folder)
    for (probe, message) in [
      ("u:ZIP!/lib/packed.so:inside", "'lib/packed.so' of 'ZIP' is compressed"),
      ("u:ZIP!/lib/moved.so:inside", "'lib/moved.so' of 'ZIP' does not begin at a page"),
      ("u:ZIP!/lib/secret.so:inside", "'lib/secret.so' of 'ZIP' is encrypted"),
      ("u:ZIP!/lib/other.so:inside", "'ZIP' has no entry 'lib/other.so'"),
      ("u:ZIP!/:inside", "'ZIP' has no entry ''"),
      ("usdt:ZIP!/lib/packed.so:inside", "'lib/packed.so' of 'ZIP' is compressed"),
      ("u:ZIP!/lib/inside.so:insde", "'ZIP!/lib/inside.so' has no function 'insde'"),
      ("u:\(folder.path)/text!/lib/inside.so:inside", "'\(folder.path)/text' is no zip archive"),
      ("u:\(folder.path)/none!/lib/inside.so:inside", "there is no binary '\(folder.path)/none!/lib/inside.so'"),
    ] {
      let result = try Swtrace.output(probe.replacing("ZIP", with: path) + " { }")
      #expect(result.errors.replacing(path, with: "ZIP").contains("ERROR: \(message)"), "\(result.errors)")
      #expect(result.ending == .exited(1))
    }
  }

  @Test("damaged archives are refused or read, and trap nothing") func damage() throws {
    let folder = try TemporaryFolder()
    var zip = ZipBuilder()
    zip.add("a", [1, 2, 3], alignment: 1)
    zip.add("lib/x.so", [0x7F, 0x45, 0x4C, 0x46])
    let bytes = zip.finished(comment: "x")
    var random = SplitMix(seed: 11)
    var refusals: Set<String> = []
    for number in 0..<1000 {
      let path = try Self.file("damaged", number == 0 ? [] : random.damaged(bytes), folder)
      do throws(TargetError) {
        if let file = try BinaryFile(path: path + "!/lib/x.so") { #expect(file.part.length <= UInt64(UInt32.max)) }
      } catch {
        refusals.insert(error.message.replacing(path, with: "ZIP"))
      }
    }
    #expect(refusals.contains("'ZIP' is no zip archive") && refusals.count > 3, "\(refusals)")
    let large = try Self.file("large", bytes.dropLast(7) + [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0x78], folder)
    #expect(throws: TargetError("'\(large)' is an archive of the zip64 format, which is not read")) {
      _ = try BinaryFile(path: large + "!/a")
    }
  }
}
