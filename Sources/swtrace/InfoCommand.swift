import ArgumentParser
import CLibBPF
import Glibc
import Runtime
import TraceLang

/// Tells what this machine, its kernel and this executable have.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace --info", abstract: "Tells what the kernel has of all that scripts may use.")

  @Option(parsing: .unconditional, help: ScriptOptions.noFeatureHelp)
  var noFeature: FeatureList?

  func run() {
    do throws(CommandFailure) {
      try Terminal.writeOutput(try text())
    } catch {
      Terminal.fail(error, as: DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored))
    }
  }

  private func text() throws(CommandFailure) -> String {
    do throws(TargetError) {
      let report = try KernelReport(of: try HostTarget())
      let denied = noFeature?.words ?? []
      return system + build
        + report.groups.map { group in
          "\n\(group.title)\n"
            + columns(of: group.facts.map { denied.contains($0.name) ? ($0.name, "no") : ($0.name, $0.value) })
        }.joined()
    } catch {
      throw CommandFailure(error.message)
    }
  }

  private var system: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "" }
    let (name, release, version) = (text(of: names.sysname), text(of: names.release), text(of: names.version))
    return "System\n  OS: \(name) \(release) \(version)\n  Arch: \(text(of: names.machine))\n"
  }

  private var build: String {
    let library = libbpf_version_string().map { String(cString: $0) } ?? ""
    return "\nBuild\n  version: \(Swtrace.version)\n  libbpf: \(library)\n"
  }

  /// Two facts a line.
  private func columns(of facts: [(name: String, value: String)]) -> String {
    stride(from: 0, to: facts.count, by: 2).map { index in
      let cells = facts[index..<min(index + 2, facts.count)].map { "\($0.name): \($0.value)" }
      guard cells.count == 2 else { return "  \(cells[0])\n" }
      let gap = String(repeating: " ", count: max(1, Self.columnWidth - cells[0].utf8.count))
      return "  \(cells[0])\(gap)\(cells[1])\n"
    }.joined()
  }

  private static let columnWidth = 33

  /// The text of a fixed array of characters up to its NUL.
  private func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
