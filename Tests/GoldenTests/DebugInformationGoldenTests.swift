import Glibc
import Runtime
import TestSupport
import Testing
import TraceLang

/// Scripts and the code they become by the debug information of a program, whose answers are kept in a target of their own.
///
/// `SWTRACE_RENEW_GOLDENS=1 swift test --filter DebugInformationGoldenTests` compiles the program, records the target anew and
/// writes the listings; `listings` in the place of 1 writes the listings alone.
@Suite struct DebugInformationGoldenTests {
  private static let setting = getenv("SWTRACE_RENEW_GOLDENS").map { String(cString: $0) }
  private static let renews = setting != nil
  private static let folder = "\(GoldenScript.folder)/Scripts/debug-information"
  private static let targetPath = "\(Repository.root)/Tests/Targets/debug-information.json"
  /// Where the scripts have the program, which need not be there but for recording.
  private static let program = "/tmp/swtrace-golden/program"

  private static let scripts = FileContents.names(in: folder, extension: "bt").map {
    GoldenScript(name: "debug-information/\($0)", path: "\(folder)/\($0).bt")
  }

  private static func target() throws -> RecordedTarget {
    try RecordedTarget(decoding: try FileContents.bytes(targetPath))
  }

  @Test(
    "the listing is the one that is kept", .enabled(if: !renews, "the listings are being renewed"), arguments: scripts)
  func listing(script: GoldenScript) throws {
    let expected = try FileContents.text(script.listingPath)
    let actual = try Listing(script, target: try Self.target()).text
    #expect(actual.hasPrefix("== bpf\n"))
    if actual != expected { Issue.record("\(try Difference(from: script.listingPath, to: actual))") }
  }

  @Test("renewal", .enabled(if: renews, "set SWTRACE_RENEW_GOLDENS to renew the listings")) func renewal() throws {
    if Self.setting == "1" {
      mkdir("/tmp/swtrace-golden", 0o755)
      let built = try run(["cc", "-g", "-O1", "-o", Self.program, "\(Self.folder)/program.c"])
      #expect(built.ending == .exited(0), "\(built.errors)")
      let recording = RecordingTarget(SampledTarget(try HostTarget()))
      for script in Self.scripts { _ = try Listing(script, target: recording) }
      try FileContents.write(try recording.encoded(), to: Self.targetPath)
      unlink(Self.program)
      rmdir("/tmp/swtrace-golden")
    }
    mkdir("\(GoldenScript.folder)/Listings/debug-information", 0o755)
    for script in Self.scripts {
      try FileContents.write(try Listing(script, target: try Self.target()).text, to: script.listingPath)
    }
  }
}
