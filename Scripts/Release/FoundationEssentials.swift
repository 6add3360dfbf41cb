// The release executable's stand-in for the module FoundationEssentials. ArgumentParser alone imports it, for the few names
// below; the real one is a third of the executable, and its types slow down every search of the Swift runtime at the start.
// When ArgumentParser needs another name, the release does not compile.

public protocol LocalizedError: Error {
  var errorDescription: String? { get }
}

extension LocalizedError {
  public var errorDescription: String? { nil }
}

/// Refuses all values: only `--experimental-dump-help` has one, and prints nothing then.
public final class JSONEncoder {
  public struct OutputFormatting: OptionSet, Sendable {
    public let rawValue: UInt

    public init(rawValue: UInt) { self.rawValue = rawValue }

    public static let prettyPrinted = OutputFormatting(rawValue: 1)
    public static let sortedKeys = OutputFormatting(rawValue: 2)
  }

  public var outputFormatting: OutputFormatting = []

  public init() {}

  public func encode<T: Encodable>(_ value: T) throws -> Data { throw Unavailable() }

  private struct Unavailable: Error {}
}

public struct Data: Sendable {}

extension String {
  public enum Encoding: Sendable {
    case utf8
  }

  public init?(data: Data, encoding: Encoding) { return nil }
}
