import CLibBPF
import Glibc

/// Network addresses as text.
enum NetworkText {
  /// An address family (32 bits) and the address's 4 or 16 bytes; nothing for other families.
  static func append(inet value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let family = Int32(truncatingIfNeeded: value.loadUnaligned(as: UInt32.self))
    guard family == AF_INET || family == AF_INET6 else { return }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(family, value + 4, &text, socklen_t(text.count)) != nil else { return }
    buffer.append(text, count: strlen(text))
  }

  /// Six bytes as "0A:1B:2C:3D:4E:5F".
  static func append(mac value: UnsafeRawPointer, to buffer: OutputBuffer) {
    for index in 0..<6 {
      if index > 0 { buffer.append(UInt8(ascii: ":")) }
      let byte = value.load(fromByteOffset: index, as: UInt8.self)
      if byte < 16 { buffer.append(UInt8(ascii: "0")) }
      buffer.append(hex: UInt64(byte), upper: true)
    }
  }
}
