/// A function of an ELF file.
public struct BinaryFunction: Hashable, Sendable, Codable {
  /// The symbol's.
  public let name: String
  /// What that is in the source, with parameters: "ns::f(int)"; `nil` where it is the same or not known.
  public let demangled: String?
  /// Bytes from the start of the file to its code.
  public let offset: UInt64
  /// In bytes; 0 where the file does not say.
  public let size: UInt64

  public init(name: String, demangled: String? = nil, offset: UInt64, size: UInt64) {
    self.name = name
    self.demangled = demangled
    self.offset = offset
    self.size = size
  }
}

extension BinaryFunction {
  /// As the source has it, where that is known.
  public var sourceName: String { demangled ?? name }

  /// `sourceName` less the parameters and what follows them.
  public var nameWithoutParameters: String {
    guard let demangled, let close = demangled.utf8.lastIndex(of: UInt8(ascii: ")")) else { return sourceName }
    var depth = 0
    for index in demangled.utf8[...close].indices.reversed() {
      switch demangled.utf8[index] {
      case UInt8(ascii: ")"): depth += 1
      case UInt8(ascii: "("): depth -= 1
      default: continue
      }
      if depth == 0 { return String(demangled[..<index]) }
    }
    return demangled
  }

  /// Whether a name of the source has parameters: a namespace without a name is in parentheses, too.
  public static func hasParameters(_ name: String) -> Bool {
    var rest = name.utf8[...]
    while let place = rest.firstIndex(of: UInt8(ascii: "(")) {
      guard rest[place...].starts(with: anonymous.utf8) else { return true }
      rest = rest[place...].dropFirst(anonymous.utf8.count)
    }
    return false
  }

  private static let anonymous = "(anonymous namespace)"

  /// Whether a pattern for names of the source is for it: one without parentheses is for all overloads.
  public func isNamed(by pattern: String, _ glob: Glob) -> Bool {
    glob.matches(Self.hasParameters(pattern) ? sourceName : nameWithoutParameters)
  }
}
