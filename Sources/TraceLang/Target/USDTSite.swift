/// A place of an ELF file where a USDT probe fires, as SystemTap's notes have it (type 3 in `.note.stapsdt`).
public struct USDTSite: Hashable, Sendable, Codable {
  /// The namespace.
  public let provider: String
  public let name: String
  /// Bytes from the start of the file to the instruction.
  public let offset: UInt64
  /// Bytes from the start of the file to the 16-bit count of those who trace it; `nil` where the program has none.
  public let semaphore: UInt64?
  /// Where the arguments are, in the assembler's terms: "-4@%edi 8@16(%rsp)".
  public let arguments: String

  public init(provider: String, name: String, offset: UInt64, semaphore: UInt64?, arguments: String) {
    self.provider = provider
    self.name = name
    self.offset = offset
    self.semaphore = semaphore
    self.arguments = arguments
  }

  /// What no two sites share, in the order of namespace and name.
  var words: String { "\(provider):\(name) \(offset) \(semaphore ?? 0) \(arguments)" }
}
