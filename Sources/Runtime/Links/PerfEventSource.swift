import CLibBPF
import SystemPackage
import TraceLang

/// A kind of perf event that the kernel numbers when it starts: "kprobe", "uprobe"
/// (Kernel: Documentation/ABI/testing/sysfs-bus-event_source-devices).
struct PerfEventSource {
  /// For `perf_event_attr.type`.
  private let type: UInt32
  /// The bit of `config` that asks for the return of a function.
  private let returnBit: UInt64
  /// The bits of `config` above this one are where a semaphore lies (4.20; Kernel: kernel/events/core.c,
  /// PERF_UPROBE_REF_CTR_OFFSET_SHIFT).
  private static let semaphoreShift: UInt64 = 32

  /// `nil` when the kernel has none of the name.
  init?(_ name: String) {
    let folder = "/sys/bus/event_source/devices/\(name)/"
    guard let number = Self.text(folder + "type"), let type = UInt32(number) else { return nil }
    self.type = type
    // "config:0"
    let bit = Self.text(folder + "format/retprobe")?.split(separator: ":").last.flatMap { UInt64($0) } ?? 0
    returnBit = 1 << min(bit, 63)
  }

  /// A stopped event at an offset into a function or file, or at an address where there is no name; or -1 and errno.
  /// - Parameter process: whose threads alone stop there (of user code; Kernel: kernel/trace/trace_uprobe.c,
  ///   uprobe_perf_filter); `nil` for all.
  func open(
    _ name: String?, _ offset: UInt64, isReturn: Bool, semaphore: UInt64 = 0, cpu: Int32, process: Int32? = nil
  ) -> Int32 {
    // An event of a task is on whatever CPU that is on.
    let (task, cpu) = process.map { ($0, -1) } ?? (-1, cpu)
    let config = (isReturn ? returnBit : 0) | semaphore << Self.semaphoreShift
    guard let name else { return swtrace_perf_probe_open(type, config, 0, offset, task, cpu) }
    return name.systemCString.withUnsafeBufferPointer {
      swtrace_perf_probe_open(type, config, UInt64(UInt(bitPattern: $0.baseAddress)), offset, task, cpu)
    }
  }

  private static func text(_ path: String) -> String? {
    guard let bytes = try? openFile(path).closing({ file throws(Errno) in try file.readAll() }) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
