/// A hash of bytes that is the same in every process and on every machine: 64-bit FNV-1a (RFC 9923).
public enum Fingerprint {
  public static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
