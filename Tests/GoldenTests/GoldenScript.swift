import TestSupport
import Testing

/// A script whose listing is kept in Listings: one of Scripts, or an example.
struct GoldenScript: Sendable, CustomTestStringConvertible {
  let name: String
  let path: String

  var testDescription: String { name }

  static let folder = Repository.root + "/Tests/GoldenTests"

  /// `$1` and `$2` of every script.
  static let parameters = ["4711", "word"]

  static let all =
    scripts(in: folder + "/Scripts", prefix: "") + scripts(in: Repository.root + "/examples", prefix: "example-")

  private static func scripts(in folder: String, prefix: String) -> [GoldenScript] {
    FileContents.names(in: folder, extension: "bt").map { GoldenScript(name: prefix + $0, path: "\(folder)/\($0).bt") }
  }

  var listingPath: String { "\(Self.folder)/Listings/\(name).txt" }
}
