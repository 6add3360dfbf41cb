import TestSupport
import Testing
import TraceLang

/// A script of the folder Constructs, with the dumps kept beside it.
struct Construct: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }

  static let folder = Repository.root + "/Tests/DifferentialTests/Constructs"

  /// `$1` and `$2` of every script.
  static let parameters = ["4711", "word"]

  static let all = FileContents.names(in: folder, extension: "bt").map { Construct(name: $0) }

  /// A recorded machine, so that the dumps are the same everywhere. The suite that asks it runs one test at a time.
  private nonisolated(unsafe) static let target = Result {
    try RecordedTarget(decoding: try FileContents.bytes(Repository.root + "/Tests/Targets/x86_64.json"))
  }

  var path: String { "\(Self.folder)/\(name).bt" }
  var syntaxPath: String { "\(Self.folder)/\(name).syntax" }
  var programPath: String { "\(Self.folder)/\(name).program" }

  /// The dumps as they are now; in the place of a program that is not there, why.
  func dumps() throws -> (syntax: String, program: String) {
    let target = try Self.target.get()
    var frontEnd = FrontEnd(target: target)
    frontEnd.options = CheckerOptions(parameters: Self.parameters, allowsUnsafe: true)
    frontEnd.warns = false
    let checked = frontEnd.check(SourceFile(name: "stdin", bytes: try FileContents.bytes(path)))
    return (SyntaxDump.text(checked.written), checked.program.map { ProgramDump.text($0) } ?? checked.report)
  }
}
