import Glibc
import TestSupport
import Testing

/// What a user reads when the machine does not give what tracing needs.
@Suite(.root) struct ScarcityTests {
  private func limited(_ limit: String, _ script: String) throws -> CommandResult {
    try run(["bash", "-c", "ulimit \(limit); exec '\(Repository.swtrace)' -q -e '\(script)'"])
  }

  @Test("without enough files the limit is told", arguments: 3...16) func files(limit: Int) throws {
    let result = try limited("-n \(limit)", "BEGIN { @[kstack] = count(); exit(); } interval:s:1 { exit(); }")
    if result.ending == .exited(0) { return }
    // 127 is the dynamic linker's.
    if result.ending == .exited(127), result.errors.contains("error while loading shared libraries") { return }
    #expect(result.ending == .exited(1))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(
      result.errors.hasSuffix(
        "Too many open files; this process may have \(limit) files open: raise the limit with ulimit -n, or attach fewer"
          + " probes\n"))
  }

  @Test("without enough memory that is told") func memory() throws {
    let folder = try TemporaryFolder()
    // No script, and read before that is seen: reading it takes more memory than the step between two limits.
    let script = try folder.file("a.bt", String(repeating: "\u{7f}", count: 9 << 20))
    var told = 0
    // The kernel ends a program that it finds no room for by itself; a debug build has more than 20 MB.
    for limit in stride(from: 32_000, to: 400_000, by: 8_000) {
      let result = try run(["bash", "-c", "ulimit -v \(limit); exec '\(Repository.swtrace)' fmt \(script) > /dev/null"])
      if result.ending == .exited(127), result.errors.contains("error while loading shared libraries") { continue }
      #expect(result.ending == .exited(1))
      if result.errors.contains("this is not a script") { break }
      #expect(
        result.errors == "ERROR: out of memory: the machine, this control group or ulimit -v has no more to give\n")
      told += 1
    }
    #expect(told > 0)
  }
}
