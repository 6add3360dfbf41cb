import Glibc
import SystemPackage
import TraceLang

extension Machine {
  /// The machine this process runs on.
  /// - Throws: for an architecture there is no support for, and without /sys.
  public static func host() throws(TargetError) -> Machine {
    var names = utsname()
    guard uname(&names) == 0 else { throw TargetError("uname: \(Errno(rawValue: errno))") }
    let hardware = string(of: &names.machine)
    guard let architecture = Architecture(rawValue: hardware) else {
      throw TargetError("this machine is \(hardware); x86_64 and aarch64 are supported")
    }
    return Machine(
      architecture: architecture,
      isLittleEndian: UInt16(1).littleEndian == 1,
      possibleCPUs: try possibleCPUs(),
      pageSize: Int(getpagesize()),
      kernelRelease: string(of: &names.release))
  }

  /// How many elements the kernel copies of a per-CPU value (Kernel: kernel/bpf/arraymap.c, bpf_percpu_array_copy).
  private static func possibleCPUs() throws(TargetError) -> Int {
    let path = "/sys/devices/system/cpu/possible"
    guard let text = try? readFile(path), let list = CPUList(parsing: text) else {
      throw TargetError("cannot tell how many CPUs there may be from \(path): is /sys mounted?")
    }
    return list.count
  }

  /// The text in one of `utsname`'s arrays.
  private static func string<Array>(of array: inout Array) -> String {
    withUnsafeBytes(of: &array) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
