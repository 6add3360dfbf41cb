import Glibc
import TraceLang

extension HostTarget {
  func find(_ question: ProcessQuestion) -> Answer {
    switch question {
    case .cgroupID(let path): .number(cgroups.identifier(ofPath: path))
    case .pidNamespace: .namespace(Self.currentPIDNamespace())
    }
  }

  /// The inode of the initial PID namespace (Kernel: include/linux/proc_ns.h, PROC_PID_INIT_INO).
  private static let initialPIDNamespace: UInt64 = 0xEFFF_FFFC

  private static func currentPIDNamespace() -> PIDNamespace? {
    var status = stat()
    guard stat("/proc/self/ns/pid", &status) == 0, UInt64(status.st_ino) != initialPIDNamespace else { return nil }
    return PIDNamespace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
