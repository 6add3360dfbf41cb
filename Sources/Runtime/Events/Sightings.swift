import Codegen
import Symbolizer

/// Notes what processes have mapped as programs tell that they took addresses of them (`SightingStorage`).
final class Sightings {
  private let ring: RingBuffer
  private let host: any HostServices
  /// Nanoseconds that may be spent now, and the time of the last look at them.
  private var credit: UInt64 = Sightings.maximumCredit
  private var last = Clock.now

  /// A twentieth of the time is spent at most, in pieces of so many nanoseconds.
  private static let share: UInt64 = 20
  private static let maximumCredit: UInt64 = 50_000_000

  init(_ storage: SightingStorage, maps: [LoadedMap], host: any HostServices) throws(RuntimeError) {
    ring = try RingBuffer(map: maps[storage.records])
    self.host = host
  }

  var descriptor: Int32 { ring.descriptor }

  /// Looks at the processes that were told of. Those for which there is no time are told of again when they are seen as
  /// often again.
  func take() throws(RuntimeError) {
    var seen: [Int32: UInt64] = [:]
    _ = try ring.drain { record throws(RuntimeError) in
      typealias Record = SightingStorage.Record
      guard record.count >= Record.size else { return true }
      let process = record.loadUnaligned(fromByteOffset: Record.process, as: Int32.self)
      seen[process] = record.loadUnaligned(fromByteOffset: Record.image, as: UInt64.self)
      return true
    }
    for (process, image) in seen {
      let start = Clock.now
      credit = min(credit + (start - last) / Self.share, Self.maximumCredit)
      last = start
      if credit == 0 { return }
      host.remember(process: process, image: image)
      credit -= min(credit, Clock.now - start)
    }
  }
}
