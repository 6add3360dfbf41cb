/// `uprobe` and `uretprobe`: a place in an executable or library.
public struct Uprobe: Hashable, Sendable {
  public let path: String
  /// Bytes from the start of the file.
  public let offset: UInt64
  /// It fires when the function there returns.
  public let isReturn: Bool
}

extension Uprobe: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: isReturn ? "uretprobe" : "uprobe", programTypes: [.kprobe])
    if isReturn { traits.result = .register } else { traits.words = .registers }
    traits.hasRegisters = true
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

  private static func uprobe(_ names: [String], isReturn: Bool, _ summary: String) -> Provider {
    Provider(
      names, isReturn ? "BINARY:FUNCTION" : "BINARY:FUNCTION[+OFFSET]", summary,
      match: { pattern, target, diagnostics in
        let parts = pattern.parts
        guard parts.count == 2, !parts[0].text.isEmpty, !parts[1].text.isEmpty else {
          return pattern.misuse("needs a binary and a function", &diagnostics)
        }
        return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
          guard let place = CodePlace(parts[1].text) else {
            return pattern.misuse("'\(parts[1].text)' is neither a function nor an address", &diagnostics)
          }
          if isReturn, place.offset != 0 {
            return pattern.misuse("a function returns as a whole: there is no place after its name", &diagnostics)
          }
          return try pattern.uprobes(at: place, isReturn, target, &diagnostics)
        }
      },
      list: { (query, target, give) throws(TargetError) in
        guard let colon = query.pattern.firstIndex(of: ":") else { return }
        let glob = String(query.pattern[query.pattern.index(after: colon)...])
        for path in try target.binaries(named: String(query.pattern[..<colon])) {
          for function in try target.functions(of: path, matching: glob) ?? [] {
            give(ProbeListing(name: "\(names[0]):\(path):\(function.name)", arguments: []))
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

extension Pattern {
  private var binary: AttachPointSyntax.Part { parts[0] }

  fileprivate func uprobes(
    at place: CodePlace, _ isReturn: Bool, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> [ProbeMatch] {
    let paths = try target.binaries(named: binary.text)
    if paths.isEmpty {
      missing("there is no binary '\(binary.text)'", at: binary.range, notes: [search(for: binary.text)], &diagnostics)
      return []
    }
    var matches: [ProbeMatch] = []
    func add(_ path: String, _ offset: UInt64, _ name: String) {
      matches.append(
        ProbeMatch(
          kind: .uprobe(Uprobe(path: path, offset: offset, isReturn: isReturn)),
          name: "\(provider.name):\(path):\(name)", function: name))
    }
    for path in paths {
      switch place.base {
      case .address(let address):
        let (sum, overflow) = address.addingReportingOverflow(place.offset)
        guard !overflow, let offset = try target.fileOffset(in: path, of: sum) else {
          missing("'\(path)' has no code at 0x\(String(sum, radix: 16))", at: parts[1].range, near: [], &diagnostics)
          continue
        }
        add(path, offset, parts[1].text)
      case .function(let glob):
        guard let functions = try target.functions(of: path, matching: glob) else {
          // What a wildcard finds among binaries is not all binaries.
          if paths.count == 1 { missing("'\(path)' is no ELF file", at: binary.range, near: [], &diagnostics) }
          continue
        }
        if functions.isEmpty, paths.count == 1 { try missingFunction(glob, path, target, &diagnostics) }
        for function in functions {
          guard place.offset == 0 || place.offset < function.size else {
            missing(
              "\(function.name)() has \(function.size) bytes: there is none at +\(place.offset)", at: parts[1].range,
              near: [], &diagnostics)
            continue
          }
          add(path, function.offset + place.offset, function.name + (place.offset == 0 ? "" : "+\(place.offset)"))
        }
      }
    }
    if matches.isEmpty, paths.count > 1 {
      missing("no function of \(paths.count) binaries matches '\(parts[1].text)'", &diagnostics)
    }
    return matches
  }

  /// Where a binary was looked for.
  func search(for name: String) -> Diagnostic.Note {
    Diagnostic.Note(
      name.contains("/")
        ? "no file matches the path" : "it was looked for in PATH and among the libraries of the dynamic linker")
  }

  private func missingFunction(
    _ glob: String, _ path: String, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    let range = parts[1].range
    guard diagnostics.takesAdvice else {
      missing("'\(path)' has no function '\(glob)'", at: range, near: [], &diagnostics)
      return
    }
    let all = try target.functions(of: path, matching: "*") ?? []
    if all.isEmpty {
      missing(
        "'\(path)' names no functions", at: range,
        notes: [Diagnostic.Note("it is stripped: install its debug symbols, or give an address")], &diagnostics)
    } else if Glob(glob).literal == nil {
      missing("no function of '\(path)' matches '\(glob)'", at: range, near: [], &diagnostics)
    } else {
      missing(
        "'\(path)' has no function '\(glob)'", at: range,
        near: Suggestions.nearest(to: glob, among: all.map(\.name), limit: 3), &diagnostics)
    }
  }
}
