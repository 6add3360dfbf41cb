extension Checker {
  /// Takes over what `config = { }` sets.
  mutating func applyConfiguration(_ script: Script) {
    for case .config(let block) in script.items {
      for entry in block.entries {
        let value: String
        switch entry.value {
        case .integer(let number): value = String(number)
        case .string(let text), .word(let text): value = text
        }
        do throws(ConfigurationError) {
          if options.configuration.isFromEnvironment(entry.name.text) { continue }
          try configuration.set(entry.name.text, to: value)
        } catch {
          switch error {
          case .unknownName(let near):
            self.error(
              "there is no setting '\(entry.name.text)'", at: entry.name.range,
              notes: near.map { Diagnostic.Note("did you mean '\($0)'?") })
          case .badValue(let message): self.error(message, at: entry.valueRange)
          }
        }
      }
    }
  }
}

/// Why a setting could not be set.
public enum ConfigurationError: Error, Hashable, Sendable {
  case unknownName(near: [String])
  case badValue(String)
}

extension Configuration {
  /// The settings by their name in scripts; `BPFTRACE_` and upper case make the environment variable.
  public static let names = [
    "license", "log_size", "max_map_keys", "max_probes", "max_strlen", "max_cat_bytes", "max_bpf_progs",
    "perf_rb_pages", "str_trunc_trailer", "print_maps_on_exit", "missing_probes", "stack_mode", "on_stack_limit",
    "cache_user_symbols", "cpp_demangle", "lazy_symbolication", "show_debug_info", "unstable_map_decl",
    "unstable_tseries", "unstable_addr",
  ]

  /// Sets one setting from text.
  public mutating func set(_ name: String, to value: String) throws(ConfigurationError) {
    let key = Self.canonical(name)
    switch key {
    case "license": license = value
    case "log_size": logSize = try Self.number(name, value, 0...1 << 30)
    case "max_map_keys": maxMapKeys = try Self.number(name, value, 1...1 << 30)
    case "max_probes": maxProbes = try Self.number(name, value, 1...1 << 20)
    case "max_strlen": maxStringLength = try Self.number(name, value, 1...65536)
    case "max_cat_bytes": maxCatBytes = try Self.number(name, value, 0...1 << 30)
    case "max_bpf_progs": maxPrograms = try Self.number(name, value, 1...1 << 20)
    case "perf_rb_pages": ringBufferPages = try Self.number(name, value, 1...1 << 20)
    case "on_stack_limit": onStackLimit = try Self.number(name, value, 0...512)
    case "str_trunc_trailer": truncationTrailer = value
    case "print_maps_on_exit": printMapsOnExit = try Self.flag(name, value)
    case "missing_probes":
      guard let mode = MissingProbes(rawValue: value.lowercased()) else {
        throw .badValue("\(name) is one of error, warn and ignore, not '\(value)'")
      }
      missingProbes = mode
    case "stack_mode":
      guard let mode = StackType.Mode(rawValue: value.lowercased()) else {
        throw .badValue("\(name) is one of bpftrace, perf and raw, not '\(value)'")
      }
      stackMode = mode
    case "cache_user_symbols", "cpp_demangle", "lazy_symbolication", "show_debug_info", "unstable_map_decl",
      "unstable_tseries", "unstable_addr":
      break
    default:
      throw .unknownName(near: Suggestions.nearest(to: key, among: Self.names, limit: 1))
    }
  }

  private static func number(
    _ name: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .badValue("\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'")
    }
    return number
  }

  private static func flag(_ name: String, _ value: String) throws(ConfigurationError) -> Bool {
    switch value.lowercased() {
    case "1", "true", "yes": return true
    case "0", "false", "no": return false
    default: throw .badValue("\(name) is true or false, not '\(value)'")
    }
  }
}
