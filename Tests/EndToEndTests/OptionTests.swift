import TestSupport
import Testing

@Suite(.root) struct OptionTests {
  @Test(
    "what is wrong with an option is told, with status 1 as in bpftrace",
    arguments: [
      (
        ["--no-wornings", "-e", "BEGIN { }"],
        "there is no option '--no-wornings'\nNOTE: did you mean '--no-warnings' or '--warnings'?"
      ),
      (["-x", "-e", "BEGIN { }"], "there is no option '-x'"),
      (["-e", "BEGIN { }", "-5"], "there is no option '-5'\nNOTE: parameters that begin with '-' stand after '--'"),
      (["--no", "-e", "BEGIN { }"], "'--no' may be '--no-warnings' or '--no-feature'"),
      (["--unsafe=1", "-e", "BEGIN { }"], "--unsafe takes no value"),
      (["-e", "BEGIN { }", "-p"], "-p needs a value"),
      (["-e", "BEGIN { }", "--pid"], "--pid needs a value"),
      (["-p", "abc", "-e", "BEGIN { }"], "The value 'abc' is invalid for '--pid"),
      (["--pid=-1", "-e", "BEGIN { }"], "The value '-1' is invalid for '--pid"),
      (["-p", "1", "-c", "true", "-e", "BEGIN { }"], "-c and -p exclude each other"),
      (["-k", "--no-warnings", "-e", "BEGIN { }"], "-k and --no-warnings exclude each other"),
      (["--test", "--bench", "-e", "BEGIN { }"], "--test and --bench exclude each other"),
      (["--fmt", "--mode", "test", "-e", "BEGIN { }"], "--mode and --fmt exclude each other"),
      (["--no-feature", "speed", "-e", "BEGIN { }"], "The value 'speed' is invalid for '--no-feature"),
      (["-B", "some", "-e", "BEGIN { }"], "The value 'some' is invalid for '-B"),
      (["-f", "xml", "-e", "BEGIN { }"], "The value 'xml' is invalid for '--format"),
      (["-q"], "give a script: a file, '-' for standard input, or -e 'program'"),
      (["-l", "x", "y"], "-l takes one pattern or file"),
    ])
  func misuse(words: [String], message: String) throws {
    let result = try run([Repository.swtrace] + words)
    #expect(result.ending == .exited(1))
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("ERROR: \(message)"), "\(result.errors)")
    #expect(result.errors.hasSuffix("--help' lists all options\n") || message.hasSuffix("exclude each other"))
  }

  @Test("without a word there is help, and it is a failure") func noWords() throws {
    let result = try run([Repository.swtrace])
    #expect(result.ending == .exited(1))
    #expect(result.output == "")
    #expect(result.errors == (try run([Repository.swtrace, "--help"])).output)
  }

  @Test(
    "every option of bpftrace is one here, in each spelling",
    arguments: [
      "-B none", "-Bfull", "-b", "--btf", "-c true", "-ctrue", "--cmd true", "--cmd=true", "-d ast", "-dall",
      "--debug types,codegen", "--debug=codegen-opt,dis", "--debuginfo /x", "--debuginfo=/x:/y", "--dry-run",
      "--dwarf-pid 1", "--dwarf-pid=1", "-e x", "--emit-elf x", "--emit-elf=x", "--emit-llvm x", "-f json", "-fjson",
      "--fmt", "-I .", "-I.", "--include x.h", "--include=x.h", "-k", "--warnings", "-l", "--list", "--mode test",
      "--mode=format", "--no-feature uprobe_multi", "--no-feature=uprobe_multi", "--no-warnings", "-o x", "-ox",
      "--output x", "--output=x", "-p 1", "-p1", "--pid 1", "--pid=1", "--probe-filter x", "--probe-filter=x", "-q",
      "--quiet", "--test", "--bench", "--traceable-functions x", "--traceable-functions=x", "--unsafe",
      "--usdt-file-activation", "-v", "--verbose", "--verify-llvm-ir", "--aot x", "--verb", "--traceable x", "-qkv",
    ])
  func spellings(words: String) throws {
    let result = try run([Repository.swtrace] + words.split(separator: " ").map(String.init) + ["-V"])
    #expect(result.ending == .exited(0))
    #expect(result.output.hasPrefix("swtrace "))
    #expect(result.errors == "")
  }

  @Test(
    "options stand before and after the script, with values in each place",
    arguments: [
      ["-f", "json", "FILE", "7"], ["FILE", "7", "-fjson"], ["FILE", "--format=json", "7"],
      ["--format", "json", "FILE", "7"],
      ["-fjson", "--", "FILE", "7"],
    ])
  func places(words: [String]) throws {
    let folder = try TemporaryFolder()
    let script = try folder.file("script.bt", "BEGIN { print($1); exit(); }")
    let result = try run([Repository.swtrace, "-q"] + words.map { $0 == "FILE" ? script : $0 })
    #expect(result.errors == "")
    #expect(result.output == "{\"type\": \"value\", \"data\": 7}\n")
  }

  @Test("long names of -o and -c do what the short ones do") func longNames() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/out"
    let result = try run([
      Repository.swtrace, "-q", "--output=\(path)", "--cmd", "true", "-e", "interval:s:1000 { } END { print(1); }",
    ])
    #expect(result.output == "" && result.errors == "" && result.ending == .exited(0))
    #expect(try FileContents.text(path) == "1\n\n\n")
  }

  @Test("options of bpftrace that change nothing here say so in a line") func idleOptions() throws {
    let words = [
      "--dwarf-pid=1", "--verify-llvm-ir", "--emit-llvm", "/x", "-b", "-q", "-e",
      "BEGIN { exit(); }",
    ]
    let result = try run([Repository.swtrace] + words)
    #expect(result.ending == .exited(0))
    #expect(
      result.errors == """
        WARNING: --dwarf-pid changes nothing here: dw_ustack unwinds every process that it meets
        WARNING: --verify-llvm-ir changes nothing here: swtrace compiles without LLVM
        WARNING: --emit-llvm changes nothing here: swtrace compiles without LLVM; see -d ir,ir-opt

        """)
    #expect(try run([Repository.swtrace, "--no-warnings"] + words).errors == "")
  }

  @Test("modes that are commands here, too") func modes() throws {
    let script = "BEGIN{exit();}"
    let formatted = try run([Repository.swtrace, "fmt", "-e", script]).output
    #expect(try run([Repository.swtrace, "--mode", "format", "-e", script]).output == formatted)
    #expect(try run([Repository.swtrace, "--fmt", "-e", script]).output == formatted)
    let folder = try TemporaryFolder()
    #expect(try run([Repository.swtrace, "--fmt", "-o", folder.path + "/x", "-e", script]).output == "")
    #expect(try FileContents.text(folder.path + "/x") == formatted)
    let times = try run([Repository.swtrace, "--mode", "compiler-bench", "-e", "BEGIN { print(1); exit(); }"])
    #expect(times.ending == .exited(0))
    #expect(times.output.hasPrefix("== time\n") && times.output.hasSuffix(" ms\n"))
  }

  @Test("--emit-elf writes an object and runs; --aot writes a bundle") func writtenPrograms() throws {
    let folder = try TemporaryFolder()
    let script = "BEGIN { print(1); exit(); }"
    let traced = try run([Repository.swtrace, "-q", "--emit-elf", folder.path + "/x.o", "-e", script])
    #expect(traced.output == "1\n\n\n")
    #expect(try run(["head", "-c", "4", folder.path + "/x.o"]).output == "\u{7f}ELF")
    #expect(try run([Repository.swtrace, "--aot", folder.path + "/x.swb", "-e", script]).output == "")
    #expect(try run([Repository.swtrace, "-q", folder.path + "/x.swb"]).output == "1\n\n\n")
  }

  @Test("-d may be given twice, and takes bpftrace's names of stages and the logs") func stages() throws {
    func output(_ words: String...) throws -> CommandResult {
      try run([Repository.swtrace, "-q", "--dry-run"] + words + ["-e", "BEGIN { @ = 1; exit(); }"])
    }
    #expect(try output("-d", "bpf", "-d", "maps").output == output("-d", "bpf,maps").output)
    #expect(
      try output("-d", "ast,types,codegen,codegen-opt,dis").output
        == output("-d", "syntax,program,ir,ir-opt,bpf").output)
    #expect(try output("-d", "verifier").errors.contains("processed "))
    #expect(try output("-d", "libbpf").output == "")
  }

  @Test("-p takes a hexadecimal number") func hexadecimalProcess() throws {
    let result = try run([Repository.swtrace, "-p", "0x400001", "-e", "END { }"])
    #expect(result.errors == "ERROR: there is no process 4194305\n")
  }

  @Test("-B takes a mode", arguments: ["none", "line", "full"]) func buffering(mode: String) throws {
    #expect(try Tracing.output("BEGIN { printf(\"x\"); exit(); }", options: ["-B", mode]) == "x\n\n")
  }
}
