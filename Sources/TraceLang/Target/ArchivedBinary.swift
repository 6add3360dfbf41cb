extension String {
  /// What stands between an archive and a file in it.
  public static let archiveEnd = "!/"

  /// Of the path of a binary: the file, and which entry of it, where that is an archive ("app.apk!/lib/x86_64/libapp.so").
  public var archiveAndEntry: (file: String, entry: String?) {
    guard let end = utf8.indices.first(where: { utf8[$0...].starts(with: Self.archiveEnd.utf8) }) else {
      return (self, nil)
    }
    return (String(self[..<end]), String(self[utf8.index(end, offsetBy: Self.archiveEnd.utf8.count)...]))
  }
}
