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
      swtrace -l[v] [pattern,...]
      swtrace -l[v] 'struct NAME' | 'union NAME' | 'enum NAME'
      swtrace -l FILE
      swtrace -l -e 'program'
      """)

  @OptionGroup var options: ScriptOptions

  @Flag(name: [.customShort("l"), .customLong("list")], help: "List probes.")
  var isListing = false

  @Flag(name: [.short, .customLong("verbose")], help: "Show the arguments of each probe.")
  var verbose = false

  @Option(
    name: [.short, .customLong("pid")], parsing: .unconditional,
    help: ArgumentHelp("Binaries named '*', and where none is named, are those of this process.", valueName: "pid"))
  var p: ProcessNumber?

  func validate() throws {
    if options.e == nil, options.words.count > 1 { throw ValidationError("-l takes one pattern or file") }
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
      let host = try HostTarget(
        traceableFunctions: options.traceableFunctions, tracedProcess: p?.number, debugFolders: options.debugFolders)
      // The end of the process frees what the host knows at once, and not name by name.
      _ = Unmanaged.passRetained(host)
      let search = ProbeSearch(host, isOfProcess: p != nil)
      if isOfScript {
        let names = try LargeStack.run { () throws(TargetError) in try program(host).listedNames }
        for name in names { give(try search.probe(named: name, withArguments: verbose)) }
        return
      }
      let pattern = pattern?.text ?? "*"
      if Self.looksLikeFile(pattern) { remark("'\(pattern)' is not a file that there is: it is taken for a pattern") }
      // Names of types may stand among patterns of probes.
      var probes: [String] = []
      for part in pattern.split(separator: ",") {
        let words = part.split(separator: " ").joined(separator: " ")
        let isOfTypes = try host.listTypes(matching: words, withMembers: verbose) { writer.write($0) }
        if !isOfTypes { probes.append(words) }
      }
      if !probes.isEmpty {
        try search.probes(matching: probes.joined(separator: ","), withArguments: verbose, give)
      }
      if writer.isUnused { remark("nothing matches '\(pattern)'") }
    } catch {
      throw CommandFailure(error.message)
    }
  }

  private func remark(_ text: String) {
    if !options.noWarnings { Terminal.tell([.warning(text, at: nil)], SourceMap(), as: style) }
  }

  /// Probes whose names have slashes have a provider before them.
  private static func looksLikeFile(_ pattern: String) -> Bool {
    pattern.hasSuffix(".bt") || (pattern.contains("/") && !pattern.contains(":"))
  }

  /// What is to be listed, unless it is what a script attaches to.
  private var pattern: ArgumentWord? { options.words.first }

  private func program(_ host: HostTarget) throws(TargetError) -> Program {
    do throws(CommandFailure) {
      let frontend = Frontend(target: host, options: options, style: style)
      return try frontend.compile(tracedPID: p.map { Int($0.number) }).program
    } catch {
      throw TargetError(error.message)
    }
  }

  private var style: DiagnosticStyle { DiagnosticStyle(isJSON: false, isColored: options.isColored) }

  private var isOfScript: Bool {
    if options.e != nil { return true }
    guard let pattern else { return false }
    var status = stat()
    return pattern == "-" || stat(pattern.cString, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
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
    let isText = text.withUTF8 { bytes in
      // Names of files need not be text.
      if bytes.contains(String.standInLead) { return false }
      write(UnsafeRawBufferPointer(bytes))
      return true
    }
    if !isText { text.systemBytes.withUnsafeBytes { write($0) } }
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > buffer.count - count { flush() }
    if bytes.count > buffer.count {
      give(Array(bytes))
    } else {
      UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
      count += bytes.count
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
