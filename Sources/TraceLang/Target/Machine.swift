/// The machine's own constants.
public struct Machine: Hashable, Sendable, Codable {
  public enum Architecture: String, Hashable, Sendable, Codable {
    case x86_64, aarch64
  }

  public let architecture: Architecture
  public let isLittleEndian: Bool
  /// CPUs that may ever be online: the length of a per-CPU value ("/sys/devices/system/cpu/possible").
  public let possibleCPUs: Int
  public let pageSize: Int
  /// "6.18.4"; only shown, never decided on.
  public let kernelRelease: String

  public init(
    architecture: Architecture, isLittleEndian: Bool, possibleCPUs: Int, pageSize: Int, kernelRelease: String
  ) {
    self.architecture = architecture
    self.isLittleEndian = isLittleEndian
    self.possibleCPUs = possibleCPUs
    self.pageSize = pageSize
    self.kernelRelease = kernelRelease
  }
}
