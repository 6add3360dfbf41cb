/// Constants of the kernel's own headers that neither BTF nor the headers for programs have.
enum KernelConstants {
  /// By the last part of the header's name.
  static let byHeader: [String: [String: UInt64]] = [
    // Kernel: include/linux/sched.h.
    "sched.h": [
      "TASK_RUNNING": 0, "TASK_INTERRUPTIBLE": 1, "TASK_UNINTERRUPTIBLE": 2, "__TASK_STOPPED": 4, "__TASK_TRACED": 8,
      "EXIT_DEAD": 16, "EXIT_ZOMBIE": 32, "TASK_PARKED": 64, "TASK_DEAD": 128, "TASK_WAKEKILL": 256, "TASK_WAKING": 512,
      "TASK_NOLOAD": 1024, "TASK_NEW": 2048,
    ],
    // Kernel: include/linux/socket.h.
    "socket.h": [
      "AF_UNSPEC": 0, "AF_UNIX": 1, "AF_LOCAL": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17,
    ],
  ]

  /// Those of a header, by its name as included.
  static func constants(of header: String) -> [String: UInt64] {
    byHeader[header.split(separator: "/").last.map(String.init) ?? header] ?? [:]
  }
}
