import Codegen
import Glibc
import Runtime
import TestSupport
import Testing
import TraceLang

/// Scripts and the bytecode and maps they become on a recorded machine, byte for byte.
///
/// `SWTRACE_RENEW_GOLDENS=1 swift test --filter GoldenTests`, as root, records the target anew on this machine and writes
/// all listings; what changed is then for `git diff` to show and for a person to judge.
@Suite struct GoldenTests {
  private static let renews = getenv("SWTRACE_RENEW_GOLDENS") != nil
  private static let targetPath = Repository.root + "/Tests/Targets/x86_64.json"

  @Test(
    "the listing is the one that is kept", .enabled(if: !renews, "the listings are being renewed"),
    arguments: GoldenScript.all)
  func listing(script: GoldenScript) throws {
    let expected = try FileContents.text(script.listingPath)
    let target = try RecordedTarget(decoding: try FileContents.bytes(Self.targetPath))
    let actual = try Listing(script, target: target).text
    #expect(actual == expected, "\(Difference(expected: expected, actual: actual))")
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
    let recording = RecordingTarget(SampledTarget(try HostTarget()))
    for script in GoldenScript.all { _ = try Listing(script, target: recording) }
    let encoded = try recording.encoded()
    try FileContents.write(encoded, to: Self.targetPath)
    let recorded = try RecordedTarget(decoding: encoded)
    for name in FileContents.names(in: GoldenScript.folder + "/Listings", extension: "txt") {
      unlink("\(GoldenScript.folder)/Listings/\(name).txt")
    }
    for script in GoldenScript.all {
      try FileContents.write(try Listing(script, target: recorded).text, to: script.listingPath)
    }
  }
}

/// The first line in which two texts differ.
struct Difference: CustomStringConvertible {
  let description: String

  init(expected: String, actual: String) {
    let expected = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let actual = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let same = zip(expected, actual).prefix { $0 == $1 }.count
    description =
      "line \(same + 1) is '\(same < actual.count ? actual[same] : "")' and not "
      + "'\(same < expected.count ? expected[same] : "")'"
  }
}
