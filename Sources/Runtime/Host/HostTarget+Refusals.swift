import TraceLang

// What the host keeps from those who may not know, and a compilation goes on without.
extension HostTarget {
  /// Why this process cannot find out what the kernel has; `nil` where it can.
  public var featureRefusal: TargetError? { KernelFeatures.refusal }

  /// Why it cannot read which of the kernel's functions can be traced, so that all are taken for such; `nil` where it can.
  public var functionRefusal: TargetError? {
    do throws(TargetError) {
      guard let traceable else {
        _ = try tracefs()
        return nil
      }
      try traceable.names.forEach(matching: Glob("*")) { _ in false }
      return nil
    } catch {
      return error
    }
  }
}
