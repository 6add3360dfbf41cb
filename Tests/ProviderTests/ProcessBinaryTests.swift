import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// What the binaries of probes are with `-p`: those of the process, as it has them.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct ProcessBinaryTests {
  /// Calls a function from when it is sent a line until it is killed.
  private static let program = Result {
    try TestProgram(
      """
      #include <unistd.h>

      __attribute__((noinline, noipa)) void only_here(void) { __asm__ volatile("nop"); }
      int main(void) {
        for (;;) {
          only_here();
          usleep(1000);
        }
      }
      """, name: "looping")
  }

  private func trace(_ script: String, _ process: RunningCommand, _ options: [String] = []) throws -> CommandResult {
    try run([Repository.swtrace, "-q", "-p", "\(process.pid)"] + options + ["-e", script])
  }

  @Test("a function without a binary is one of the executable") func executable() throws {
    let path = try Self.program.get().path
    let process = try RunningCommand([path])
    defer { process.signal(SIGKILL) }
    #expect(
      try trace("u:only_here { print((probe, func)); exit(); }", process).output.hasPrefix(
        "(uprobe:\(path):only_here, only_here)"))
    #expect(
      try trace("ur:only_here { print(probe); exit(); }", process).output.hasPrefix("uretprobe:\(path):only_here"))
    let missing = try trace("u:only_hre { }", process)
    #expect(missing.errors.contains("ERROR: '\(path)' has no function 'only_hre'"), "\(missing.errors)")
    let alone = try Swtrace.output("u:only_here { }")
    #expect(alone.errors.contains("ERROR: uprobe: needs a binary and a function"), "\(alone.errors)")
  }

  @Test("a usdt probe without a binary is one of any that the process has mapped") func usdt() throws {
    let path = try USDTTests.program.get().path
    let process = try RunningCommand([path, "watch"])
    defer { process.signal(SIGKILL) }
    let result = try trace("usdt:step { }", process, ["--dry-run", "-d", "plan"])
    #expect(result.output.contains("usdt:\(path):app:step"), "\(result)")
    let missing = try trace("usdt:no_such_probe { }", process)
    #expect(missing.errors.contains("binaries matches 'no_such_probe'"), "\(missing.errors)")
    let alone = try Swtrace.output("usdt:step { }")
    #expect(alone.errors.contains("ERROR: usdt: needs a binary and a probe"), "\(alone.errors)")
  }

  @Test("paths are those of the process's mount namespace, links in it followed there") func mountNamespace() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let process = try RunningCommand([
      "unshare", "--mount", "sh", "-c",
      """
      mount -t tmpfs none \(path) && mkdir \(path)/inner && cp \(try Self.program.get().path) \(path)/inner/prog &&
      ln -s \(path)/inner/prog \(path)/link && echo ready && exec \(path)/inner/prog
      """,
    ])
    defer { process.signal(SIGKILL) }
    try process.wait { output, _ in output == "ready\n" }
    // It is the program only once the shell has become it.
    while try !HostTarget(tracedProcess: process.pid).binaries(named: "/proc/\(process.pid)/exe")[0].hasSuffix("prog") {
      usleep(1000)
    }
    let inner = "/proc/\(process.pid)/root\(path)/inner/prog"
    for probe in [
      "\(path)/inner/prog:only_here", "\(path)/inn*/pr*:only_here", "\(path)/link:only_here", "only_here",
      "\(inner):only_here", "*:only_here",
    ] {
      let result = try trace("u:\(probe) { print(probe); exit(); }", process)
      #expect(result.output.contains("root\(path)/") && result.output.contains(":only_here"), "\(probe): \(result)")
      #expect(result.errors == "")
    }
    let other = try Swtrace.output("u:\(path)/inner/prog:only_here { }")
    #expect(other.errors.contains("there is no binary '\(path)/inner/prog'"), "\(other.errors)")
  }

  @Test("in a root of its own, a process has other files by the same names") func ownRoot() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    #expect(try run(["mkdir", "-p", "\(path)/bin", "\(path)/etc"]).ending == .exited(0))
    let program = try TestProgram(
      """
      #include <unistd.h>

      __attribute__((noinline, noipa)) void only_there(void) { __asm__ volatile("nop"); }
      int main(void) {
        for (;;) {
          only_there();
          usleep(1000);
        }
      }
      """, name: "true", options: ["-static"])
    #expect(try run(["cp", program.path, "\(path)/bin/true"]).ending == .exited(0))
    #expect(try run(["ln", "-s", "/bin/true", "\(path)/bin/absolute"]).ending == .exited(0))
    let process = try RunningCommand(["chroot", path, "/bin/true"])
    defer { process.signal(SIGKILL) }
    while try !HostTarget(tracedProcess: process.pid).binaries(named: "/proc/\(process.pid)/exe")[0].hasSuffix(
      "bin/true")
    {
      usleep(1000)
    }
    for name in ["/bin/true", "true", "/bin/absolute"] {
      let result = try trace("u:\(name):only_there { print(func); exit(); }", process)
      #expect(result.output.hasPrefix("only_there\n") && result.errors == "", "\(name): \(result)")
    }
    // Files that it does not have are ours.
    let target = try HostTarget(tracedProcess: process.pid)
    #expect(try target.binaries(named: "/bin/sh") == ["/bin/sh"])
  }

  @Test("a process in our namespace has its files by the paths that they are written with") func sameNamespace() throws
  {
    let process = try RunningCommand(["sleep", "1000"])
    defer { process.signal(SIGKILL) }
    let (traced, plain) = (try HostTarget(tracedProcess: process.pid), try HostTarget())
    for name in ["/bin/sh", "sh", "libc", "/bin/s[h]", "/no/such/file", "no-such-binary"] {
      #expect(try traced.binaries(named: name) == plain.binaries(named: name), "\(name)")
    }
  }
}
