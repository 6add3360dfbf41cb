import CElfutils
import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Files that are damaged, or made to do harm.
@Suite struct DamageTests {
  private static let source = """
    static inline __attribute__((always_inline)) int part(int n) { volatile int x = n; return x + n; }
    int work(int n) { return part(n) + part(2); }
    """

  /// A small file with debug information, and where its function is.
  private func object(_ options: String) throws -> (bytes: [UInt8], addresses: Range<UInt64>) {
    let program = try CompiledProgram(
      Self.source, "cc -O2 -g \(options) -nostdlib -shared -Wl,--build-id -o program program.c")
    let bytes = try FileContents.bytes(program.path)
    let elf = try #require(try openELF(bytes))
    let text = try #require(elf.file.section(named: ".text"))
    return (bytes, text.address..<text.address + text.size)
  }

  private func openELF(_ bytes: [UInt8]) throws -> (file: ELFFile, descriptor: AnonymousFile)? {
    let file = try AnonymousFile(bytes)
    return ELFFile(descriptor: file.descriptor).map { ($0, file) }
  }

  /// Reads all that there is to read; how many functions it found.
  private func read(_ file: AnonymousFile, _ addresses: Range<UInt64>) -> Int {
    guard let elf = ELFFile(descriptor: file.descriptor) else { return 0 }
    _ = (elf.buildID, elf.debugLink, elf.miniDebugInfo, ELFSymbols(descriptor: file.descriptor))
    guard let lookup = SourceLookup(descriptor: file.descriptor) else { return 0 }
    return stride(from: addresses.lowerBound, to: addresses.upperBound, by: 8)
      .reduce(0) { $0 + lookup.places(at: $1).count }
  }

  @Test("a file that ends anywhere is read as far as it goes", arguments: ["", "-gdwarf-4", "-gz"])
  func truncated(options: String) throws {
    let (bytes, addresses) = try object(options)
    let file = try AnonymousFile(bytes)
    #expect(read(file, addresses) > 2)
    for length in stride(from: bytes.count - 1, through: 0, by: -1) {
      ftruncate(file.descriptor, off_t(length))
      _ = read(file, addresses)
    }
  }

  @Test("a file with damaged bytes is read or refused", arguments: ["", "-gdwarf-4", "-gz"])
  func damaged(options: String) throws {
    let (bytes, addresses) = try object(options)
    var random = SplitMix(seed: 5)
    let file = try AnonymousFile(bytes)
    for _ in 0..<3000 {
      let damaged = random.damaged(bytes)
      ftruncate(file.descriptor, off_t(damaged.count))
      pwrite(file.descriptor, damaged, damaged.count, 0)
      _ = read(file, addresses)
    }
  }

  @Test("a file that is cut off while it is read ends nothing") func cut() throws {
    let (bytes, addresses) = try object("")
    for length in stride(from: 0, to: bytes.count, by: 512) {
      let file = try AnonymousFile(bytes)
      let lookup = try #require(SourceLookup(descriptor: file.descriptor))
      ftruncate(file.descriptor, off_t(length))
      _ = lookup.places(at: addresses.lowerBound)
    }
  }

  @Test("sections that claim to unpack to more than is allowed are left packed") func bomb() throws {
    var (bytes, addresses) = try object("-gz")
    let elf = try #require(try openELF(bytes))
    let section = try #require(elf.file.section(named: ".debug_info"))
    // ch_size of Elf64_Chdr.
    withUnsafeBytes(of: UInt64(1) << 40) { size in
      for (index, byte) in size.enumerated() { bytes[Int(section.offset) + 8 + index] = byte }
    }
    let file = try AnonymousFile(bytes)
    let lookup = try #require(SourceLookup(descriptor: file.descriptor))
    #expect(lookup.places(at: addresses.lowerBound).isEmpty)
    addresses = 0..<1
  }

  @Test("work that crashes ends alone") func guarded() {
    #expect(swtrace_guarded({ _ in }, nil) == 0)
    #expect(swtrace_guarded({ _ in abort() }, nil) == -1)
    #expect(
      swtrace_guarded({ place in place?.storeBytes(of: 1, as: Int.self) }, UnsafeMutableRawPointer(bitPattern: 16))
        == -1)
    #expect(swtrace_guarded({ _ in }, nil) == 0)
  }
}
