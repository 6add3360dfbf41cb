import TraceLang

extension HostTarget {
  func find(_ question: KernelQuestion) -> Answer {
    switch question {
    case .has(let feature): .flag(features.has(feature))
    case .symbolAddress(let name): .number(symbolAddress(name))
    }
  }

  /// `nil` when there is no such symbol or the kernel hides addresses from this user.
  private func symbolAddress(_ name: String) -> UInt64? {
    var found: UInt64 = 0
    try? symbols.forEach(named: name) { symbol in
      found = symbol.address
      return false
    }
    return found == 0 ? nil : found
  }
}
