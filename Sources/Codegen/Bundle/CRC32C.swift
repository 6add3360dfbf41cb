/// The checksum of bundle files: CRC-32C (Castagnoli), as in RFC 3720, appendix B.4: reflected, initially and finally
/// inverted. It finds every change within 32 bits that follow each other.
struct CRC32C {
  /// 0x1EDC6F41 with its bits in reverse.
  private static let polynomial: UInt32 = 0x82f6_3b78

  private let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ polynomial }
  }

  func checksum(_ bytes: ArraySlice<UInt8>, continuing previous: UInt32 = 0) -> UInt32 {
    var value = ~previous
    bytes.withUnsafeBytes { bytes in
      for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    }
    return ~value
  }
}
