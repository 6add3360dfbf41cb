import SystemPackage

/// The CPUs that perf events can be opened on.
enum OnlineCPUs {
  /// In ascending order; CPU 0 when the kernel does not say.
  static func numbers() -> [Int32] {
    guard let file = try? FileDescriptor.open("/sys/devices/system/cpu/online", .readOnly) else { return [0] }
    defer { try? file.close() }
    guard let text = try? file.readAll(), let list = CPUList(parsing: text), list.count > 0 else { return [0] }
    return list.numbers.map(Int32.init)
  }
}
