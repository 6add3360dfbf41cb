@testable import Codegen

/// Byte-addressed memory of the interpreters; reading a byte that was never written is an error.
struct Memory {
  enum Fault: Error { case uninitialized(UInt64) }

  private var bytes: [UInt64: UInt8] = [:]

  func load(_ address: UInt64, _ size: Int) throws -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<size).reversed() {
      guard let byte = bytes[address &+ UInt64(index)] else { throw Fault.uninitialized(address) }
      value = value << 8 | UInt64(byte)
    }
    return value
  }

  mutating func store(_ address: UInt64, _ size: Int, _ value: UInt64) {
    for index in 0..<size { bytes[address &+ UInt64(index)] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }
}

/// What the helpers in random programs do, the same way in both interpreters.
enum HelperModel {
  /// `probe_read_kernel` of an address that is never mapped fails with -EFAULT and zeroes its destination.
  static func call(_ helper: Helper, _ arguments: [UInt64], _ memory: inout Memory) -> UInt64 {
    switch helper {
    case .probeReadKernel:
      for index in 0..<arguments[1] { memory.store(arguments[0] + index, 1, 0) }
      return UInt64(bitPattern: -14)
    default: return 0x1234_5678
    }
  }

  static let contextBase: UInt64 = 0x2000_0000
}
