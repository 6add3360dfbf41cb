/// `uprobe` and `uretprobe`: a place in an executable or library.
public struct Uprobe: Hashable, Sendable {
  public let path: String
  /// Bytes from the start of the file.
  public let offset: UInt64
  /// It fires when the function there returns.
  public let isReturn: Bool
  /// The function that begins there as a part of another one.
  public var inlined: String?
}

extension Uprobe: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: isReturn ? "uretprobe" : "uprobe", programTypes: [.kprobe])
    if isReturn {
      traits.result = .register
    } else {
      traits.words = .registers
      traits.arguments = .parameters(binary: path, offset: offset, inlined: inlined)
    }
    traits.hasRegisters = true
    traits.context = .registers
    traits.hasFunctionName = true
    traits.binary = path
    traits.followsCommand = true
    traits.space = .user
    // Kernel: uprobe_prog_run and bpf_prog_run_array_uprobe only keep the task on its CPU.
    traits.isPreemptible = true
    return traits
  }
}

extension Provider {
  static let uprobe = uprobe(
    ["uprobe", "u"], isReturn: false, "Fires at a function or address of a program or library")
  static let uretprobe = uprobe(
    ["uretprobe", "ur"], isReturn: true, "Fires when a function of a program or library returns")

  /// What comes before a name as the sources of C++ have it.
  fileprivate static let cpp = "cpp:"

  private static func uprobe(_ names: [String], isReturn: Bool, _ summary: String) -> Provider {
    Provider(
      names, isReturn ? "BINARY:[cpp:]FUNCTION" : "BINARY:[cpp:]FUNCTION[+OFFSET] or BINARY@FILE:LINE[:COLUMN]",
      summary,
      match: { pattern, target, diagnostics in
        let pattern = pattern.withBinary { "/proc/\($0)/exe" }
        if let line = pattern.sourceLine {
          if isReturn { return pattern.misuse("a line does not return", &diagnostics) }
          return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
            try pattern.uprobes(at: line, target, &diagnostics)
          }
        }
        guard let function = pattern.userFunction(&diagnostics) else { return [] }
        return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
          guard let place = CodePlace(function.text) else {
            return pattern.misuse("'\(function.text)' is neither a function nor an address", &diagnostics)
          }
          if isReturn, place.offset != 0 {
            return pattern.misuse("a function returns as a whole: there is no place after its name", &diagnostics)
          }
          return try pattern.uprobes(at: place, function, isReturn, target, &diagnostics)
        }
      },
      list: { (query, target, give) throws(TargetError) in
        guard let (binary, glob) = query.binaryAndRest else { return }
        for path in try target.binaries(named: binary) {
          if glob.hasPrefix(Self.cpp) {
            let glob = glob.dropFirst(Self.cpp.count).filter { $0 != "\"" }
            var last: String?
            for function in try target.sourceFunctions(of: path, matching: glob) ?? []
            where function.sourceName != last {
              last = function.sourceName
              // In quotes it can be copied into a script.
              give(
                ProbeListing(
                  name: "\(names[0]):\(path):\(Self.cpp)\"\(function.sourceName)\"",
                  arguments: isReturn || !query.withArguments ? [] : target.parameters(of: function, in: path)))
            }
            continue
          }
          for function in try target.functions(of: path, matching: glob) ?? [] {
            give(
              ProbeListing(
                name: "\(names[0]):\(path):\(function.name)",
                arguments: isReturn || !query.withArguments ? [] : target.parameters(of: function, in: path)))
          }
        }
      })
  }
}

/// What follows the binary: "main", "main+16", "0x1234".
struct CodePlace: Equatable {
  enum Base: Equatable {
    /// A name, which may have wildcards.
    case function(String)
    /// A virtual address of the file.
    case address(UInt64)
  }

  let base: Base
  /// Bytes from there.
  let offset: UInt64

  init?(_ text: String) {
    let plus = text.lastIndex(of: "+")
    // A '+' may be part of a name: "operator+".
    if let plus, let offset = Self.number(text[text.index(after: plus)...]), plus != text.startIndex {
      base = Self.number(text[..<plus]).map { .address($0) } ?? .function(String(text[..<plus]))
      self.offset = offset
    } else {
      base = Self.number(text[...]).map { .address($0) } ?? .function(text)
      offset = 0
    }
  }

  private static func number(_ text: Substring) -> UInt64? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    return UInt64(text)
  }
}

/// A function as an attach point names it.
struct UserFunction {
  let text: String
  let range: SourceRange
  /// It is named as in the sources of C++.
  let isSourceName: Bool
}

extension Pattern {
  /// What follows the binary; reports what is wrong and gives `nil`.
  fileprivate func userFunction(_ diagnostics: inout Diagnostics) -> UserFunction? {
    guard parts.count >= 2, !parts[0].text.isEmpty, !parts[1].text.isEmpty else {
      report("needs a binary and a function", &diagnostics)
      return nil
    }
    if parts.count == 2 { return UserFunction(text: parts[1].text, range: parts[1].range, isSourceName: false) }
    let isCPP = "\(parts[1].text):" == Provider.cpp
    // "ns::f" without quotes is in parts.
    let rest = parts.dropFirst(isCPP ? 2 : 1)
    let text = rest.map(\.text).joined(separator: ":")
    let range = rest.dropFirst().reduce(rest[rest.startIndex].range) { $0.union($1.range) }
    if isCPP, !text.isEmpty { return UserFunction(text: text, range: range, isSourceName: true) }
    diagnostics.error(
      isCPP || text.contains(text: "::")
        ? "'\(text)' is not a symbol's name" : "there is no language '\(parts[1].text)'",
      at: isCPP || text.contains(text: "::") ? range : parts[1].range,
      notes: [Diagnostic.Note("functions of C++ are written \(provider.name):BINARY:cpp:\"NAMESPACE::FUNCTION\"")])
    return nil
  }

  var binary: AttachPointSyntax.Part { parts[0] }

  fileprivate func uprobes(
    at place: CodePlace, _ function: UserFunction, _ isReturn: Bool, _ target: any Target,
    _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> [ProbeMatch] {
    let paths = try target.binaries(named: binary.text)
    if paths.isEmpty {
      missing("there is no binary '\(binary.text)'", at: binary.range, notes: [search(for: binary.text)], &diagnostics)
      return []
    }
    var matches: [ProbeMatch] = []
    func add(
      _ path: String, _ offset: UInt64, _ name: String, _ function: String, inlined: String? = nil, risk: String?
    ) {
      matches.append(
        ProbeMatch(
          kind: .uprobe(Uprobe(path: path, offset: offset, isReturn: isReturn, inlined: inlined)),
          name: "\(provider.name):\(path):\(name)", function: function, risk: risk))
    }
    for path in paths {
      switch place.base {
      case .address(let address):
        let (sum, overflow) = address.addingReportingOverflow(place.offset)
        guard !overflow, let offset = try target.fileOffset(in: path, of: sum) else {
          missing("'\(path)' has no code at 0x\(String(sum, radix: 16))", at: function.range, near: [], &diagnostics)
          continue
        }
        let acceptance = try acceptance(of: offset, in: path, function, target, &diagnostics)
        guard acceptance != .refused else { continue }
        add(path, offset, function.text, function.text, risk: acceptance.risk)
      case .function(let glob):
        let found =
          function.isSourceName
          ? try target.sourceFunctions(of: path, matching: glob) : try target.functions(of: path, matching: glob)
        guard let functions = found else {
          // What a wildcard finds among binaries is not all binaries.
          if paths.count == 1 { missing("'\(path)' is no ELF file", at: binary.range, near: [], &diagnostics) }
          continue
        }
        let others = try sites(of: glob, function, place, isReturn, functions, path, target, &diagnostics)
        for site in others ?? [] {
          let acceptance = try self.acceptance(
            of: site.offset, in: path, function, isStatement: true, target, &diagnostics)
          guard acceptance != .refused else { continue }
          add(
            path, site.offset, (function.isSourceName ? Provider.cpp : "") + site.name,
            demanglesNames ? site.demangled ?? site.name : site.name, inlined: site.isInlined ? site.name : nil,
            risk: acceptance.risk)
        }
        if functions.isEmpty, others?.isEmpty == true, paths.count == 1 {
          try missingFunction(glob, function, path, target, &diagnostics)
        }
        for found in functions {
          guard place.offset == 0 || place.offset < found.size else {
            missing(
              "\(found.name)() has \(found.size) bytes: there is none at +\(place.offset)", at: function.range,
              near: [], &diagnostics)
            continue
          }
          let offset = found.offset + place.offset
          // Wildcards leave out what the kernel does not probe.
          var acceptance = Acceptance.sound
          if place.offset != 0 || Glob(glob).literal != nil {
            acceptance = try self.acceptance(of: offset, in: path, function, target, &diagnostics)
            guard acceptance != .refused else { continue }
          }
          let suffix = place.offset == 0 ? "" : "+\(place.offset)"
          add(
            path, offset, (function.isSourceName ? Provider.cpp : "") + found.name + suffix,
            (demanglesNames ? found.sourceName : found.name) + suffix, risk: acceptance.risk)
        }
      }
    }
    if matches.isEmpty, paths.count > 1 {
      missing("no function of \(paths.count) binaries matches '\(function.text)'", &diagnostics)
    }
    return matches
  }

  /// Whether a place is probed.
  enum Acceptance {
    case sound, risky, refused

    var risk: String? {
      switch self {
      case .sound, .refused: nil
      case .risky: "may damage the traced program: no instruction is known to begin there"
      }
    }
  }

  /// Whether an instruction that can be probed begins there; reports what is wrong. `--unsafe` takes the user's word for it.
  /// - Parameter isStatement: debug information has the place as the start of something.
  func acceptance(
    of offset: UInt64, in path: String, _ function: UserFunction, isStatement: Bool = false, _ target: any Target,
    _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> Acceptance {
    let range = function.range
    switch try target.instructionPlace(in: path, at: offset) {
    case .start: return .sound
    case .none where isStatement: return .sound
    case .inside where allowsUnsafe, .unprobed where allowsUnsafe, .none where allowsUnsafe: return .risky
    case .unprobed:
      missing(
        "the kernel does not probe the instruction at '\(function.text)' of '\(path)'", at: range,
        notes: [Diagnostic.Note("--unsafe leaves that to the kernel")], &diagnostics)
      return .refused
    case .inside:
      diagnostics.error(
        "'\(function.text)' is inside of an instruction of '\(path)': a probe there damages the traced program",
        at: range,
        notes: [Diagnostic.Note("--unsafe attaches it all the same")])
      return .refused
    case .none:
      diagnostics.error(
        "no symbols of '\(path)' tell whether an instruction begins at '\(function.text)': inside of one, a probe damages the"
          + " traced program", at: range, notes: [Diagnostic.Note("--unsafe takes your word for it")])
      return .refused
    }
  }

  /// Where a binary was looked for.
  func search(for name: String) -> Diagnostic.Note {
    Diagnostic.Note(
      name.contains("/")
        ? "no file matches the path" : "it was looked for in PATH and among the libraries of the dynamic linker")
  }

  private func missingFunction(
    _ glob: String, _ function: UserFunction, _ path: String, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    let range = function.range
    guard diagnostics.takesAdvice else {
      missing("'\(path)' has no function '\(glob)'", at: range, near: [], &diagnostics)
      return
    }
    let all = try target.sourceFunctions(of: path, matching: "*") ?? []
    if all.isEmpty {
      missing(
        "'\(path)' names no functions", at: range,
        notes: [Diagnostic.Note("it is stripped: install its debug symbols, or give an address")], &diagnostics)
    } else if Glob(glob).literal == nil {
      missing("no function of '\(path)' matches '\(glob)'", at: range, near: [], &diagnostics)
    } else {
      let names = Set(
        all.map { found in
          if !function.isSourceName { return found.name }
          return BinaryFunction.hasParameters(glob) ? found.sourceName : found.nameWithoutParameters
        }
      ).sorted()
      let near = Suggestions.nearest(to: glob, among: names, limit: 3)
      let message = "'\(path)' has no function '\(glob)'"
      if function.isSourceName, !near.isEmpty {
        // What stands there may be in quotes, and must be for most of these names.
        missing(
          message, at: range, notes: [Diagnostic.Note("did you mean \(Suggestions.list(near))?")], &diagnostics)
      } else {
        missing(message, at: range, near: near, &diagnostics)
      }
    }
  }
}
