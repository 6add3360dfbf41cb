import Glibc

/// Where things of this package are.
public enum Repository {
  /// The package's folder, without a slash at the end.
  public static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  /// The `swtrace` that was built with the running test.
  public static let swtrace = folder(ofExecutable: "/proc/self/exe") + "/swtrace"

  private static func folder(ofExecutable link: String) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &buffer, buffer.count)
    let path = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
    return String(decoding: path.prefix(upTo: path.lastIndex(of: UInt8(ascii: "/")) ?? 0), as: UTF8.self)
  }
}
