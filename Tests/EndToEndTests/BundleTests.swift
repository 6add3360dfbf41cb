import Glibc
import TestSupport
import Testing

/// Scripts built to files, and the files run.
@Suite struct BundleTests {
  private static let target = Repository.root + "/Tests/Targets/x86_64.json"
  private static let script = "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"

  private func build(_ words: [String]) throws -> CommandResult { try run([Repository.swtrace, "build"] + words) }

  @Test("a bundle prints what its script prints, with the parameters it was built with", .root) func parameters() throws
  {
    let folder = try TemporaryFolder()
    let script = try folder.file("s.bt", "BEGIN { printf(\"%d %s\\n\", $1, str($2)); @x = 3; exit(4); }")
    // Not known by its suffix.
    let path = folder.path + "/s.bt.txt"
    #expect(try build(["-o", path, script, "5", "a word"]).ending == .exited(0))
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(4))
    #expect(result.output == "5 a word\n\n\n@x: 3\n")
    #expect(result.errors == "Attached 1 probe\n")
  }

  @Test("-c, -o, -f and -q work with a bundle", .root) func options() throws {
    let folder = try TemporaryFolder()
    let (bundle, output) = (folder.path + "/b", folder.path + "/out")
    let script = "tracepoint:syscalls:sys_enter_getppid /comm == \"swt-bundle\"/ { @ = count(); }"
    #expect(try build(["-o", bundle, "-e", script]).ending == .exited(0))
    let command = try Workload.command("swt-bundle", "getppid 6")
    let result = try run([Repository.swtrace, "-q", "-f", "json", "-o", output, "-c", command, bundle])
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    #expect(try FileContents.text(output) == "{\"type\": \"map\", \"data\": {\"@\": 6}}\n")
  }

  @Test("-v prints the verifier's log of a bundle", .root) func verbose() throws {
    let folder = try TemporaryFolder()
    #expect(try build(["-o", folder.path + "/b", "-e", "BEGIN { exit(); }"]).ending == .exited(0))
    #expect(try run([Repository.swtrace, "-v", folder.path + "/b"]).errors.contains("processed"))
  }

  @Test("what needs --unsafe to be built needs it to be run", .root) func unsafe() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/b"
    #expect(try build(["--unsafe", "-o", path, "-e", "BEGIN { system(\"echo x\"); exit(); }"]).ending == .exited(0))
    let refused = try run([Repository.swtrace, path])
    #expect(refused.ending == .exited(1))
    #expect(refused.errors == "ERROR: '\(path)' runs commands: run it with --unsafe\n")
    #expect(try run([Repository.swtrace, "-q", "--unsafe", path]).output.hasPrefix("x\n"))
  }

  @Test("building for a recorded machine gives the same bytes in every process") func deterministic() throws {
    let folder = try TemporaryFolder()
    for format in ["bundle", "elf", "asm"] {
      let paths = ["a", "b", "c"].map { "\(folder.path)/\($0)" }
      for path in paths {
        let result = try build(["--format", format, "--target", Self.target, "-o", path, "-e", Self.script])
        #expect(result.errors == "")
      }
      let first = try FileContents.bytes(paths[0])
      #expect(first.count > 500)
      #expect(try FileContents.bytes(paths[1]) == first)
      #expect(try FileContents.bytes(paths[2]) == first)
    }
  }

  @Test("--format asm is the listing, also to standard output") func listing() throws {
    let words = ["--target", Self.target, "-e", Self.script]
    let built = try build(["--format", "asm", "-o", "-"] + words)
    #expect(built.output == (try run([Repository.swtrace, "-d", "bpf,maps"] + words)).output)
    #expect(built.output.hasPrefix("== bpf\n"))
  }

  @Test("a damaged bundle, parameters, -d and building a bundle are refused in a line each") func refusals() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/b"
    #expect(try build(["--target", Self.target, "-o", path, "-e", Self.script]).ending == .exited(0))
    #expect(
      try run([Repository.swtrace, path, "5"]).errors
        == "ERROR: '\(path)' is a bundle, whose parameters are fixed: give them to 'swtrace build'\n")
    #expect(
      try run([Repository.swtrace, "-d", "bpf", path]).errors
        == "ERROR: '\(path)' is a bundle, and -d, --target and --emit-elf are for scripts: give them with the script it was built from\n"
    )
    #expect(try build(["-o", path + "2", path]).errors == "ERROR: '\(path)' is a bundle already\n")
    var bytes = try FileContents.bytes(path)
    bytes[bytes.count / 2] ^= 4
    try FileContents.write(bytes, to: path)
    let damaged = try run([Repository.swtrace, path])
    #expect(damaged.ending == .exited(1))
    #expect(
      damaged.errors == "ERROR: '\(path)': the bundle is damaged: its checksum is wrong; copy or build it again\n")
  }

  @Test("errors in the script are told as ever") func scriptErrors() throws {
    let folder = try TemporaryFolder()
    let result = try build(["--target", Self.target, "-o", folder.path + "/b", "-e", "BEGIN { printf(1); }"])
    #expect(result.ending == .exited(1))
    #expect(result.errors.hasPrefix("stdin:1:"))
  }

  @Test("a place that cannot be written is told") func unwritable() throws {
    let result = try build(["--target", Self.target, "-o", "/no/such/folder/b", "-e", "BEGIN { }"])
    #expect(result.errors == "ERROR: cannot write '/no/such/folder/b': No such file or directory\n")
  }
}
