import TraceLang

/// A machine whose kernel is taken to lack some features (`--no-feature`).
final class RestrictedTarget: Target {
  private let source: any Target
  private let denied: Set<KernelFeature>

  init(_ source: any Target, without denied: Set<KernelFeature>) {
    self.source = source
    self.denied = denied
  }

  var machine: Machine { source.machine }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    if case .kernel(.has(let feature)) = question, denied.contains(feature) { return .flag(false) }
    return try source.answer(question)
  }
}
