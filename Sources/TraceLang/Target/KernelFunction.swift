/// A function of the kernel or of one of its modules.
public struct KernelFunction: Hashable, Sendable, Codable {
  /// What the kernel itself is called where modules have names.
  public static let kernel = "vmlinux"

  public let module: String
  public let name: String

  public init(_ name: String, module: String = Self.kernel) {
    self.module = module
    self.name = name
  }

  /// "vfs_read", or "nf_conntrack:nf_conntrack_in" for a module's.
  public init(text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      self.init(text)
      return
    }
    self.init(String(text[text.index(after: colon)...]), module: String(text[..<colon]))
  }

  public var isInModule: Bool { module != Self.kernel }

  /// What `init(text:)` takes.
  public var text: String { isInModule ? "\(module):\(name)" : name }

  /// With "vmlinux:" where it is in no module.
  public var fullText: String { "\(module):\(name)" }
}

/// Where a call of a function is stopped at.
public enum FunctionSide: String, Hashable, Sendable, Codable {
  case entry
  /// Where it returns.
  case exit
}
