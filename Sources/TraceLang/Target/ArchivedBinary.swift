extension String {
  /// What stands between an archive and a file in it.
  public static let archiveEnd = "!/"

  /// Of the path of a binary: the file, and which entry of it, where that is an archive ("app.apk!/lib/x86_64/libapp.so").
  public var archiveAndEntry: (file: String, entry: String?) {
    guard let end = byteOffset(of: Self.archiveEnd) else { return (self, nil) }
    return (
      String(decoding: utf8.prefix(end), as: UTF8.self),
      String(decoding: utf8.dropFirst(end + Self.archiveEnd.utf8.count), as: UTF8.self)
    )
  }
}
