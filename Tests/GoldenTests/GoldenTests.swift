import Codegen
import Glibc
import Runtime
import TestSupport
import Testing
import TraceLang

/// Scripts and the bytecode and maps they become on a recorded machine, byte for byte.
///
/// `SWTRACE_RENEW_GOLDENS=1 swift test --filter GoldenTests`, as root, records the target anew on this machine and writes
/// all listings; with `listings` in the place of 1, which needs no root, they are written for the target as it is. What
/// changed is then for `git diff` to show and for a person to judge.
@Suite struct GoldenTests {
  private static let setting = getenv("SWTRACE_RENEW_GOLDENS").map { String(cString: $0) }
  private static let renews = setting != nil
  private static let targetPath = Repository.root + "/Tests/Targets/x86_64.json"

  @Test(
    "the listing is the one that is kept", .enabled(if: !renews, "the listings are being renewed"),
    arguments: GoldenScript.all)
  func listing(script: GoldenScript) throws {
    let expected = try FileContents.text(script.listingPath)
    let target = try RecordedTarget(decoding: try FileContents.bytes(Self.targetPath))
    let actual = try Listing(script, target: target).text
    if actual != expected { Issue.record("\(try Difference(from: script.listingPath, to: actual))") }
  }

  @Test("a listing that differs is told with the lines around") func difference() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("kept", "a\nb\nc\nd\ne\nf\n")
    #expect(
      try Difference(from: path, to: "a\nb\nc\nx\ne\nf\n").description
        == "--- kept\n+++ now\n@@ -1,6 +1,6 @@\n a\n b\n c\n-d\n+x\n e\n f\n")
  }

  @Test("no listing is without its script", .enabled(if: !renews, "the listings are being renewed"))
  func orphans() {
    let listings = FileContents.names(in: GoldenScript.folder + "/Listings", extension: "txt")
    #expect(listings == GoldenScript.all.map(\.name).sorted())
  }

  @Test(
    "the kernel's verifier takes the programs", .enabled(if: getuid() == 0, "needs root to load BPF programs"),
    arguments: GoldenScript.all)
  func verified(script: GoldenScript) throws {
    guard try script.runsHere else { return }
    let result = try run(
      [Repository.swtrace, "--dry-run", "--unsafe", "--no-warnings", "-q", script.path] + GoldenScript.parameters)
    #expect(result.ending == .exited(0), "\(result.errors)")
  }

  @Test("renewal", .enabled(if: renews, "set SWTRACE_RENEW_GOLDENS=1 to renew the listings"))
  func renewal() throws {
    if Self.setting != "listings", Self.setting != "machines" {
      let recording = RecordingTarget(SampledTarget(try HostTarget()))
      for script in GoldenScript.all { _ = try Listing(script, target: recording) }
      try FileContents.write(try recording.encoded(), to: Self.targetPath)
    }
    let recorded = try RecordedTarget(decoding: try FileContents.bytes(Self.targetPath))
    for name in FileContents.names(in: GoldenScript.folder + "/Listings", extension: "txt") {
      unlink("\(GoldenScript.folder)/Listings/\(name).txt")
    }
    for script in GoldenScript.all {
      try FileContents.write(try Listing(script, target: recorded).text, to: script.listingPath)
    }
  }
}

/// What diff(1) says of a file and what it should hold now.
struct Difference: CustomStringConvertible {
  let description: String

  init(from path: String, to actual: String) throws {
    description = try run(["diff", "--unified", "--label", "kept", "--label", "now", path, "-"], input: actual).output
  }
}
