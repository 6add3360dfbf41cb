import TestSupport
import Testing

/// What changes the run arrives however full the ring buffer is.
@Suite(.root) struct FullBufferTests {
  /// Leaves no room for a record, in whatever program it stands.
  private static let filling = #"for ($i : 0..400000) { printf("%d\n", $i); }"#

  /// What comes after the lines of `filling`.
  private func rest(_ script: String, options: [String] = [], status: Int32 = 0) throws -> [Substring] {
    let result = try run([Repository.swtrace, "-q"] + options + ["-e", script])
    #expect(result.ending == .exited(status))
    #expect(result.errors.contains("Total lost event count: "))
    return result.output.split(separator: "\n").filter { Int($0) == nil && !$0.contains("\"printf\"") }
  }

  @Test(
    "exit, with its status",
    arguments: ["begin { FILL exit(3); }", "interval:ms:1 { FILL exit(3); }", "profile:hz:99 { FILL exit(3); }"])
  func exit(script: String) throws {
    #expect(try rest(script.replacing("FILL", with: Self.filling), status: 3) == [])
  }

  @Test("prints, clear and zero, in the order in which they were asked for") func order() throws {
    let script = """
      begin {
        @a[1] = 10; @a[2] = 20; @b[1] = count(); @c[1] = 1;
        \(Self.filling)
        print(@a, 1, 10); zero(@b); clear(@a); print(@c); exit();
      }
      """
    #expect(try rest(script) == ["@a[2]: 2", "@c[1]: 1", "@b[1]: 0", "@c[1]: 1"])
    #expect(
      try rest(script, options: ["-f", "json"]).dropFirst(0).filter { !$0.contains("lost_events") } == [
        #"{"type": "map", "data": {"@a": {"2": 2}}}"#, #"{"type": "map", "data": {"@c": {"1": 1}}}"#,
        #"{"type": "map", "data": {"@b": {"1": 0}}}"#, #"{"type": "map", "data": {"@c": {"1": 1}}}"#,
      ])
  }

  @Test("every line that found no room is counted, and every print that came too soon after another") func counts()
    throws
  {
    let result = try run([
      Repository.swtrace, "-q", "-e",
      "begin { @x = 1; \(Self.filling) print(@x); print(@x); print(@x); clear(@x); clear(@x); exit(); }",
    ])
    let lines = result.output.split(separator: "\n").count { Int($0) != nil }
    #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("@x") } == ["@x: 1"])
    #expect(result.errors.contains("Total lost event count: \(400_000 - lines + 2)\n"))
  }

  @Test("in a bundle") func bundle() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/bundle"
    _ = try run([Repository.swtrace, "build", "-o", path, "-e", "begin { \(Self.filling) exit(3); }"])
    #expect(try run([Repository.swtrace, path]).ending == .exited(3))
  }
}
