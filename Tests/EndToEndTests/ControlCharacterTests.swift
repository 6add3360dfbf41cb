import TestSupport
import Testing

/// Strings of traced processes: escaped on terminals, as they are elsewhere; `script` gives a terminal.
@Suite(.root) struct ControlCharacterTests {
  private static let name = "/no/\u{1b}[31m\u{7}é"
  private static let script = #"""
    tracepoint:syscalls:sys_enter_openat /str(args.filename, 4) == "/no"/ {}
    tracepoint:syscalls:sys_enter_openat /strcontains(str(args.filename), "/no/")/ {
      printf("\x1b[1m%s|%r\x1b[0m\n", str(args.filename), buf(args.filename, 5));
      print(str(args.filename)); @[str(args.filename)] = count();
      warnf("%s", str(args.filename)); system("printf 'command\n'"); cat("/no/\x1b");
    }
    """#

  private var words: [String] {
    [
      Repository.swtrace, "-q", "--unsafe", "-c", "cat '\(Self.name)'", "-e", Self.script,
    ]
  }

  @Test("a terminal gets escapes for what values hold, and the script's own") func terminal() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(
      "arguments", "exec " + words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " "))
    let output = try run(["script", "-qec", "sh \(file)", "/dev/null"]).output.replacing("\r\n", with: "\n")
    let shown = #"/no/\x1b[31m\x07é"#
    #expect(output.contains("\u{1b}[1m\(shown)|/no/\\x1b\u{1b}[0m\n\(shown)\n"))
    #expect(output.contains("@[\(shown)]: 1\n"))
    #expect(output.contains("WARNING: \(shown)\n"))
    #expect(output.contains("ERROR: failed to open file '/no/\\x1b'"))
    #expect(!output.replacing("\u{1b}[1m", with: "").replacing("\u{1b}[0m", with: "").contains("\u{1b}"))
  }

  @Test("files and pipes get them as they are") func file() throws {
    let result = try run(words)
    #expect(result.output.contains("\u{1b}[1m\(Self.name)|/no/\\x1b\u{1b}[0m\n\(Self.name)\n"))
    #expect(result.output.contains("@[\(Self.name)]: 1\n"))
    #expect(result.errors.contains("WARNING: \(Self.name)\n"))
  }
}
