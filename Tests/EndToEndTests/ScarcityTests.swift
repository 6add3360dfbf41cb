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
    var told = 0
    for limit in stride(from: 20_000, to: 200_000, by: 6_000) {
      let result = try limited(
        "-v \(limit)", "profile:hz:99 { @[kstack] = count(); } interval:ms:20 { exit(); }")
      if result.ending == .exited(0) { break }
      if result.ending == .exited(127), result.errors.contains("error while loading shared libraries") { continue }
      #expect(result.ending == .exited(1))
      #expect(result.errors.hasPrefix("ERROR: ") && result.errors.split(separator: "\n").count == 1)
      if result.errors.contains("out of memory") { told += 1 }
    }
    #expect(told > 0)
  }
}
