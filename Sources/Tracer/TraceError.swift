import Codegen
import Runtime
import TraceLang

/// Why something could not be traced, read or written; the text starts with what the caller can act on.
public struct TraceError: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// What there is to say of each of several probes.
  public let details: [String]

  init(_ description: String, details: [String] = []) {
    self.description = description
    self.details = details
  }

  init(_ error: RuntimeError) { self.init(error.description, details: error.details) }
  init(_ error: TargetError) { self.init(error.message) }
  init(_ error: BundleError) { self.init(error.message) }
}
