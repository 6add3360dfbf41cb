import TestSupport
import Testing

/// A script of `begin` and `end` ends by itself.
@Suite(.root) struct NothingAttachedTests {
  private static let script = #"begin { printf("begin\n"); @x = 1; } end { printf("end\n"); }"#

  @Test("when begin has run, end runs and maps print") func text() throws {
    #expect(try Tracing.output(Self.script) == "begin\nend\n\n\n@x: 1\n")
    #expect(try Tracing.output("end { print(1); }") == "1\n\n\n")
  }

  @Test("in JSON") func json() throws {
    #expect(
      try Tracing.output(Self.script, options: ["-f", "json"]) == """
        {"type": "printf", "data": "begin\\n"}
        {"type": "printf", "data": "end\\n"}
        {"type": "map", "data": {"@x": 1}}

        """)
  }

  @Test("in a bundle") func bundle() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/bundle"
    _ = try run([Repository.swtrace, "build", "-o", path, "-e", Self.script])
    #expect(try run([Repository.swtrace, "-q", path]).output == "begin\nend\n\n\n@x: 1\n")
  }

  @Test("without waiting for a command or a process", arguments: [["-c", "sleep 1000"], ["-p", "1"]])
  func target(options: [String]) throws {
    #expect(try Tracing.output(Self.script, options: options) == "begin\nend\n\n\n@x: 1\n")
  }

  @Test("a dry run runs neither") func dryRun() throws {
    #expect(try Tracing.output(Self.script, options: ["--dry-run"]) == "")
  }
}
