extension MemoryMaps {
  /// Of a process; `nil` when it is gone or may not be looked at.
  package init?(of process: Int32) {
    var code: Int32 = 0
    self = MemoryMaps { body in code = FileReading.forEachLine(ofFile: "/proc/\(process)/maps", body) }
    if code != 0 { return nil }
  }
}
