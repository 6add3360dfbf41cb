import TestSupport
import Testing
import TraceLang

/// A script whose listing is kept in Listings: one of Scripts, an example, or one for a construct of the language.
struct GoldenScript: Sendable, CustomTestStringConvertible {
  let name: String
  let path: String

  var testDescription: String { name }

  static let folder = Repository.root + "/Tests/GoldenTests"

  /// `$1` and `$2` of every script.
  static let parameters = ["4711", "word"]

  static let all =
    scripts(in: folder + "/Scripts", prefix: "") + scripts(in: Repository.root + "/examples", prefix: "example-")
    + scripts(in: Repository.root + "/Tests/DifferentialTests/Constructs", prefix: "construct-")

  private static func scripts(in folder: String, prefix: String) -> [GoldenScript] {
    FileContents.names(in: folder, extension: "bt").map { GoldenScript(name: prefix + $0, path: "\(folder)/\($0).bt") }
  }

  /// The program that a script is on a target, its sources, and what is told of it.
  func program(on target: any Target) throws -> CheckedScript {
    var frontEnd = FrontEnd(target: target)
    frontEnd.options = CheckerOptions(parameters: Self.parameters, allowsUnsafe: true)
    frontEnd.warns = false
    return frontEnd.check(SourceFile(name: name + ".bt", bytes: try FileContents.bytes(path)))
  }

  /// Whether this kernel has what it needs: not all have kprobe and fentry, and `make vm-test` runs such scripts on those
  /// that have. They are named after their probe.
  var runsHere: Bool {
    get throws {
      let tracesFunctions = ["kprobe-", "kretprobe-", "fentry-", "fexit-"].contains(where: name.hasPrefix)
      return try !tracesFunctions || Self.functionsAreTraced.get()
    }
  }

  static let functionsAreTraced = Result {
    try ["kprobe", "fentry"].allSatisfy {
      try run([Repository.swtrace, "--dry-run", "-q", "-e", "\($0):vfs_read { exit(); }"]).ending == .exited(0)
    }
  }

  var listingPath: String { "\(Self.folder)/Listings/\(name).txt" }
}
