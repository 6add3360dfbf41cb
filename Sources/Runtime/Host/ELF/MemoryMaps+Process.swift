extension MemoryMaps {
  /// Of a process; `nil` when it is gone or may not be looked at.
  init?(of process: Int32) {
    let maps = try? openFile("/proc/\(process)/maps").closing { file in
      try MemoryMaps { body in try file.forEachLine(body) }
    }
    guard let maps else { return nil }
    self = maps
  }
}
