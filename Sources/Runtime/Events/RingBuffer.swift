import CLibBPF
import Codegen
import Glibc

/// The reading side of a BPF ring buffer, straight from the pages it shares with the kernel.
///
/// Kernel: Documentation/bpf/ringbuf.rst, kernel/bpf/ringbuf.c: a page with the consumer's position, a page with the
/// producer's, and the data mapped twice in a row so that a record never wraps.
struct RingBuffer {
  /// Kernel: include/uapi/linux/bpf.h, BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT, BPF_RINGBUF_HDR_SZ.
  private static let busy: UInt32 = 1 << 31
  private static let discarded: UInt32 = 1 << 30
  private static let headerSize = 8

  let descriptor: Int32
  private let consumer: Mapping
  private let producer: Mapping
  private let data: UnsafeRawPointer
  private let mask: UInt64

  init(map: LoadedMap) throws(RuntimeError) {
    let size = map.spec.maxEntries
    guard let consumer = Mapping(descriptor: map.fd, count: Page.size, protection: PROT_READ | PROT_WRITE),
      let producer = Mapping(
        descriptor: map.fd, count: Page.size + 2 * size, protection: PROT_READ, offset: Page.size)
    else { throw .failure(doing: "map the ring buffer into memory", code: errno) }
    descriptor = map.fd
    self.consumer = consumer
    self.producer = producer
    data = UnsafeRawPointer(producer.base) + Page.size
    mask = UInt64(size) - 1
  }

  /// Gives every record finished by now to `body`, whose pointers are good for the call only, until it returns `false`.
  /// - Returns: how many records `body` saw.
  func drain(_ body: (UnsafeRawBufferPointer) throws(RuntimeError) -> Bool) throws(RuntimeError) -> Int {
    var position = swtrace_load_acquire_64(consumer.base)
    var count = 0
    let end = swtrace_load_acquire_64(producer.base)
    while position < end {
      let record = data + Int(position & mask)
      let header = swtrace_load_acquire_32(record)
      if header & Self.busy != 0 { break }
      let length = Int(header & ~(Self.busy | Self.discarded))
      var goesOn = true
      if header & Self.discarded == 0 {
        goesOn = try body(UnsafeRawBufferPointer(start: record + Self.headerSize, count: length))
        count += 1
      }
      position += UInt64((length + Self.headerSize + 7) & ~7)
      swtrace_store_release_64(consumer.base, position)
      if !goesOn { break }
    }
    return count
  }
}
