import TraceLang

/// Why a bundle is not run.
public enum BundleRefusal: Error, Hashable, Sendable {
  /// It is damaged, or not for this machine; the text says how.
  case unfit(String)
  /// It does something to the machine besides observing it: "runs commands".
  case acts(String)
  /// A probe of that name may lie inside of an instruction of this machine's binary.
  case misplaced(String)

  /// What the bundle does, where it is refused for that.
  public var deed: String? {
    switch self {
    case .unfit: nil
    case .acts(let effect): effect
    case .misplaced(let title):
      "probes where this machine's binary may have no instruction (\(title)), which damages the traced program"
    }
  }
}

extension BundleFile {
  /// The bundle of a file's bytes, fitted to the machine that is to run it.
  /// - Parameter allowsUnsafe: whether it may act on the machine.
  public static func admitted(
    _ bytes: [UInt8], on target: any Target, allowsUnsafe: Bool
  ) throws(BundleRefusal) -> CheckedBundle {
    let bundle: CheckedBundle
    do throws(BundleError) {
      bundle = try BundleFile(decoding: bytes).fitted(to: target)
    } catch {
      throw .unfit(error.message)
    }
    if allowsUnsafe { return bundle }
    if let effect = bundle.effect { throw .acts(effect) }
    if let title = bundle.misplacedProbe(on: target) { throw .misplaced(title) }
    return bundle
  }
}
