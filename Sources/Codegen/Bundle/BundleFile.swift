import TraceLang

/// A bundle with what it needs of the machine that runs it, as a file.
///
/// The file is a header of 20 bytes and the compact form of this value, everything little endian:
///
///     0   magic "SWTB"
///     4   format version, 32 bits
///     8   bytes that follow the header, 64 bits
///     16  CRC-32C of the 16 bytes before and of the bytes that follow, 32 bits
public struct BundleFile: Hashable, Sendable, Codable {
  /// The machine it was compiled for.
  public let machine: Machine
  /// Kernel features that the code uses.
  public let features: [KernelFeature]
  /// Whether the kernel was found to have `bpf_get_current_task_btf`, which tells how `thread_info` is laid out;
  /// `nil` where that did not matter.
  public let knowsCurrentTask: Bool?
  public let cpuDemand: CPUDemand
  /// What the code takes for granted of the kernel.
  public let facts: [KernelFact]
  public let bundle: Bundle

  public static let magic = Array("SWTB".utf8)
  /// Raised whenever a reader of the version before would misread a file.
  static let version: UInt32 = 9
  static let headerSize = 20

  /// - Parameter target: what the bundle was compiled for, with all questions of the compilation asked.
  public init(_ compilation: Compilation, target: RecordingTarget) {
    self.init(compilation.bundle, target: target, cpuDemand: compilation.cpuDemand)
  }

  /// The same of a bundle that is not just what was compiled.
  package init(_ bundle: Bundle, target: RecordingTarget, cpuDemand: CPUDemand) {
    self.cpuDemand = cpuDemand
    machine = target.machine
    features = target.askedFeatures.filter(\.value).map(\.key).sorted { $0.rawValue < $1.rawValue }
    knowsCurrentTask = target.askedFeatures[.currentTaskBTF]
    facts = target.kernelFacts()
    self.bundle = bundle
  }

  /// Whether a file that begins with these bytes is a bundle.
  public static func isRecognized(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: magic) }

  /// The same value gives the same bytes in every process.
  public func encoded() throws(BundleError) -> [UInt8] {
    let body: [UInt8]
    do {
      body = try CompactEncoder.encode(self)
    } catch {
      throw BundleError("the bundle cannot be written: \(error)")
    }
    return Self.sealed(body)
  }

  /// The file that has a body: with its length and checksum in front of it.
  static func sealed(_ body: [UInt8], version: UInt32 = version) -> [UInt8] {
    var bytes = magic
    bytes.append(word: version)
    bytes.append(word64: UInt64(body.count))
    bytes.append(word: checksum(header: bytes[...], body: body[...]))
    return bytes + body
  }

  /// - Throws: when the bytes are no bundle, not whole, changed, or of a version that is not known.
  public init(decoding bytes: [UInt8]) throws(BundleError) {
    guard Self.isRecognized(bytes) else { throw BundleError("this is not a bundle") }
    guard bytes.count >= Self.headerSize else { throw BundleError("the bundle is cut short: copy or build it again") }
    let (version, length, checksum) = bytes.withUnsafeBytes { header in
      (
        UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
        UInt64(littleEndian: header.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      )
    }
    guard version == Self.version else {
      throw BundleError(
        version > Self.version
          ? "the bundle is of version \(version), and this swtrace reads version \(Self.version): "
            + "use a newer swtrace or build it again"
          : "the bundle is of the old version \(version): build it again")
    }
    let body = bytes[Self.headerSize...]
    guard UInt64(body.count) >= length else {
      throw BundleError("the bundle is cut short: \(body.count) of \(length) bytes are there; copy or build it again")
    }
    guard UInt64(body.count) == length, Self.checksum(header: bytes[..<16], body: body) == checksum else {
      throw BundleError("the bundle is damaged: its checksum is wrong; copy or build it again")
    }
    do throws(CompactDecodingError) {
      self = try CompactDecoder.decode(BundleFile.self, from: Array(body))
    } catch {
      throw BundleError("the bundle was made by another swtrace that this one does not understand: build it again")
    }
    guard facts.allSatisfy(\.subject.isNamed) else {
      throw BundleError("the bundle contradicts itself: a fact is about no part of a kernel; build it again")
    }
    _ = try CheckedBundle(bundle)
  }

  private static func checksum(header: ArraySlice<UInt8>, body: ArraySlice<UInt8>) -> UInt32 {
    let crc = CRC32C()
    return crc.checksum(body, continuing: crc.checksum(header))
  }
}

/// Why a bundle cannot be read, written or run, in one line.
public struct BundleError: Error, Hashable, Sendable {
  public let message: String

  public init(_ message: String) { self.message = message }
}
