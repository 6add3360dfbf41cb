import Glibc
import TestSupport
import Testing
import TraceLang

/// `swtrace explain`, which tells what a script would do.
@Suite struct ExplainTests {
  func explain(_ words: String...) throws -> CommandResult { try run([Repository.swtrace, "explain"] + words) }

  /// As nobody, who is let into no tracefs and may load nothing.
  func explainAsNobody(_ words: String...) throws -> CommandResult {
    let folder = try TemporaryFolder()
    return try run(
      [
        "unshare", "--mount", "sh", "-c", "umount /sys/kernel/tracing 2>/dev/null; exec \"$@\"", "sh", "setpriv",
        "--reuid=65534", "--regid=65534", "--clear-groups", try folder.program("swtrace", copying: Repository.swtrace),
        "explain",
      ] + words)
  }

  private static let oneLiner = "\(Repository.root)/Tests/Targets/one-liner.json"

  @Test("a script is explained for a recorded machine, as text and as one JSON object") func formats() throws {
    let script = "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"
    let text = try explain("--target", Self.oneLiner, "-e", script)
    #expect(text.ending == .exited(0) && text.errors == "")
    #expect(text.output.hasPrefix("stdin, for Linux "))
    #expect(text.output.contains("\n\nAttaches to\n  tracepoint:syscalls:sys_enter_*: 3"))
    let json = try explain("-f", "json", "--target", Self.oneLiner, "-e", script)
    let value = try JSONValue(parsing: Array(json.output.utf8))
    #expect(value["script"] == .string("stdin"))
    guard case .array(let probes)? = value["probes"], case .array(let maps)? = value["maps"] else {
      Issue.record("\(json.output)")
      return
    }
    #expect(probes.first?["probe"] == .string("tracepoint:syscalls:sys_enter_*"))
    #expect(maps.first?["value"] == .string("count()"))
  }

  @Test("a mistake is told as always, and nothing is explained") func mistakes() throws {
    let result = try explain("-e", "begin { foo(); }")
    #expect(result.ending == .exited(1) && result.output == "")
    #expect(result.errors.hasPrefix("stdin:1:9-12: ERROR: there is no function 'foo'\n"))
    let json = try explain("-f", "json", "-e", "begin { foo(); }")
    #expect(json.errors.hasPrefix("{\"type\": \"diagnostic\""))
    #expect(try explain().errors.contains("give a script"))
  }

  @Test("parameters, headers and -p count as in a run") func options() throws {
    let folder = try TemporaryFolder()
    let header = try folder.file("limit.h", "#define LIMIT 77\n")
    let script = try folder.file("a.bt", "interval:ms:$1 { printf(\"%d\", LIMIT); }\n")
    let result = try explain("--include", header, script, "250")
    #expect(result.output.contains("\n  interval:ms:$1: 1 place, interval:ms:250\n"), "\(result.errors)")
    #expect(result.output.contains("a perf event on one CPU, every 250 ms\n"))
    let process = try explain("-p", "1", "-e", "profile:hz:99 { @ = count(); }")
    #expect(process.output.contains("\nReads\n  profile:hz:99: pid\n"))
  }

  @Test(
    "what swtrace adds to find descendants is told, and does not print",
    .enabled(if: getuid() == 0, "needs root to read tracefs"))
  func descendants() throws {
    let output = try explain("-e", "profile:hz:99 /descendant(1)/ { @n = count(); }").output
    for line in [
      "  rawtracepoint:sched_process_fork\n", "  followed processes[uint64] = uint64 ",
      "  keys of followed processes beyond 65536\n", "  at the end: @n\n",
    ] {
      #expect(output.contains(line), "\(line)")
    }
    #expect(try !explain("-e", "profile:hz:99 { @n = count(); }").output.contains("followed"))
  }

  @Test("what needs --unsafe is explained without it, and nothing is done") func unsafe() throws {
    let folder = try TemporaryFolder()
    let mark = folder.path + "/mark"
    let result = try explain("-e", "begin { system(\"touch \(mark)\"); exit(); }")
    #expect(result.ending == .exited(0) && result.errors == "")
    #expect(result.output.contains("\nRuns commands\n  touch \(mark)\n"))
    #expect(result.output.contains("\nNeeds --unsafe\n  stdin:1:9-15: system() runs commands\n"))
    #expect(access(mark, F_OK) != 0)
  }

  @Test("a bundle is explained") func bundle() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.swb"
    let built = try run([
      Repository.swtrace, "build", "-o", path, "--target", Self.oneLiner, "-e",
      "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }",
    ])
    #expect(built.ending == .exited(0), "\(built.errors)")
    let result = try explain(path)
    #expect(result.output.hasPrefix("\(path), for Linux "))
    #expect(result.output.contains("\nIs not known\n  what it reads: a bundle does not have its script\n"))
  }

  @Test("every one of Debian's tools is explained, or told what this machine lacks")
  func tools() throws {
    let tools = FileContents.names(in: "/usr/sbin", extension: "bt")
    #expect(tools.count > 30)
    for tool in tools {
      let result = try explain("/usr/sbin/\(tool).bt")
      #expect(
        result.ending == .exited(0) && result.output.contains("\nAttaches to\n")
          || result.ending == .exited(1) && result.errors.contains("ERROR: "), "\(tool): \(result.errors)")
    }
  }

  @Suite(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root to give it up"))
  struct WithoutRoot {
    private let tests = ExplainTests()

    @Test("what only root can find out is said to be not known") func tracepoints() throws {
      let result = try tests.explainAsNobody(
        "-e", "begin { @ = 1; } tracepoint:sched:sched_switch { @ = args.next_pid; }")
      #expect(result.ending == .exited(0) && result.errors == "")
      let lines = result.output.split(separator: "\n")
      #expect(lines.contains("  tracepoint:sched:sched_switch: not known"))
      #expect(lines.contains { $0.hasPrefix("  stdin:1:18-47: tracefs is not mounted") })
    }

    @Test("what the kernel has is taken from its version") func features() throws {
      let result = try tests.explainAsNobody("-e", "uprobe:libc:malloc { @ = count(); }")
      #expect(result.output.contains("\nIs not known\n  what the kernel has is taken from its version: the kernel's"))
      #expect(try tests.explain("-e", "uprobe:libc:malloc { @ = count(); }").output.contains("Is not known") == false)
    }

    @Test("kernel functions are counted as if all could be traced") func functions() throws {
      let result = try tests.explainAsNobody("-e", "kprobe:vfs_* { @[func] = count(); }")
      #expect(result.output.contains("\n  all functions of the kernel are taken for such as can be traced: tracefs"))
    }

    @Test("mistakes are told all the same") func mistakes() throws {
      let result = try tests.explainAsNobody("-e", "tracepoint:sched:sched_switch { foo(); }")
      #expect(result.ending == .exited(1) && result.output == "")
      #expect(result.errors.contains("there is no function 'foo'"))
    }
  }
}
