import Codegen

extension Bundle {
  /// Nanoseconds between samples of each CPU, where the script samples by a clock and by one rate.
  var samplingPeriod: UInt64? {
    let periods = Set(hooks.compactMap(\.point.samplingPeriod))
    return periods.count == 1 ? periods.first : nil
  }
}

extension Hook.Point {
  fileprivate var samplingPeriod: UInt64? {
    guard case .perfEvent(let event) = self, event.kind == .software, event.config == PerfEvent.cpuClock,
      event.cpus == .every
    else { return nil }
    switch event.sampling {
    case .period(let nanoseconds): return nanoseconds
    case .frequency(let hertz): return hertz == 0 ? nil : 1_000_000_000 / hertz
    }
  }
}
