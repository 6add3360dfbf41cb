import Glibc
import TraceLang

/// The settings of the `BPFTRACE_*` environment variables.
struct EnvironmentSettings {
  let configuration: Configuration
  /// What the user should know of variables that do nothing.
  let warnings: [Diagnostic]

  private static let prefix = "BPFTRACE_"

  /// Variables of bpftrace that are no settings of scripts.
  private static let others: Set<String> = [
    "BPFTRACE_COLOR", "BPFTRACE_BTF", "BPFTRACE_DEBUG_OUTPUT", "BPFTRACE_KERNEL_BUILD", "BPFTRACE_KERNEL_SOURCE",
    "BPFTRACE_VMLINUX", "BPFTRACE_VERIFY_LLVM_IR", "BPFTRACE_MAX_AST_NODES", "BPFTRACE_NO_USER_SYMBOLS",
    "BPFTRACE_PROBE_INLINE",
  ]

  init() throws(CommandFailure) {
    var configuration = Configuration()
    var warnings: [Diagnostic] = []
    let variables = Self.variables().filter { !Self.others.contains($0.name) }
    // A setting's own name says what it is where an older one is there, too.
    let older = variables.filter { Configuration.currentName(of: $0.name) != nil }
    for (variable, value) in older + variables.filter({ Configuration.currentName(of: $0.name) == nil }) {
      let name = variable.dropFirst(Self.prefix.count).lowercased()
      if let current = Configuration.currentName(of: name) {
        warnings.append(
          .warning("\(variable) is an older name: it is \(Self.prefix)\(current.uppercased()) now", at: nil))
      }
      if Configuration.isObsolete(name) {
        warnings.append(.warning("\(variable) has no effect any more", at: nil))
        continue
      }
      do throws(ConfigurationError) {
        try configuration.setFromEnvironment(name, to: value)
      } catch {
        switch error {
        case .badValue(let message, let near):
          let text = message.hasPrefix(name) ? variable + message.dropFirst(name.count) : "\(variable): \(message)"
          throw CommandFailure(text + (near.map { "; did you mean '\($0)'?" } ?? ""))
        case .unknownName(let near):
          // Another program's variable is none of our business; a misspelled one is.
          guard !near.isEmpty else { continue }
          let notes = near.map { Diagnostic.Note("did you mean \(Self.prefix)\($0.uppercased())?") }
          warnings.append(.warning("\(variable) is not a setting and has no effect", at: nil, notes: notes))
        }
      }
    }
    self.configuration = configuration
    self.warnings = warnings
  }

  /// The variables that begin with the prefix, sorted by name.
  private static func variables() -> [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(systemCString: entry)
      if text.hasPrefix(prefix), let equals = text.firstIndex(of: "=") {
        found.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      }
      next += 1
    }
    return found.sorted { $0.name < $1.name }
  }
}
