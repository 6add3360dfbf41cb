import CLibBPF
import Glibc
import Symbolizer
import SystemPackage
import TraceLang

/// A file in the format of libpcap (pcap-savefile(5)), of packets that begin with their IP header; made when there is one.
struct PacketFile {
  let path: String
  /// Why packets are missing.
  private(set) var failure: Errno?

  private var descriptor: Descriptor?
  private var waiting: [UInt8] = []

  /// Numbers of microseconds; libpcap: sf-pcap.c, TCPDUMP_MAGIC.
  private static let magic: UInt32 = 0xa1b2_c3d4
  /// LINKTYPE_RAW.
  private static let rawIP: UInt32 = 101

  init(_ path: String) { self.path = path }

  /// - Parameters:
  ///   - length: bytes that there were of the packet.
  ///   - time: nanoseconds of the wall clock.
  mutating func append(_ bytes: [UInt8], length: Int, at time: UInt64) {
    if descriptor == nil, failure == nil { create() }
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    add(UInt32(truncatingIfNeeded: seconds))
    add(UInt32(rest / 1000))
    add(UInt32(clamping: bytes.count))
    add(UInt32(clamping: length))
    waiting += bytes
  }

  private mutating func create() {
    let descriptor = open(path.systemCString, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      failure = Errno(rawValue: errno)
      return
    }
    self.descriptor = Descriptor(descriptor)
    add(Self.magic)
    // Version 2.4.
    add(2 | 4 << 16)
    add(0)
    add(0)
    add(UInt32(clamping: LibraryFunction.longestPacket))
    add(Self.rawIP)
  }

  private mutating func add(_ word: UInt32) {
    withUnsafeBytes(of: word) { waiting += $0 }
  }

  /// Writes out what waits.
  mutating func flush() {
    defer { waiting.removeAll(keepingCapacity: true) }
    guard let descriptor, failure == nil else { return }
    var rest = waiting[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor.rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        failure = Errno(rawValue: errno)
        return
      }
      rest = rest.dropFirst(count)
    }
  }
}
