/// Why a setting could not be set.
public enum ConfigurationError: Error, Hashable, Sendable {
  case unknownName(near: [String])
  /// What is wrong, and a value that was probably meant.
  case badValue(String, near: String?)
}

extension Configuration {
  /// The settings by their name in scripts; `BPFTRACE_` and upper case make the environment variable.
  public static let names = [
    "license", "log_size", "max_map_keys", "max_probes", "max_strlen", "max_cat_bytes", "max_bpf_progs",
    "perf_rb_pages", "str_trunc_trailer", "print_maps_on_exit", "missing_probes", "stack_mode", "on_stack_limit",
    "cache_user_symbols", "cpp_demangle", "lazy_symbolication", "show_debug_info", "unstable_tseries",
    "unstable_dw_ustack",
  ]

  /// Settings of older scripts that nothing depends on any more.
  public static let obsoleteNames = [
    "unstable_map_decl", "unstable_addr", "unstable_macro", "unstable_import", "max_type_res_iterations",
    "symbol_source", "use_blazesym",
  ]

  /// Names that settings had in bpftrace before 0.20, and those they have now.
  private static let renamed = [
    "strlen": "max_strlen", "map_keys_max": "max_map_keys", "cat_bytes_max": "max_cat_bytes",
    "no_cpp_demangle": "cpp_demangle",
  ]

  /// The name that a setting has now; `nil` for one that has it already, and for what is no setting.
  public static func currentName(of name: String) -> String? { renamed[canonical(name)] }

  public static func isObsolete(_ name: String) -> Bool { obsoleteNames.contains(canonical(name)) }

  /// Sets one setting from text.
  public mutating func set(_ name: String, to value: String) throws(ConfigurationError) {
    let key = Self.canonical(name)
    if let current = Self.renamed[key] {
      // What it says is the opposite of what the current name says.
      if key == "no_cpp_demangle" {
        demanglesNames = try !Self.flag(name, value)
      } else {
        try set(current, to: value, as: name)
      }
      return
    }
    try set(key, to: value, as: name)
  }

  /// - Parameter name: what messages call the setting.
  private mutating func set(_ key: String, to value: String, as name: String) throws(ConfigurationError) {
    switch key {
    case "license": license = try Self.choice(name, value, Self.licenses)
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
    case "missing_probes": missingProbes = try Self.choice(name, value)
    case "stack_mode": stackMode = try Self.choice(name, value)
    case "cache_user_symbols": userSymbolCache = try Self.cache(name, value)
    case "cpp_demangle": demanglesNames = try Self.flag(name, value)
    case "lazy_symbolication": looksUpSymbolsLate = try Self.flag(name, value)
    case "show_debug_info": showsDebugInfo = try Self.flag(name, value)
    case "unstable_tseries": timeSeriesStability = try Self.stability(name, value)
    case "unstable_dw_ustack": unwindingStability = try Self.stability(name, value)
    default:
      if Self.isObsolete(key) { return }
      throw .unknownName(near: Suggestions.nearest(to: key, among: Self.names, limit: 1))
    }
  }

  /// What a script reads of a setting.
  enum Setting {
    case flag(Bool)
    case number(Int)
    case text(String)
  }

  /// All settings as they are, by name.
  var settings: [(name: String, value: Setting)] {
    [
      ("cpp_demangle", .flag(demanglesNames)), ("lazy_symbolication", .flag(looksUpSymbolsLate)),
      ("print_maps_on_exit", .flag(printMapsOnExit)), ("show_debug_info", .flag(showsDebugInfo)),
      ("log_size", .number(logSize)), ("max_bpf_progs", .number(maxPrograms)),
      ("max_cat_bytes", .number(maxCatBytes)), ("max_map_keys", .number(maxMapKeys)),
      ("max_probes", .number(maxProbes)), ("max_strlen", .number(maxStringLength)),
      ("on_stack_limit", .number(onStackLimit)), ("perf_rb_pages", .number(ringBufferPages ?? 0)),
      ("str_trunc_trailer", .text(truncationTrailer)), ("unstable_tseries", .text(timeSeriesStability.rawValue)),
      ("unstable_dw_ustack", .text(unwindingStability.rawValue)),
      ("missing_probes", .text(missingProbes.rawValue)), ("stack_mode", .text(stackMode.rawValue)),
      ("license", .text(license)),
    ]
  }

  private static func number(
    _ name: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    guard case .success(let magnitude) = IntegerText.value(of: Array(value.utf8)[...]),
      let number = Int(exactly: magnitude), range.contains(number)
    else {
      throw .badValue("\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'", near: nil)
    }
    return number
  }

  private static func flag(_ name: String, _ value: String) throws(ConfigurationError) -> Bool {
    switch value.lowercased() {
    case "1", "true", "yes", "on": return true
    case "0", "false", "no", "off": return false
    default:
      let near = Suggestions.nearest(to: value, among: ["true", "false"], limit: 1).first
      throw .badValue("\(name) is true or false, not '\(value)'", near: near)
    }
  }

  /// `0` and `1` of bpftrace before 0.21 are no cache and one for each program.
  private static func cache(_ name: String, _ value: String) throws(ConfigurationError) -> UserSymbolCache {
    switch value {
    case "0": return .none
    case "1": return .perProgram
    default: return try choice(name, value)
    }
  }

  private static func stability(_ name: String, _ value: String) throws(ConfigurationError) -> Stability {
    switch value.lowercased() {
    case "1", "true": return .enable
    case "0", "false": return .error
    default: return try choice(name, value)
    }
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ value: String
  ) throws(ConfigurationError) -> Choice {
    let all = Choice.allCases.map(\.rawValue)
    let text = try choice(name, value, all)
    guard let choice = Choice(rawValue: text) else { throw .badValue("\(name) cannot be '\(value)'", near: nil) }
    return choice
  }

  /// One of some texts, whatever its case.
  private static func choice(_ name: String, _ value: String, _ all: [String]) throws(ConfigurationError) -> String {
    if let match = all.first(where: { $0.lowercased() == value.lowercased() }) { return match }
    let list = all.dropLast().joined(separator: ", ") + " and " + (all.last ?? "")
    throw .badValue(
      "\(name) is one of \(list), not '\(value)'", near: Suggestions.nearest(to: value, among: all, limit: 1).first)
  }
}
