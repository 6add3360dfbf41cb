/// A machine whose kernel may not be asked what it has: it is taken to have what its version brought.
public final class AssumedTarget: Target {
  private let source: any Target

  public init(_ source: any Target) { self.source = source }

  public var machine: Machine { source.machine }

  public func answer(_ question: Question) throws(TargetError) -> Answer {
    // Whether there is BTF shows in a file that all may read.
    guard case .kernel(.has(let feature)) = question, feature != .btf else { return try source.answer(question) }
    guard let since = feature.facts.since, let version = KernelVersion(release: machine.kernelRelease) else {
      return .flag(true)
    }
    return .flag(version >= since)
  }
}
