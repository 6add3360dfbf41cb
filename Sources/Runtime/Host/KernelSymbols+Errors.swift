import Glibc
import Symbolizer
import SystemPackage
import TraceLang

extension KernelSymbols {
  /// Calls `body` with each symbol until it returns false.
  func forEach(_ body: (Line) -> Bool) throws(TargetError) {
    let code = read(body)
    if code != 0 { throw TargetError("cannot read \(path): \(Errno(rawValue: code))") }
  }
}

extension UnsafeRawBufferPointer {
  func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let start = baseAddress, let otherStart = other.baseAddress else {
      return count == other.count
    }
    return memcmp(start, otherStart, count) == 0
  }

  func hasPrefix(_ bytes: [UInt8]) -> Bool {
    count >= bytes.count && UnsafeRawBufferPointer(rebasing: self[..<bytes.count]).hasSameBytes(as: bytes)
  }
}
