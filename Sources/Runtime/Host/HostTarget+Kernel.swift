import TraceLang

extension HostTarget {
  func find(_ question: KernelQuestion) -> Answer {
    switch question {
    case .has(let feature): .flag(features.has(feature))
    case .symbolAddress(let name): .number(KernelSymbols().address(of: name))
    }
  }
}
