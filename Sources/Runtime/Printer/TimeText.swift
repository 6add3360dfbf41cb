import Glibc

/// Points in time by strftime formats, in the local time zone; `%f` is the microsecond of the second in six digits.
package enum TimeText {
  private static let nanosecondsPerSecond: Int64 = 1_000_000_000

  static func append(format: String, sinceBoot nanoseconds: UInt64, to buffer: OutputBuffer) {
    let boot = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME)
    let (time, overflow) = boot.addingReportingOverflow(Int64(clamping: nanoseconds))
    append(format: format, sinceEpoch: overflow ? .max : time, to: buffer)
  }

  package static func appendNow(format: String, to buffer: OutputBuffer) {
    append(format: format, sinceEpoch: now(CLOCK_REALTIME), to: buffer)
  }

  static func append(format: String, sinceEpoch nanoseconds: Int64, to buffer: OutputBuffer) {
    // A point before 1970 is a fraction after the second before it.
    let fraction = (nanoseconds % nanosecondsPerSecond + nanosecondsPerSecond) % nanosecondsPerSecond
    var seconds = time_t(nanoseconds / nanosecondsPerSecond)
    if nanoseconds % nanosecondsPerSecond < 0 { seconds -= 1 }
    let microseconds = fraction / 1000
    var broken = tm()
    guard localtime_r(&seconds, &broken) != nil else { return }
    let expanded = expandingMicroseconds(format, microseconds)
    // strftime gives 0 both for a text that does not fit and for an empty one: a leading blank tells them apart.
    var capacity = 256
    while capacity <= maximumLength {
      var text = [CChar](repeating: 0, count: capacity)
      let length = strftime(&text, capacity, " " + expanded, &broken)
      if length > 0 {
        text.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[1..<length])) }
        return
      }
      capacity *= 4
    }
    buffer.append(text: format)
  }

  /// Of a text, in bytes: the compiler bounds the widths in formats, a bundle could hold any.
  private static let maximumLength = 1 << 20

  private static func expandingMicroseconds(_ format: String, _ microseconds: Int64) -> String {
    guard format.utf8.contains(UInt8(ascii: "%")) else { return format }
    let digits = String(microseconds)
    var result: [UInt8] = []
    var isDirective = false
    for byte in format.utf8 {
      if isDirective, byte == UInt8(ascii: "f") {
        result.removeLast()
        result += [UInt8](repeating: UInt8(ascii: "0"), count: 6 - digits.utf8.count) + digits.utf8
      } else {
        result.append(byte)
      }
      isDirective = !isDirective && byte == UInt8(ascii: "%")
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec)
  }
}

/// Messages of errno values.
enum ErrorText {
  static func message(of code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard code > 0, strerror_r(code, &text, text.count) == 0 else { return "Unknown error" }
    let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return message.hasPrefix("Unknown error") ? "Unknown error" : message
  }
}
