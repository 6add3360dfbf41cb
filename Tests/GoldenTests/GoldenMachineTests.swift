import Glibc
import TestSupport
import Testing
import TraceLang

/// Scripts and the code they become on an old kernel and on another processor.
///
/// `SWTRACE_RENEW_GOLDENS=machines swift test --filter GoldenMachineTests` records the targets anew, from what
/// `Scripts/vm/record-facts.sh` wrote, and writes all listings; `listings` in its place writes the listings alone.
@Suite struct GoldenMachineTests {
  private static let setting = getenv("SWTRACE_RENEW_GOLDENS").map { String(cString: $0) }
  private static let renews = setting != nil

  @Test(
    "the listing is the one that is kept", .enabled(if: !renews, "the listings are being renewed"),
    arguments: GoldenMachine.all.flatMap { machine in machine.scripts.map { Case(machine: machine, script: $0) } })
  func listing(_ example: Case) throws {
    let expected = try FileContents.text(example.script.listingPath)
    let actual = try Listing(example.script, target: try example.machine.target()).text
    if actual != expected { Issue.record("\(try Difference(from: example.script.listingPath, to: actual))") }
  }

  @Test(
    "no listing is without its script", .enabled(if: !renews, "the listings are being renewed"),
    arguments: GoldenMachine.all)
  func orphans(machine: GoldenMachine) {
    let listings = FileContents.names(in: machine.listingFolder, extension: "txt").map { "\(machine.name)/\($0)" }
    #expect(!listings.isEmpty)
    #expect(listings == machine.scripts.map(\.name))
  }

  @Test(
    "renewal", .enabled(if: renews, "set SWTRACE_RENEW_GOLDENS to renew the listings"), arguments: GoldenMachine.all)
  func renewal(machine: GoldenMachine) throws {
    if Self.setting == "machines" {
      let recording = RecordingTarget(SampledTarget(try MachineFacts(folder: machine.factsFolder)))
      for script in machine.scripts { _ = try Listing(script, target: recording) }
      try FileContents.write(try recording.encoded(), to: machine.targetPath)
    }
    let recorded = try machine.target()
    for name in FileContents.names(in: machine.listingFolder, extension: "txt") {
      unlink("\(machine.listingFolder)/\(name).txt")
    }
    mkdir(machine.listingFolder, 0o755)
    for script in machine.scripts {
      try FileContents.write(try Listing(script, target: recorded).text, to: script.listingPath)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let machine: GoldenMachine
    let script: GoldenScript

    var testDescription: String { script.name }
  }
}
