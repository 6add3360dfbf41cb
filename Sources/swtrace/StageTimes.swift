import Glibc

/// How long the stages of a compilation took.
struct StageTimes {
  private var last = StageTimes.now
  private var stages: [(name: String, nanoseconds: UInt64)] = []

  /// The stage that began with the one before, or with this value, has ended.
  mutating func end(_ name: String) {
    let now = Self.now
    stages.append((name, now - last))
    last = now
  }

  /// A line a stage: its name and milliseconds of processor time, three digits behind the point; then their sum.
  var text: String {
    let total = stages.reduce(0) { $0 + $1.nanoseconds }
    return (stages + [("all", total)]).map { name, nanoseconds in
      let thousandths = nanoseconds / 1000
      let fraction = String(thousandths % 1000)
      let name = name + String(repeating: " ", count: max(0, 8 - name.utf8.count))
      return "\(name) \(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction) ms\n"
    }.joined()
  }

  /// Processor time of this process.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
