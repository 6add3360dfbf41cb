import Glibc
import TestSupport
import Testing

/// What is printed arrives whole, or it is said what did not.
@Suite(.root) struct WrittenOutputTests {
  private static let lines = #"begin { for ($i : 0..1000) { printf("%d\n", $i); } exit(); }"#

  private func shell(_ text: String) throws -> CommandResult {
    try run(["sh", "-c", text, Repository.swtrace, Self.lines])
  }

  private static let full =
    "ERROR: could not write the output: No space left on device; 1002 lines (3892 bytes) were lost\n"

  @Test("a full device is an error, and what was lost is counted", arguments: [[], ["-f", "json"]])
  func fullDevice(options: [String]) throws {
    let words = ["sh", "-c", "exec \"$@\" > /dev/full", "sh", Repository.swtrace, "-q"] + options + ["-e", Self.lines]
    let result = try run(words)
    #expect(result.ending == .exited(1))
    if options.isEmpty {
      #expect(result.errors == Self.full)
    } else {
      #expect(result.errors.contains("No space left on device; 1000 lines (35890 bytes) were lost"))
    }
    let named = try run([Repository.swtrace, "-q", "-o", "/dev/full"] + options + ["-e", Self.lines])
    #expect(named.ending == .exited(1))
    #expect(named.errors == result.errors)
  }

  @Test("a full disk: what it took and what was lost are all lines") func fullDisk() throws {
    let script = #"begin { for ($i : 0..3000) { printf("%31d\n", $i); } exit(); }"#
    let result = try run([
      "unshare", "--mount", "sh", "-c",
      "mount -t tmpfs -o size=64k none /mnt && \"$0\" -q -o /mnt/output -e \"$1\"; echo $?; cat /mnt/output",
      Repository.swtrace, script,
    ])
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "1")
    // Two empty lines come after the script's own.
    #expect(
      result.errors == "ERROR: could not write the output: No space left on device; 954 lines (30466 bytes) were lost\n"
    )
    #expect(lines.dropFirst().count { $0.utf8.count == 31 } == 2048)
  }

  @Test("a file at its size limit is an error") func sizeLimit() throws {
    let result = try run([
      "sh", "-c", "f=$(mktemp); ulimit -f 1; trap '' XFSZ; \"$0\" -q -e \"$1\" > $f; echo $?; rm $f",
      Repository.swtrace, Self.lines,
    ])
    #expect(result.output == "1\n")
    #expect(result.errors.contains("could not write the output: File too large; "))
    let killed = try shell("f=$(mktemp); ulimit -f 1; \"$0\" -q -e \"$1\" > $f; echo $?; rm $f")
    #expect(killed.output == "1\n")
  }

  @Test("a reader that goes away ends tracing without a word") func closedPipe() throws {
    let result = try shell("{ \"$0\" -q -e 'interval:ms:1 { printf(\"line\\n\"); }'; echo $? >&2; } | head -n 2")
    #expect(result.output == "line\nline\n")
    #expect(result.errors == "0\n")
  }

  @Test("a slow reader gets every line that the kernel did not count as lost", arguments: OutputEnds.Kind.allCases)
  func slowReader(kind: OutputEnds.Kind) throws {
    let calls = 40_000
    let ends = try OutputEnds(kind)
    let tracing = try RunningCommand(
      [
        Repository.swtrace, "-q", "-c", try Workload.command("swt-slow", "getppid \(calls)"), "-e",
        #"tracepoint:syscalls:sys_enter_getppid /comm == "swt-slow"/ { printf("%20d.\n", 1); }"#,
      ], writingTo: ends.descriptor)
    ends.closeWriting()
    // The output is full before anything is read of it.
    ends.waitForOutput()
    let text = String(decoding: ends.readAll(piece: 1000), as: UTF8.self)
    let result = try tracing.finish()
    #expect(result.ending == .exited(0))
    let newline: Character = kind == .terminal ? "\r\n" : "\n"
    let lines = text.split(separator: newline)
    #expect(lines.allSatisfy { $0 == String(repeating: " ", count: 19) + "1." })
    let lost = result.errors.split(separator: " ").last.flatMap { Int($0.dropLast()) } ?? 0
    #expect(lines.count + lost == calls)
  }

  @Test("a stopped terminal gets all of it when it goes on") func stoppedTerminal() throws {
    let ends = try OutputEnds(.terminal)
    tcflow(ends.descriptor, TCOOFF)
    let tracing = try RunningCommand([Repository.swtrace, "-e", Self.lines], writingTo: ends.descriptor)
    try tracing.wait { $1.contains("Attached") }
    tcflow(ends.descriptor, TCOON)
    ends.closeWriting()
    let numbers = String(decoding: ends.readAll(), as: UTF8.self).split(separator: "\r\n").map { Int($0) }
    #expect(numbers == Array(0..<1000))
    #expect(try tracing.finish().ending == .exited(0))
  }

  @Test("the lines of a child are not inside of ours") func wholeLines() throws {
    let child = "sh -c 'i=0; while [ $i -lt 3000 ]; do echo child; i=$((i+1)); done'"
    let script = #"tracepoint:syscalls:sys_enter_write { printf("%200d.\n", 1); }"#
    let result = try run(["sh", "-c", "\"$0\" -q -c \"$1\" -e \"$2\" | cat", Repository.swtrace, child, script])
    let ours = String(repeating: " ", count: 199) + "1."
    let lines = result.output.split(separator: "\n")
    #expect(lines.count { $0 == "child" } == 3000)
    #expect(lines.allSatisfy { $0 == "child" || $0 == ours })
  }
}
