/// A number of bytes as people read it: "512 bytes", "4 kB", "1.5 MB".
struct ByteCount: CustomStringConvertible {
  private let count: Int

  init(_ count: Int) { self.count = count }

  var description: String {
    if count < 1 << 10 { return "\(count) bytes" }
    if count < 1 << 20 { return Self.tenths(count, 1 << 10) + " kB" }
    if count < 1 << 30 { return Self.tenths(count, 1 << 20) + " MB" }
    return Self.tenths(count, 1 << 30) + " GB"
  }

  /// With one digit after the point where it is not 0, rounded up.
  private static func tenths(_ count: Int, _ unit: Int) -> String {
    let tenths = (count * 10 + unit - 1) / unit
    return tenths % 10 == 0 || tenths >= 100 ? "\((tenths + 9) / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
