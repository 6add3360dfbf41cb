/// How a byte of code lies to the instructions there.
public enum InstructionPlace: String, Hashable, Sendable, Codable {
  /// It is the first of an instruction.
  case start
  /// The same, of an instruction that the kernel does not probe.
  case unprobed
  /// It is a later one: a probe there would damage the instruction.
  case inside
}
