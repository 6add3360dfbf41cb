/// An option of a command line without a command's name: how it is written, and what makes something of it.
struct OptionName {
  /// What a command line may ask for.
  enum Command {
    case trace, list, format, information
    /// `--aot`: `swtrace build`.
    case build
  }

  enum Effect {
    /// These commands have such an option; for the others it means nothing and is passed over.
    case option(of: [Command])
    /// It tells by itself what is asked for.
    case help, version, information, list, format, build
    /// bpftrace has it, and there is nothing here that it could change, for this reason.
    case none(reason: String?)
  }

  let short: Character?
  let long: String?
  let takesValue: Bool
  let effect: Effect
  /// Whether bpftrace has none of this name.
  let isOwn: Bool

  private init(
    _ short: Character?, _ long: String?, value: Bool = false, _ effect: Effect, isOwn: Bool = false
  ) {
    self.short = short
    self.long = long
    self.takesValue = value
    self.effect = effect
    self.isOwn = isOwn
  }

  /// As users write it, "--pid" rather than "-p".
  var spelling: String { long.map { "--\($0)" } ?? short.map { "-\($0)" } ?? "" }

  private static let script: [Command] = [.trace, .list, .build]

  /// All there are.
  static let all: [OptionName] = [
    OptionName("h", "help", .help),
    OptionName("V", "version", .version),
    OptionName(nil, "info", .information),
    OptionName("l", "list", .list),
    OptionName(nil, "fmt", .format),
    OptionName(nil, "aot", value: true, .build),
    OptionName("e", nil, value: true, .option(of: [.trace, .list, .format, .build])),
    OptionName("v", "verbose", .option(of: [.trace, .list])),
    OptionName("p", "pid", value: true, .option(of: [.trace, .list])),
    OptionName("c", "cmd", value: true, .option(of: [.trace])),
    OptionName("o", "output", value: true, .option(of: [.trace, .format])),
    OptionName("f", "format", value: true, .option(of: [.trace])),
    OptionName(nil, "flamegraph", value: true, .option(of: [.trace]), isOwn: true),
    OptionName(nil, "pprof", value: true, .option(of: [.trace]), isOwn: true),
    OptionName("B", nil, value: true, .option(of: [.trace])),
    OptionName("d", "debug", value: true, .option(of: [.trace])),
    OptionName("q", "quiet", .option(of: [.trace])),
    OptionName("k", "warnings", .option(of: script)),
    OptionName("I", nil, value: true, .option(of: script)),
    OptionName(nil, "include", value: true, .option(of: script)),
    OptionName(nil, "no-warnings", .option(of: script)),
    OptionName(nil, "unsafe", .option(of: script)),
    OptionName(nil, "no-feature", value: true, .option(of: script + [.information])),
    OptionName(nil, "traceable-functions", value: true, .option(of: script)),
    OptionName(nil, "debuginfo", value: true, .option(of: script)),
    OptionName(nil, "mode", value: true, .option(of: script)),
    OptionName(nil, "test", .option(of: script)),
    OptionName(nil, "bench", .option(of: script)),
    OptionName(nil, "probe-filter", value: true, .option(of: script)),
    OptionName(nil, "follow", .option(of: [.trace]), isOwn: true),
    OptionName(nil, "usdt-file-activation", .option(of: [.trace])),
    OptionName(nil, "dry-run", .option(of: [.trace])),
    OptionName(nil, "emit-elf", value: true, .option(of: [.trace])),
    OptionName("b", "btf", .none(reason: nil)),
    OptionName(nil, "emit-llvm", value: true, .none(reason: "swtrace compiles without LLVM; see -d ir,ir-opt")),
    OptionName(nil, "verify-llvm-ir", .none(reason: "swtrace compiles without LLVM")),
    OptionName(nil, "dwarf-pid", value: true, .none(reason: "dw_ustack unwinds every process that it meets")),
    OptionName(nil, "color", value: true, .option(of: script), isOwn: true),
    OptionName(nil, "target", value: true, .option(of: [.trace]), isOwn: true),
    OptionName("i", "in-place", .option(of: [.format]), isOwn: true),
    OptionName(nil, "check", .option(of: [.format]), isOwn: true),
  ]

  /// The options that a long name may stand for: the one of that name, else those that begin so, bpftrace's before ours.
  static func candidates(for name: String) -> [OptionName] {
    if let exact = all.first(where: { $0.long == name }) { return [exact] }
    let found = all.filter { $0.long?.hasPrefix(name) == true }
    let theirs = found.filter { !$0.isOwn }
    return theirs.isEmpty ? found : theirs
  }
}
