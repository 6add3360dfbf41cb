import TraceLang

/// Memory for the processor's debug registers to watch: the traced process's, where there is one, else the kernel's.
public struct Breakpoint: Hashable, Sendable, Codable {
  public let address: UInt64
  /// Bytes: 1, 2, 4 or 8.
  public let length: UInt64
  public let access: Watchpoint.Access

  public init(address: UInt64, length: UInt64, access: Watchpoint.Access) {
    self.address = address
    self.length = length
    self.access = access
  }

  /// Kernel: include/uapi/linux/hw_breakpoint.h, HW_BREAKPOINT_R, _W, _RW, _X.
  public var accessBits: UInt32 {
    switch access {
    case .read: 1
    case .write: 2
    case .readWrite: 3
    case .execute: 4
    }
  }

  var description: String { "breakpoint \(access.rawValue) 0x\(String(address, radix: 16)) length \(length)" }
}
