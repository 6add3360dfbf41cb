import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// A program that a suite compiles and runs, which tells addresses of its own code in lines "NAME 0xADDRESS", then "ready",
/// and stays.
final class CompiledProgram: Sendable {
  /// Where it and what belongs to it is.
  let folder: String
  let path: String

  struct Failure: Error {
    let message: String
  }

  /// What sources in C and C++ begin with, in one line: `HERE("name")` tells where it is, `STAY` ends main.
  static let prelude =
    "#include <stdio.h>\n#include <unistd.h>\n"
    + #"#define HERE(name) do { void *p; __asm__ volatile(PLACE : "=r"(p)); printf("%s %p\n", name, p); } while (0)"#
    + "\n" + #"#define STAY do { printf("ready\n"); fflush(stdout); for (;;) pause(); } while (0)"# + "\n#line 1\n"

  private static var place: String {
    #if arch(arm64)
      #"-DPLACE="adr %0, .""#
    #else
      #"-DPLACE="lea 0(%%rip), %0""#
    #endif
  }

  /// - Parameter command: makes `program` of the source, which is in a file `name`.
  init(_ source: String, name: String = "program.c", _ command: String = "cc -O2 -g -o program program.c") throws {
    var template = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(message: "no folder") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = folder + "/program"
    chmod(folder, 0o755)
    let isC = name.hasSuffix(".c") || name.hasSuffix(".cc")
    try FileContents.write((isC ? Self.prelude : "") + source, to: "\(folder)/\(name)")
    try shell(command.replacing(" -O2", with: " -O2 '\(Self.place)'"))
  }

  deinit { _ = try? run(["rm", "-rf", folder]) }

  /// Runs commands in the folder.
  func shell(_ commands: String) throws {
    let result = try run(["bash", "-euc", "cd \(folder); \(commands)"])
    guard result.ending == .exited(0) else { throw Failure(message: "\(commands): \(result.errors)") }
  }

  /// Runs it until it stays.
  /// - Parameter words: what runs it.
  func start(_ words: [String] = []) throws -> Running { try Running(words + [path]) }

  final class Running {
    let command: RunningCommand
    let places: [String: UInt64]
    /// The program's own number, which is another one where something else runs it.
    let pid: Int32

    init(_ words: [String]) throws {
      command = try RunningCommand(words)
      try command.wait { output, _ in output.contains("ready\n") }
      var places: [String: UInt64] = [:]
      for line in command.outputSoFar.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2 { places[String(words[0])] = UInt64(words[1].dropFirst(2), radix: 16) }
      }
      self.places = places
      var last = command.pid
      while let children = try? FileContents.text("/proc/\(last)/task/\(last)/children"),
        let child = children.split(separator: " ").first.flatMap({ Int32($0) })
      {
        last = child
      }
      pid = last
    }

    func address(_ name: String) throws -> UInt64 { try #require(places[name], "\(name)") }

    func frames(at name: String, _ symbolizer: Symbolizer = Symbolizer()) throws -> [Frame] {
      symbolizer.frames(of: try address(name), process: pid)
    }

    /// "name" of each frame, "?" for none.
    func names(at name: String, _ symbolizer: Symbolizer = Symbolizer()) throws -> [String] {
      try frames(at: name, symbolizer).map { $0.title ?? "?" }
    }
  }
}

extension Frame {
  /// "[name] file:line" of an inlined function, "name file:line" of others.
  var text: String {
    let name = title ?? "?"
    let place = source.map { " \($0.file.description.split(separator: "/").last ?? "")" + ":\($0.line)" } ?? ""
    return (isInlined ? "[\(name)]" : name) + place
  }
}
