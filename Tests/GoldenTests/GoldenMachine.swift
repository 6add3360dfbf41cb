import TestSupport
import Testing
import TraceLang

/// A machine whose facts are kept in Tests/Targets, recorded from a kernel in QEMU, with golden scripts of its own: those
/// whose code is another one there. They lie in a folder of its name in Scripts, their listings in one in Listings.
struct GoldenMachine: Sendable, CustomTestStringConvertible {
  /// As `Scripts/vm/fetch-kernel.sh` names its kernel.
  let name: String

  var testDescription: String { name }

  static let all = ["5.10", "6.1-arm64"].map { GoldenMachine(name: $0) }

  var scripts: [GoldenScript] {
    FileContents.names(in: "\(GoldenScript.folder)/Scripts/\(name)", extension: "bt").map {
      GoldenScript(name: "\(name)/\($0)", path: "\(GoldenScript.folder)/Scripts/\(name)/\($0).bt")
    }
  }

  var listingFolder: String { "\(GoldenScript.folder)/Listings/\(name)" }

  /// What `Scripts/vm/record-facts.sh` wrote.
  var factsFolder: String { "\(Repository.root)/.cache/vm/facts-\(name)" }

  var targetPath: String { "\(Repository.root)/Tests/Targets/\(name).json" }

  func target() throws -> RecordedTarget { try RecordedTarget(decoding: try FileContents.bytes(targetPath)) }
}
