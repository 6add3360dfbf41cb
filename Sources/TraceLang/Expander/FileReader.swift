/// Reads the files that scripts import.
public protocol FileReader {
  /// What is at a path, and whether every user may write to it.
  /// - Throws: when there is nothing or it cannot be read.
  func entry(at path: String) throws(FileReaderError) -> FileEntry
}

public struct FileEntry: Hashable, Sendable {
  public enum Contents: Hashable, Sendable {
    case file([UInt8])
    /// The names in a folder, in no order.
    case folder([String])
  }

  public let contents: Contents
  public let isWritableByAll: Bool
  /// The path without links and `..`: the same for the same file.
  public let identity: String

  public init(contents: Contents, isWritableByAll: Bool, identity: String) {
    self.contents = contents
    self.isWritableByAll = isWritableByAll
    self.identity = identity
  }
}

public struct FileReaderError: Error, Hashable, Sendable {
  public let message: String

  public init(_ message: String) { self.message = message }
}
