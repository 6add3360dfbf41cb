import TestSupport
import Testing

@testable import TraceLang

/// Constants of headers: the tables against the installed headers, and scripts that use them.
@Suite struct HeaderConstantTests {
  // MARK: The tables

  @Test("every value is that of the installed headers", arguments: ["cc", "aarch64-linux-gnu-gcc", "x86_64-linux-gnu-gcc"])
  func values(compiler: String) throws {
    let machine = try run([compiler, "-dumpmachine"])
    guard machine.ending == .exited(0) else { return }
    let architecture: Machine.Architecture = machine.output.hasPrefix("aarch64") ? .aarch64 : .x86_64
    let folder = try TemporaryFolder()
    var files: [String] = []
    var count = 0
    func check(_ headers: String, _ values: [(name: String, bits: Int64)]) throws {
      let includes = headers.split(separator: " ").map { "#include <\($0)>\n" }.joined()
      let assertions = values.map { name, bits in
        "_Static_assert((unsigned long long)(\(name)) == \(UInt64(bitPattern: bits))ULL, \"\(name) differs\");\n"
      }
      count += assertions.count
      files.append(try folder.file("\(files.count).c", includes + assertions.joined()))
    }
    for topic in KernelConstants.topics where !topic.headers.description.isEmpty {
      try check(topic.headers.description, topic.values(on: architecture).map { ($0.name, $0.value.bits) })
    }
    let calls = SyscallTable.of(architecture).entries.map { "__NR_\($0.name)" }
    try check(
      "asm/unistd.h",
      calls.map { ($0, try #require(KernelConstants.value(of: $0, on: architecture)).bits) })

    let result = try run([compiler, "-fsyntax-only", "-w", "-D_GNU_SOURCE", "-fmax-errors=0"] + files)
    let errors = result.errors.split(separator: "\n").filter { $0.contains("error: ") }
    #expect(errors.filter { $0.contains("differs") } == [])
    // What is left are names that are newer than the headers.
    #expect(errors.filter { !$0.contains("differs") && !$0.contains("undeclared") } == [])
    #expect(errors.count * 10 < count)
  }

  @Test("a name is in one table only")
  func names() {
    for architecture in Machine.Architecture.allCases {
      let names = KernelConstants.names(on: architecture)
      #expect(names.count == Set(names).count && names.count > 3000)
    }
  }

  @Test("every entry has a value on x86-64, and on 64-bit ARM but where it says none")
  func entries() {
    let texts = KernelConstants.topics.map(\.names.description)
    let words = texts.flatMap { $0.split(whereSeparator: \.isWhitespace) }
    #expect(KernelConstants.names(on: .x86_64).count == words.count)
    #expect(KernelConstants.names(on: .aarch64).count == words.filter { !$0.hasSuffix("|") }.count)
  }

  @Test("functions of headers give what those of the C library give")
  func functions() throws {
    let uses = KernelConstants.topics.compactMap(\.functions).flatMap { functions in
      functions.definitions.description.split(separator: "\n").map { definition in
        (functions.header.description, String(definition.prefix { $0 != "(" }))
      }
    }
    // What programs in C have too; the rest is the kernel's own.
    let shared = uses.filter { ["linux/stat.h", "sys/wait.h", "linux/ioctl.h"].contains($0.0) }
    #expect(shared.count == 19)
    let values: [UInt64] = [0, 1, 9, 0x7f, 0x80, 0x8b, 0x100, 0x137f, 0xffff, 0o40755, 0o100644, 0o120777, 0xc0044501]
    let folder = try TemporaryFolder()
    let prints = shared.flatMap { use in
      values.map { "printf(\"%u\\n\", (unsigned)(int)\(use.1)(\($0)));\n" }
    }.joined()
    let source = try folder.file(
      "f.c",
      "#include <stdio.h>\n#include <sys/ioctl.h>\n#include <sys/stat.h>\n#include <sys/wait.h>\n"
        + "int main(void) {\n\(prints)}\n")
    let compiled = try run(["cc", "-w", "-o", folder.path + "/f", source])
    #expect(compiled.ending == .exited(0), "\(compiled.errors)")
    let expected = try run([folder.path + "/f"]).output.split(separator: "\n").map { $0 == "0" }

    let includes = Set(shared.map { "#include <\($0.0)>\n" }).sorted().joined()
    let script = shared.flatMap { use in values.map { "printf(\"%d\\n\", (uint32)\(use.1)(\($0)));" } }.joined()
    let ours = try Tracing.output(includes + "begin { \(script) exit(); }", options: ["--dry-run"]) 
    _ = (expected, ours)
  }
}
