import TestSupport
import Testing

/// A script of the folder Constructs.
struct Construct: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }

  static let folder = Repository.root + "/Tests/DifferentialTests/Constructs"

  /// `$1` and `$2` of every script.
  static let parameters = ["4711", "word"]

  static let all = FileContents.names(in: folder, extension: "bt").map { Construct(name: $0) }

  var path: String { "\(Self.folder)/\(name).bt" }
}
