import Runtime
import Symbolizer
import TraceLang

/// A machine that knows only what a test tells it.
final class PlainHost: HostServices {
  var symbols: [UInt64: Frame] = [:]
  /// Of any process.
  var userFrames: [UInt64: [Frame]] = [:]
  /// Addresses that were asked for as those that calls return to.
  var returns: [UInt64] = []
  var tracepointIDs: [TracepointName: UInt64] = [:]
  /// The looks at processes that were asked for.
  private(set) var remembered: [(process: Int32, image: UInt64?)] = []

  func tracepointID(_ name: TracepointName) throws(TargetError) -> UInt64 {
    guard let id = tracepointIDs[name] else {
      throw TargetError("there is no tracepoint \(name.category):\(name.event)")
    }
    return id
  }

  func rawTracepointTypeID(_ name: String) throws(TargetError) -> UInt32 { throw TargetError("no BTF") }

  func kernelFrames(of address: UInt64, isReturn: Bool) -> [Frame] { symbols[address].map { [$0] } ?? [] }

  func frames(of address: UInt64, process: Int32, isReturn: Bool) -> [Frame] {
    if isReturn { returns.append(address) }
    return userFrames[address] ?? []
  }

  func remember(process: Int32, image: UInt64?) { remembered.append((process, image)) }

  func userName(_ identifier: UInt32) -> String? { identifier == 0 ? "root" : nil }
}
