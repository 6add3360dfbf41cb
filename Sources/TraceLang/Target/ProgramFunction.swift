/// A function of a BPF program that is in the kernel.
public struct ProgramFunction: Hashable, Sendable, Codable {
  /// The kernel's number of the program.
  public let program: UInt32
  public let name: String

  public init(_ name: String, ofProgram program: UInt32) {
    self.name = name
    self.program = program
  }

  /// "12:sys_enter"; `nil` for other text.
  public init?(text: String) {
    guard let colon = text.firstIndex(of: ":"), let program = UInt32(text[..<colon]) else { return nil }
    self.init(String(text[text.index(after: colon)...]), ofProgram: program)
  }

  /// What `init(text:)` takes.
  public var text: String { "\(program):\(name)" }
}
