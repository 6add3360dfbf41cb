/// `usdt`: a place that an executable or library names for tracers, and its arguments there.
public struct USDT: Hashable, Sendable {
  public let path: String
  /// Bytes from the start of the file.
  public let offset: UInt64
  /// Bytes from there to the count of those who trace it, which the kernel keeps; 0 for none.
  public let semaphore: UInt64
  /// `nil` for those of no known form.
  public let operands: [USDTOperand?]
}

extension USDT: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "usdt", programTypes: [.kprobe])
    traits.words = .operands(operands.map { $0?.type })
    traits.hasRegisters = true
    traits.context = .registers
    traits.binary = path
    traits.followsCommand = true
    traits.space = .user
    // Kernel: uprobe_prog_run and bpf_prog_run_array_uprobe only keep the task on its CPU.
    traits.isPreemptible = true
    return traits
  }
}

extension Provider {
  static let usdt = Provider(
    ["usdt", "U"], "BINARY:[NAMESPACE:]PROBE", "Fires where a program or library has a place for tracers",
    match: { pattern, target, diagnostics in
      let pattern = pattern.withBinary { _ in "*" }
      let parts = pattern.parts
      guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.text.isEmpty }) else {
        return pattern.misuse("needs a binary and a probe", &diagnostics)
      }
      return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
        try pattern.usdtProbes(target, &diagnostics)
      }
    },
    list: { (query, target, give) throws(TargetError) in
      guard let (binary, probe) = query.binaryAndRest else { return }
      let name = USDTName(probe.split(separator: ":").map(String.init))
      for path in try target.binaries(named: binary) {
        var last: String?
        for site in try target.usdtSites(of: path) ?? [] where name.matches(site) {
          // Several sites of a probe are one after another.
          let full = "usdt:\(path):\(site.provider):\(site.name)"
          if full == last { continue }
          last = full
          let operands = query.withArguments ? target.operands(of: site, in: path) : []
          give(
            ProbeListing(
              name: full,
              arguments: operands.enumerated().map { number, operand in
                "\(operand.map { Type.integer($0.type).description } ?? "unknown") arg\(number)"
              }))
        }
      }
    })
}

extension Target {
  /// Where a site has its arguments; `nil` for those of no known form.
  fileprivate func operands(of site: USDTSite, in path: String) -> [USDTOperand?] {
    USDTOperand.operands(of: site.arguments, machine.architecture) { symbol in
      // Of variables that share a name it is not known which one is meant.
      guard let found = try? variables(of: path, matching: Glob.escaped(symbol)), found.count == 1,
        found[0].place != .threadLocal
      else { return nil }
      return found[0]
    }
  }
}

/// What a script calls probes of a binary: "PROBE", or "NAMESPACE" and "PROBE", both with wildcards.
private struct USDTName {
  let provider: Glob
  let name: Glob

  init(_ parts: [String]) {
    provider = Glob(parts.count > 1 ? parts[0] : "*")
    name = Glob(parts.last ?? "*")
  }

  func matches(_ site: USDTSite) -> Bool { provider.matches(site.provider) && name.matches(site.name) }
}

extension Pattern {
  fileprivate func usdtProbes(
    _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> [ProbeMatch] {
    let binary = parts[0]
    let paths = try target.binaries(named: binary.text)
    if paths.isEmpty {
      missing("there is no binary '\(binary.text)'", at: binary.range, notes: [search(for: binary.text)], &diagnostics)
      return []
    }
    let name = USDTName(parts.dropFirst().map(\.text))
    var matches: [ProbeMatch] = []
    for path in paths {
      guard let sites = try target.usdtSites(of: path) else {
        // What a wildcard finds among binaries is not all binaries.
        if paths.count == 1 { missing("'\(path)' is no ELF file", at: binary.range, near: [], &diagnostics) }
        continue
      }
      let found = sites.filter(name.matches)
      if found.isEmpty, paths.count == 1 { missingUSDT(path, sites, &diagnostics) }
      for site in found {
        let place = USDT(
          path: path, offset: site.offset, semaphore: site.semaphore ?? 0,
          operands: target.operands(of: site, in: path))
        matches.append(ProbeMatch(kind: .usdt(place), name: "usdt:\(path):\(site.provider):\(site.name)"))
      }
    }
    if matches.isEmpty, paths.count > 1 {
      missing("no USDT probe of \(paths.count) binaries matches '\(usdtName)'", &diagnostics)
    }
    return matches
  }

  private var usdtName: String { parts.dropFirst().map(\.text).joined(separator: ":") }

  private func missingUSDT(_ path: String, _ sites: [USDTSite], _ diagnostics: inout Diagnostics) {
    let range = parts.dropFirst().reduce(parts[1].range) { $0.union($1.range) }
    if sites.isEmpty {
      missing("'\(path)' has no USDT probes", at: range, near: [], &diagnostics)
    } else if parts.dropFirst().contains(where: { Glob($0.text).literal == nil }) || !diagnostics.takesAdvice {
      missing("no USDT probe of '\(path)' matches '\(usdtName)'", at: range, near: [], &diagnostics)
    } else {
      let names = Set(sites.map { parts.count == 3 ? "\($0.provider):\($0.name)" : $0.name }).sorted()
      missing(
        "'\(path)' has no USDT probe '\(usdtName)'", at: range,
        near: Suggestions.nearest(to: usdtName, among: names, limit: 3), &diagnostics)
    }
  }
}
