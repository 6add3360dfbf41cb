import Glibc
import TestSupport
import Testing

/// The packages of examples/Library, built as their readers build them, and run.
@Suite(
  .serialized, .enabled(if: getuid() == 0, "needs root to load BPF programs"), .timeLimit(.minutes(10)))
struct LibraryExampleTests {
  private static let folder = Repository.root + "/examples/Library"
  /// One for all packages, so that what they share is built once.
  private static let scratch = Repository.root + "/.build/library-examples"

  private func built(_ package: String) throws -> String {
    let words = ["swift", "build", "--package-path", "\(Self.folder)/\(package)", "--scratch-path", Self.scratch]
    let result = try RunningCommand(words).finish(seconds: 500)
    #expect(result.ending == .exited(0), "\(result.output)\(result.errors)")
    return "\(Self.scratch)/debug/\(package)"
  }

  @Test("the counter of programs counts until the named one starts") func execCounter() throws {
    let path = try built("ExecCounter")
    let running = try RunningCommand(["stdbuf", "-oL", path, "swt-last"])
    try running.wait { output, _ in output.contains("counting") }
    let result = try run([
      "/bin/sh", "-c", "d=$(mktemp -d); cp /bin/true $d/swt-other; cp /bin/true $d/swt-last; $d/swt-other; $d/swt-last",
    ])
    #expect(result.ending == .exited(0))
    let output = try running.finish().output
    #expect(output.contains(" swt-other: 1\n"))
    #expect(output.contains(" swt-last: 1\n"))
  }

  @Test("the watcher tells of slow calls and how long all took") func slowSyscalls() throws {
    let path = try built("SlowSyscalls")
    // Each read waits in one system call of the shell's own.
    let script = "f=$(mktemp -u); mkfifo $f; for i in $(seq 100); do read -t 0.02 x <> $f; done; rm $f"
    let traced = try RunningCommand(["/bin/bash", "-c", script])
    let watcher = try RunningCommand([path, "\(traced.pid)", "15000"])
    _ = try traced.finish()
    let output = try watcher.finish().output
    #expect(output.contains("name="))
    #expect(output.contains(" us="))
    #expect(output.contains("microseconds of all calls:\n"))
  }

  @Test("the exporter runs the bundle that is a part of it") func exporter() throws {
    let folder = "\(Self.folder)/Exporter"
    let bundle = try run([Repository.swtrace, "build", "-o", "\(folder)/Sources/calls.swb", "\(folder)/calls.bt"])
    #expect(bundle.ending == .exited(0))
    let output = try run([try built("Exporter"), "1"]).output
    #expect(output.contains("# TYPE syscalls_total counter\nsyscalls_total{comm=\""))
    #expect(output.contains("# TYPE syscall_failures_total counter\n"))
  }
}
