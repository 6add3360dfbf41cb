import TestSupport
import Testing

/// `--test` and `--bench`.
@Suite(.root) struct TrialTests {
  private static let script = """
    begin { @a = 5; } test:zero { return @a - 5; } test:one { printf("one\\n"); return 1; } test:none { }
    bench:quick { @++; } bench:noisy { printf("%d\\n", @a); } interval:ms:1 { printf("no\\n"); } end { print(@a); }
    """

  /// Numbers become N.
  private static func numberless(_ text: String) -> String {
    var result = ""
    for character in text {
      if !character.isNumber { result.append(character) } else if result.last != "N" { result.append("N") }
    }
    return result
  }

  @Test("tests pass unless they return another number than 0, and a failure is the status") func results() throws {
    #expect(
      Self.numberless(try Tracing.output(Self.script, options: ["--test"], status: 1)) == """
        [==========] Running N tests.
        [ RUN      ] zero
        [       OK ] zero (N μs)
        [ RUN      ] one
        one
        [  FAILED  ] one (N μs)
        [ RUN      ] none
        [       OK ] none (N μs)
        [==========] N tests ran.
        [  PASSED  ] N tests.
        [  FAILED  ] N test, listed below:
        [  FAILED  ] one
        @a: N



        """)
  }

  @Test("a filter chooses by name") func filter() throws {
    let output = try Tracing.output(
      Self.script, options: ["--mode", "test", "--probe-filter", "^test:(zero|none)$", "-f", "json"])
    #expect(
      Self.numberless(output) == """
        {"type": "test_result", "data": {"zero": {"duration": N, "passed": true}}}
        {"type": "test_result", "data": {"none": {"duration": N, "passed": true}}}
        {"type": "map", "data": {"@a": N}}

        """)
  }

  @Test("benchmarks run many times and print nothing of their own") func benchmarks() throws {
    let lines = try Tracing.output(Self.script, options: ["--bench"]).split(separator: "\n")
    #expect(lines.first == "Benchmark                                Time(ns)       Iterations")
    let rows = lines.dropFirst(2).map { $0.split(separator: " ") }
    #expect(rows.map(\.first) == ["quick", "noisy", "@a:"])
    #expect(rows.prefix(2).allSatisfy { $0.count == 3 && Int($0[1]) ?? 0 > 0 && Int($0[2]) ?? 0 >= 1000 })
  }

  @Test("tracing leaves them out, and a run of nothing is refused") func tracing() throws {
    #expect(try Tracing.output("test:a { print(1); } begin { print(2); }") == "2\n\n\n")
    for (options, message) in [
      ([], "the script has no probes but those that --test runs"), (["--bench"], "the script has no bench: probes"),
      (["--test", "--probe-filter", "b"], "--probe-filter matches none of the script's probes"),
      (["--test", "--probe-filter", "("], "--probe-filter"),
    ] {
      let result = try run([Repository.swtrace] + options + ["-e", "test:a { }"])
      #expect(result.ending != .exited(0) && result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test("a bundle has what it was built for") func bundle() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/bundle"
    _ = try run([Repository.swtrace, "build", "--test", "-o", path, "-e", "test:a { return 2; } begin { }"])
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(1) && result.output.contains("[  FAILED  ] a"), "\(result)")
  }
}
