import ArgumentParser
import Codegen
import Glibc
import Runtime
import SystemPackage
import TraceLang

/// Lists the probes of this machine, or those of a script.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace -l",
    abstract: "Lists the probes of this machine, those that a script attaches to, or types of the kernel.",
    usage: """
      swtrace -l [pattern,...]
      swtrace -l[v] 'struct NAME' | 'union NAME' | 'enum NAME'
      swtrace -l FILE
      swtrace -l -e 'program'
      """)

  @Flag(name: [.customShort("l"), .customLong("list")], help: "List probes.")
  var isListing = false

  @Flag(name: [.short, .customLong("verbose")], help: "Show the arguments of each probe.")
  var verbose = false

  @Option(name: .short, help: ArgumentHelp("List what this program attaches to.", valueName: "program"))
  var e: String?

  @Option(
    name: .short,
    help: ArgumentHelp("Binaries named '*', and where none is named, are those of this process.", valueName: "pid"))
  var p: Int32?

  @Option(help: ScriptOptions.traceableFunctionsHelp)
  var traceableFunctions: String?

  @Argument(help: ArgumentHelp("Names with wildcards, or a script.", valueName: "pattern-or-file"))
  var pattern: String?

  /// Whether the words of a command line, up to the script and its parameters, ask for a list.
  static func isWanted(_ words: [String]) -> Bool {
    words.prefix { $0 != "--" && $0 != "-e" && $0 != "-c" }.contains { ["-l", "--list", "-lv", "-vl"].contains($0) }
  }

  func run() {
    var writer = ListWriter(style: style)
    do throws(CommandFailure) {
      try list(to: &writer)
      writer.flush()
    } catch {
      writer.flush()
      Terminal.fail(error, as: style)
    }
  }

  private func list(to writer: inout ListWriter) throws(CommandFailure) {
    // Asking an option for its value takes as long as writing a line.
    let verbose = verbose
    func give(_ entry: ProbeListing) {
      writer.write(entry.prefix)
      writer.writeLine(entry.rest)
      guard verbose else { return }
      for argument in entry.arguments { writer.writeLine("    \(argument)") }
    }
    do throws(TargetError) {
      let host = try HostTarget(traceableFunctions: traceableFunctions, tracedProcess: p)
      // The end of the process frees what the host knows at once, and not name by name.
      _ = Unmanaged.passRetained(host)
      let search = ProbeSearch(host, isOfProcess: p != nil)
      if let script {
        let names = try LargeStack.run { () throws(TargetError) in try program(of: script, host).probeNames }
        for name in names { give(try search.probe(named: name, withArguments: verbose)) }
        return
      }
      let pattern = pattern ?? "*"
      if host.listTypes(matching: pattern, withMembers: verbose, { writer.write($0) }) {
        if writer.isUnused { throw TargetError("this kernel has no type '\(pattern)'") }
        return
      }
      try search.probes(matching: pattern, withArguments: verbose, give)
      guard writer.isUnused else { return }
      throw TargetError(
        Self.looksLikeFile(pattern)
          ? "'\(pattern)' is not a file, and no probe matches it" : "no probe matches '\(pattern)'")
    } catch {
      throw CommandFailure(error.message)
    }
  }

  /// Probes whose names have slashes have a provider before them.
  private static func looksLikeFile(_ pattern: String) -> Bool {
    pattern.hasSuffix(".bt") || (pattern.contains("/") && !pattern.contains(":"))
  }

  /// The words that give a script: `-e` and its text, or a file.
  private var script: [String]? {
    if let e { return ["-e", e] }
    return isFile ? pattern.map { [$0] } : nil
  }

  private func program(of words: [String], _ host: HostTarget) throws(TargetError) -> Program {
    do {
      return try Frontend(target: host, options: try ScriptOptions.parse(words), style: style).compile().program
    } catch let error as CommandFailure {
      throw TargetError(error.message)
    } catch {
      throw TargetError(ScriptOptions.message(for: error))
    }
  }

  private var style: DiagnosticStyle {
    DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored)
  }

  private var isFile: Bool {
    guard let pattern else { return false }
    var status = stat()
    return stat(pattern, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

/// Writes a list to standard output while it is made; ends the process where nobody takes it.
private struct ListWriter: ~Copyable {
  private let style: DiagnosticStyle
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
  private var count = 0
  /// Whether nothing was written.
  private(set) var isUnused = true

  init(style: DiagnosticStyle) { self.style = style }

  deinit { buffer.deallocate() }

  mutating func write(_ text: String) {
    isUnused = false
    var text = text
    text.withUTF8 { bytes in
      if bytes.count > buffer.count - count { flush() }
      if bytes.count > buffer.count {
        give(Array(bytes))
      } else {
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: UnsafeRawBufferPointer(bytes))
        count += bytes.count
      }
    }
  }

  mutating func writeLine(_ text: String) {
    write(text)
    if count == buffer.count { flush() }
    buffer[count] = UInt8(ascii: "\n")
    count += 1
  }

  mutating func flush() {
    give(Array(buffer[..<count]))
    count = 0
  }

  private func give(_ bytes: [UInt8]) {
    do throws(CommandFailure) {
      try Terminal.writeOutput(bytes)
    } catch {
      Terminal.fail(error, as: style)
    }
  }
}
