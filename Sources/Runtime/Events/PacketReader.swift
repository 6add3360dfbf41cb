import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Takes the packets that programs send by perf events, one buffer for each CPU, and writes them to PCAP files.
final class PacketReader {
  /// Pages of a buffer: some packets of the greatest size.
  private static let pages = 128

  private let buffer: OpaquePointer
  private let packets: Packets

  /// What came and is to be written.
  private final class Packets {
    struct Packet {
      let time: UInt64
      let file: Int
      let bytes: [UInt8]
      /// Bytes of the packet from the first that is wanted on.
      let length: Int
    }

    var waiting: [Packet] = []
    var lost: UInt64 = 0
  }

  /// By the index of `Bundle.packetFiles`.
  private var files: [PacketFile]

  init(map: LoadedMap, files: [String]) throws(RuntimeError) {
    let packets = Packets()
    let context = Unmanaged.passUnretained(packets).toOpaque()
    let buffer = perf_buffer__new(
      map.fd, Self.pages,
      { context, _, data, size in
        guard let context, let data, Int(size) >= PacketHeader.size else { return }
        let packets = Unmanaged<Packets>.fromOpaque(context).takeUnretainedValue()
        packets.waiting.append(PacketReader.packet(UnsafeRawBufferPointer(start: data, count: Int(size))))
      },
      { context, _, count in
        guard let context else { return }
        Unmanaged<Packets>.fromOpaque(context).takeUnretainedValue().lost += count
      }, context, nil)
    guard let buffer else { throw .failure(doing: "make buffers for packets", code: errno) }
    self.buffer = buffer
    self.packets = packets
    self.files = files.map(PacketFile.init)
  }

  deinit { perf_buffer__free(buffer) }

  /// Readable when there are packets.
  var descriptor: Int32 { perf_buffer__epoll_fd(buffer) }

  private static func packet(_ record: UnsafeRawBufferPointer) -> Packets.Packet {
    let start = Int(record.loadUnaligned(fromByteOffset: PacketHeader.start, as: UInt32.self))
    let end = Int(clamping: record.loadUnaligned(fromByteOffset: PacketHeader.end, as: UInt64.self))
    let sent = record.dropFirst(PacketHeader.size)
    // The kernel fills a record up to a multiple of 8 bytes.
    let bytes = sent.prefix(min(end, sent.count)).dropFirst(start)
    return Packets.Packet(
      time: record.loadUnaligned(fromByteOffset: PacketHeader.time, as: UInt64.self),
      file: Int(record.loadUnaligned(fromByteOffset: PacketHeader.file, as: UInt32.self)), bytes: Array(bytes),
      length: max(0, end - start))
  }

  /// Writes what has come from all CPUs, in the order of its time.
  func take() {
    perf_buffer__consume(buffer)
    let offset = ClockOffset.now(CLOCK_REALTIME)
    for packet in packets.waiting.sorted(by: { $0.time < $1.time }) where files.indices.contains(packet.file) {
      files[packet.file].append(packet.bytes, length: packet.length, at: UInt64(bitPattern: offset) &+ packet.time)
    }
    packets.waiting = []
    for index in files.indices { files[index].flush() }
  }

  /// Takes what is left, and tells what was lost and what could not be written.
  func finish(_ tell: (String) -> Void) {
    take()
    if packets.lost > 0 { tell("\(packets.lost) packets were lost: they came faster than they could be written") }
    for file in files {
      if let failure = file.failure { tell("cannot write packets to '\(file.path)': \(failure)") }
    }
  }
}
