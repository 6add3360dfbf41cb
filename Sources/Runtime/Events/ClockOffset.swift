import Glibc

/// What a clock is ahead of the boot clock.
enum ClockOffset {
  /// Pairs of readings of which the closest counts.
  private static let attempts = 5

  /// In nanoseconds: the clock read between two readings of the boot clock, whose middle is taken.
  static func now(_ clock: clockid_t) -> Int64 {
    var best: (width: Int64, offset: Int64) = (.max, 0)
    for _ in 0..<attempts {
      let before = read(CLOCK_BOOTTIME)
      let there = read(clock)
      let after = read(CLOCK_BOOTTIME)
      let width = after - before
      if width < best.width { best = (width, there - before - width / 2) }
    }
    return best.offset
  }

  /// Nanoseconds of a clock.
  static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
