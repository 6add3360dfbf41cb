/// What a stage says of input that one before it should have refused: the compiler is wrong, not the script.
public struct InternalError: Error, Hashable, Sendable, CustomStringConvertible {
  public let reason: String
  /// Where it was met: the module, the source file's name and the line.
  public let place: String

  public init(_ reason: String, file: String = #fileID, line: Int = #line) {
    self.reason = reason
    place = "\(file):\(line)"
  }

  public var description: String { "internal error at \(place): \(reason)" }
}
