import TestSupport
import Testing

/// Values that do not fit the kernel's 512 bytes of stack are kept elsewhere.
@Suite(.root) struct MemoryTests {
  @Test("many strings at a time") func strings() throws {
    let names = (0..<24).map { "$s\($0)" }
    let declarations = names.map { "let \($0) : string[40]; \($0) = comm;" }.joined(separator: " ")
    let uses = names.map { "if (\($0) != \"swtrace\") { print(\"lost\"); }" }.joined(separator: " ")
    #expect(try Tracing.output("BEGIN { \(declarations) \(uses) print($s23); exit(); }") == "swtrace\n\n\n")
  }

  @Test("many numbers at a time") func numbers() throws {
    let numbers = 0..<70
    let declarations = numbers.map { "$a\($0) = pid + \($0);" }.joined(separator: " ")
    let sum = numbers.map { "($a\($0) - pid)" }.joined(separator: " + ")
    #expect(
      try Tracing.output(
        "BEGIN { \(declarations) $a0++; if (pid) { $a1 += 10; } for $i : 0..200 { $a2++; } print(\(sum)); exit(); }")
        == "\(70 * 69 / 2 + 211)\n\n\n")
  }

  @Test("a long script needs no more memory than its largest statement") func reuse() throws {
    let statements = (0..<60).map { "@m[\($0)] = str((uint8 *)0, 900);" }.joined(separator: " ")
    #expect(try Tracing.output("BEGIN { \(statements) print(len(@m)); clear(@m); exit(); }") == "60\n\n\n")
  }

  @Test("a script far too large for the kernel is told before it is compiled") func tooManyStatements() throws {
    let script = "BEGIN { \(String(repeating: "print(1);", count: 20000)) }"
    let folder = try TemporaryFolder()
    let result = try run([Repository.swtrace, "-q", try folder.file("long.bt", script)])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors.contains(
        ":1:84267-84275: ERROR: the probe is too large: it becomes more than 65536 instructions up to here\n"))
  }

  @Test("one value too large for the kernel is told") func tooLarge() throws {
    let script = "BEGIN { let $s : string[40000]; $s = \"x\"; print($s); exit(); }"
    let result = try run([Repository.swtrace, "-q", "-e", script])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors.hasPrefix(
        "stdin:1:1-63: ERROR: the probe's values need 80000 bytes of memory, and the kernel allows 32768: "
          + "use fewer or smaller strings at a time (max_strlen)\n"))
  }
}
