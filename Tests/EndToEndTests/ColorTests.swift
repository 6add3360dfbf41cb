import TestSupport
import Testing

/// When diagnostics are coloured; `script` gives the program a terminal of its own.
@Suite struct ColorTests {
  private static let red = "\u{1b}[1;31mERROR\u{1b}[0m"

  /// What a mistake prints on a terminal.
  private func onTerminal(_ options: String = "", environment: [String]) throws -> String {
    let command = "'\(Repository.swtrace)' \(options) -e 'begin { nosuch(); }'"
    return try run(["script", "-qec", command, "/dev/null"], environment: environment).output
  }

  private func onFile(_ options: [String] = [], environment: [String] = []) throws -> String {
    try run([Repository.swtrace] + options + ["-e", "begin { nosuch(); }"], environment: environment).errors
  }

  @Test("a terminal has colours") func terminal() throws {
    #expect(try onTerminal(environment: ["TERM=xterm", "NO_COLOR="]).contains(Self.red))
  }

  @Test(
    "a terminal without colours has none",
    arguments: [["TERM=dumb"], ["TERM=xterm", "NO_COLOR=1"], ["BPFTRACE_COLOR=never", "TERM=xterm"]])
  func plainTerminal(environment: [String]) throws {
    let text = try onTerminal(environment: environment)
    #expect(text.contains("ERROR: there is no function 'nosuch'"))
    #expect(!text.contains("\u{1b}"))
  }

  @Test("a file has none unless asked") func file() throws {
    #expect(!(try onFile(environment: ["TERM=xterm"])).contains("\u{1b}"))
    #expect(try onFile(["--color=always"]).contains(Self.red))
    #expect(try onFile(environment: ["BPFTRACE_COLOR=always"]).contains(Self.red))
    #expect(!(try onFile(["--color=never"], environment: ["BPFTRACE_COLOR=always"])).contains("\u{1b}"))
  }

  @Test("--color=never on a terminal, and a mode that is none") func option() throws {
    #expect(!(try onTerminal("--color=never", environment: ["TERM=xterm"])).contains("\u{1b}"))
    #expect(
      try onFile(environment: ["BPFTRACE_COLOR=blue"]).contains("BPFTRACE_COLOR is auto, always or never, not 'blue'"))
    #expect(try run([Repository.swtrace, "--color=blue", "-e", "begin { }"]).errors.contains("'blue' is invalid"))
  }
}
