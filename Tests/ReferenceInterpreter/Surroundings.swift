import TraceLang

/// What a running program learns of its machine, as a test wants it to be.
public struct Surroundings {
  public var pid: UInt32 = 1
  public var tid: UInt32 = 1
  public var uid: UInt32 = 0
  public var gid: UInt32 = 0
  public var comm = Array("test".utf8)
  public var cpu: UInt32 = 0
  public var nanoseconds: UInt64 = 1_000_000_000
  public var elapsed: UInt64 = 1000
  public var rand: UInt32 = 4
  public var task: UInt64 = 0xffff_8880_0000_0000
  public var cgroup: UInt64 = 1
  public var numaNode: UInt32 = 0
  public var jiffies: UInt64 = 1000
  /// `argN` of raw tracepoints.
  public var arguments: [UInt64] = []
  /// The bytes of a tracepoint's record.
  public var record: [UInt8] = []
  /// What lies at an address; `nil` where nothing can be read.
  public var memory: (_ address: UInt64, _ size: Int, AddressSpace) -> [UInt8]? = { _, _, _ in nil }

  public init() {}
}
