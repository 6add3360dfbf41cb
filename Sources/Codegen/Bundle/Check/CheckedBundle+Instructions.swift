import TraceLang

extension CheckedBundle {
  /// The title of a hook in a program where no instruction is known to begin, so that a probe there may damage it: the
  /// bundle is run with `--unsafe` only; `nil` when there is none.
  public func misplacedProbe(on target: any Target) -> String? {
    var usdtPlaces: [String: Set<UInt64>] = [:]
    /// Where a binary says that it has a probe, there is an instruction for it.
    func isDeclared(_ offset: UInt64, _ path: String) -> Bool {
      if let known = usdtPlaces[path] { return known.contains(offset) }
      let places = Set(((try? target.usdtSites(of: path)) ?? []).map(\.offset))
      usdtPlaces[path] = places
      return places.contains(offset)
    }
    func isSound(_ offset: UInt64, _ path: String) -> Bool {
      switch try? target.instructionPlace(in: path, at: offset) {
      case .start, .unprobed: true
      case .inside: false
      case .none: isDeclared(offset, path)
      }
    }
    return bundle.hooks.first { hook in
      switch hook.point {
      case .uprobe(let site): !isSound(site.offset, site.path)
      case .uprobes(let sites): !sites.offsets.allSatisfy { isSound($0, sites.path) }
      // The kernel looks at its own instructions itself; one at an address is an `effect`.
      case .kprobe, .kprobeMulti, .kprobeSession, .trampoline: false
      case .testRun, .perfEvent, .breakpoint, .tracepoint, .rawTracepoint, .iterator, .pinnedIterator: false
      }
    }?.title
  }
}
