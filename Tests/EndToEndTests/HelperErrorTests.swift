import TestSupport
import Testing

/// `-k`: reads of memory that fail are told with their place.
@Suite(.root) struct HelperErrorTests {
  private func trace(_ script: String, _ options: [String] = []) throws -> CommandResult {
    try run([Repository.swtrace, "-q"] + options + ["-e", script])
  }

  @Test("a string, a buffer and a value that cannot be read") func failures() throws {
    let script = "begin { @a = str(uptr(8)); @b = buf(uptr(9), 2); @c = *(uint32 *)uptr(12); exit(); }"
    let result = try trace(script, ["-k"])
    #expect(result.output == "\n\n@a: \n@b: \\x00\\x00\n@c: 0\n")
    #expect(
      result.errors == """
        stdin:1:14-26: WARNING: Bad address
        Additional Info - helper: probe_read_user_str, retcode: -14
        \(script)
                     ~~~~~~~~~~~~
        stdin:1:33-48: WARNING: Bad address
        Additional Info - helper: probe_read_user, retcode: -14
        \(script)
                                        ~~~~~~~~~~~~~~~
        stdin:1:55-74: WARNING: Bad address
        Additional Info - helper: probe_read_user, retcode: -14
        \(script)
                                                              ~~~~~~~~~~~~~~~~~~~

        """)
  }

  @Test("without -k nothing is told, and with it nothing of reads that work") func silent() throws {
    #expect(try trace("begin { @a = str(uptr(8)); exit(); }").errors == "")
    let works = "tracepoint:syscalls:sys_enter_execve { @ = str(args.filename); }"
    let result = try run([Repository.swtrace, "-q", "-k", "-c", "/bin/true", "-e", works])
    #expect(result.output == "\n\n@: /bin/true\n")
    #expect(result.errors == "")
  }

  @Test("in JSON") func json() throws {
    let result = try trace("begin { @a = str(uptr(8)); exit(); }", ["-k", "-f", "json"])
    #expect(
      result.output.contains(
        "{\"type\": \"helper_error\", \"msg\": \"Bad address\", \"helper\": \"probe_read_user_str\", \"retcode\": -14, "
          + "\"filename\": \"stdin\", \"line\": 1, \"col\": 14}\n"))
  }
}
