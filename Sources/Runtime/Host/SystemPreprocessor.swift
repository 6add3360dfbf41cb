import Glibc
import TraceLang

/// The C preprocessor of this machine: `cpp`, `cc`, `gcc` or `clang`, whichever is in PATH.
public struct SystemPreprocessor: HeaderReader {
  /// What it may need; the headers of a kernel take a tenth of it.
  private static let limits = ConfinedProgram.Limits(seconds: 10, memory: 512 << 20, output: 16 << 20)

  /// The folder of the script, where `#include "x.h"` looks first.
  private let folder: String

  public init(scriptFolder: String) { folder = scriptFolder.isEmpty ? "." : scriptFolder }

  public func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8] {
    guard let program = ["cpp", "cc", "gcc", "clang"].lazy.compactMap(CommandWords.executable(named:)).first else {
      throw .notInstalled
    }
    try refuseDevices(in: text, folders)
    // -H names the headers on standard error as they are read.
    let words =
      [program, "-E", "-dD", "-P", "-H", "-x", "c", "-iquote", folder] + folders.flatMap { ["-I", $0] } + ["-"]
    guard let input = TemporaryText(text) else { throw .failed("no temporary file can be made", header: nil) }
    let result: ConfinedProgram.Result
    do throws(ConfinedProgram.Failure) {
      result = try withExtendedLifetime(input) { () throws(ConfinedProgram.Failure) in
        try ConfinedProgram.run(words, input: input.descriptor, environment: Self.environment, limits: Self.limits)
      }
    } catch {
      throw .failed("\(program) cannot be run: \(error.reason)", header: nil)
    }
    let log = PreprocessorLog(result.errors)
    switch result.ending {
    case .exited(0): return result.output
    case .exited: throw .failed(log.reason ?? "no reason is given", header: log.lastHeader)
    case .tookTooLong: throw .failed("it has not ended after \(Self.limits.seconds) s", header: log.lastHeader)
    case .wroteTooMuch:
      throw .failed("it writes more than \(Self.limits.output >> 20) MB", header: log.lastHeader)
    }
  }

  /// A device or a pipe given as a header may never end.
  private func refuseDevices(in text: String, _ folders: [String]) throws(HeaderReaderError) {
    for line in text.split(separator: "\n") where line.hasPrefix("#include ") {
      let header = line.dropFirst("#include ".count)
      let name = String(header.dropFirst().dropLast())
      let places = name.hasPrefix("/") ? [""] : ((header.hasPrefix("\"") ? [folder] : []) + folders).map { $0 + "/" }
      for place in places {
        var status = stat()
        guard stat((place + name).systemCString, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { continue }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(header: name) }
        break
      }
    }
  }

  /// What of our environment steers a C preprocessor; its messages are English.
  private static var environment: [String] {
    let names = ["PATH", "CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "TMPDIR", "HOME"]
    return names.compactMap { name in systemVariable(name).map { "\(name)=\($0)" } } + ["LC_ALL=C"]
  }
}

/// What a C preprocessor that was given `-H` wrote to its standard error.
private struct PreprocessorLog {
  /// The path of the header that it began last.
  private(set) var lastHeader: String?
  /// Its first error, else its first words.
  private(set) var reason: String?

  init(_ bytes: [UInt8]) {
    var words: [Substring] = []
    for line in String(systemBytes: bytes).split(separator: "\n") {
      // ". path", ".. path" for a header that another one includes, and so on.
      let dots = line.prefix { $0 == "." }
      if !dots.isEmpty, line.dropFirst(dots.count).hasPrefix(" ") {
        lastHeader = String(line.dropFirst(dots.count + 1))
      } else {
        words.append(line)
      }
    }
    reason = (words.first { $0.contains(text: "error:") } ?? words.first).map(String.init)
  }
}

/// A text as a file without a name.
private final class TemporaryText {
  private let file: UnsafeMutablePointer<FILE>
  let descriptor: Int32

  init?(_ text: String) {
    guard let file = tmpfile() else { return nil }
    self.file = file
    descriptor = fileno(file)
    let bytes = text.systemBytes
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else { return nil }
    _ = lseek(descriptor, 0, SEEK_SET)
  }

  deinit { fclose(file) }
}
