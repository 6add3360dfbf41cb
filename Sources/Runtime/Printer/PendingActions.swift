import CLibBPF
import Codegen

/// Actions that must not be lost, left in words of the data map by programs that found the ring buffer full.
enum PendingActions {
  struct Taken {
    let action: Action
    /// As in a record, without the header.
    let payload: [UInt8]
    /// On the kernel's monotonic clock, in nanoseconds.
    fileprivate let time: UInt64
  }

  /// What has come since the last call, in the order in which it was asked for.
  static func take(_ places: [PendingAction], from maps: MapReader) -> [Taken] {
    places.compactMap { pending in
      guard let words = maps.words(at: pending.place, count: PendingAction.size / 8) else { return nil }
      let time = swtrace_exchange_64(words.baseAddress, 0)
      if time == 0 { return nil }
      return Taken(action: pending.action, payload: Array(UnsafeRawBufferPointer(words).dropFirst(8)), time: time)
    }.sorted { $0.time < $1.time }
  }
}
