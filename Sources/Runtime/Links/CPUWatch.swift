import CLibBPF
import Codegen
import Glibc
import Symbolizer

/// Learns which CPUs go offline and come back: from the kernel's messages about its devices, which cost nothing until one
/// comes and need no right (Kernel: lib/kobject_uevent.c; "offline@/devices/system/cpu/cpu1").
final class CPUWatch {
  struct Change: Equatable {
    /// Whose perf events are gone; `nil` when messages were lost, so that any may be.
    let lost: Set<Int32>?
    /// The CPUs now, in ascending order; at least one.
    let online: [Int32]
  }

  private let socket: Descriptor

  /// `nil` where there is no such socket: CPUs are then as they were at the start.
  init?() {
    let descriptor = swtrace_device_messages()
    guard descriptor >= 0 else { return nil }
    socket = Descriptor(descriptor)
  }

  /// Readable when there are messages.
  var descriptor: Int32 { socket.rawValue }

  /// Takes the messages there are; `nil` when none is of CPUs.
  func change() -> Change? {
    var message = [UInt8](repeating: 0, count: 2048)
    var lost: Set<Int32>? = []
    var isChanged = false
    while true {
      let count = recv(socket.rawValue, &message, message.count, Int32(MSG_DONTWAIT))
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == ENOBUFS {
        lost = nil
        isChanged = true
        continue
      }
      guard count > 0 else { break }
      guard let (cpu, isOnline) = Self.cpu(of: message[..<count]) else { continue }
      isChanged = true
      if !isOnline { lost?.insert(cpu) }
    }
    return isChanged ? Change(lost: lost, online: OnlineCPUs.numbers()) : nil
  }

  /// The CPU that a message says to be online or offline.
  static func cpu(of message: ArraySlice<UInt8>) -> (number: Int32, isOnline: Bool)? {
    let words = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self).split(separator: "@", maxSplits: 1)
    let folder = "/devices/system/cpu/cpu"
    guard words.count == 2, words[1].hasPrefix(folder), let number = Int32(words[1].dropFirst(folder.count)) else {
      return nil
    }
    switch words[0] {
    case "online": return (number, true)
    case "offline": return (number, false)
    default: return nil
    }
  }
}
