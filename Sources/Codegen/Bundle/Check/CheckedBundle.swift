import TraceLang

/// A bundle all of whose parts agree with each other, so that running it stays within its own memory and ends when told.
///
/// The runtime takes no other: what a compiler made passes the same check as a file that a stranger wrote.
public struct CheckedBundle: Hashable, Sendable {
  public let bundle: Bundle
  /// What it does to the machine besides observing it, so that it is run with `--unsafe` only; `nil` for nothing.
  public let effect: String?

  /// - Throws: when the parts contradict each other; the message says which.
  public init(_ bundle: Bundle) throws(BundleError) {
    let checker = BundleChecker(bundle)
    do throws(BundleFault) {
      effect = try checker.check()
    } catch {
      throw BundleError("the bundle contradicts itself: \(error.text); build it again")
    }
    self.bundle = bundle
  }
}

/// What is wrong with a part of a bundle: "hook 0: there is no program 9".
struct BundleFault: Error {
  let text: String

  init(_ text: String) { self.text = text }

  /// The same fault, told with the part it is in.
  func inside(_ part: String) -> BundleFault { BundleFault("\(part): \(text)") }
}
