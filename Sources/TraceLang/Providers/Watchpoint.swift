/// `watchpoint`: use of memory at an address, seen by the processor's debug registers (PERF_TYPE_BREAKPOINT).
public struct Watchpoint: Hashable, Sendable {
  /// Of the traced process, where there is one, else of the kernel.
  public let address: UInt64
  /// Bytes from there on: 1, 2, 4 or 8. Of an instruction what the kernel wants, whatever it is written with.
  public let length: UInt64
  public let access: Access
  /// The provider it was written with.
  let providerName: String

  /// What is watched for.
  public enum Access: String, Hashable, Sendable, Codable, CaseIterable {
    case read = "r"
    case write = "w"
    case readWrite = "rw"
    case execute = "x"
  }
}

extension Watchpoint: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: providerName, programTypes: [.perfEvent])
    traits.hasRegisters = true
    traits.context = .perfEvent
    return traits
  }
}

extension Provider {
  static let watchpoint = watching(["watchpoint", "w"])
  /// The same: there is nothing to wait for where the address is known.
  static let asyncWatchpoint = watching(["asyncwatchpoint", "aw"])

  private static func watching(_ names: [String]) -> Provider {
    Provider(
      names, "ADDRESS:LENGTH:MODE", "Fires when memory at an address is read, written or executed",
      match: { pattern, target, diagnostics in
        guard pattern.parts.count == 3 else {
          return pattern.misuse("needs an address, a length and a mode", &diagnostics)
        }
        guard let address = pattern.address(pattern.parts[0], &diagnostics),
          let length = pattern.watchedLength(pattern.parts[1], &diagnostics),
          let access = pattern.access(pattern.parts[2], on: target.machine.architecture, &diagnostics)
        else { return [] }
        guard address != 0 else {
          diagnostics.error("nothing is at address 0 that could be watched", at: pattern.parts[0].range)
          return []
        }
        guard address % length == 0 || access == .execute else {
          diagnostics.error(
            "\(length) bytes are watched at addresses that \(length) divides", at: pattern.parts[0].range)
          return []
        }
        let watchpoint = Watchpoint(
          address: address,
          length: access == .execute ? target.machine.architecture.facts.instructionWatchLength : length,
          access: access,
          providerName: names[0])
        return [ProbeMatch(kind: .watchpoint(watchpoint), name: pattern.name)]
      })
  }
}

extension Pattern {
  /// A number in decimal or, after 0x, hexadecimal; reports what is none and gives `nil`.
  fileprivate func address(_ part: AttachPointSyntax.Part, _ diagnostics: inout Diagnostics) -> UInt64? {
    let text = part.text
    let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
    if let address = isHexadecimal ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text) { return address }
    diagnostics.error("'\(text)' is not an address", at: part.range)
    return nil
  }

  fileprivate func watchedLength(_ part: AttachPointSyntax.Part, _ diagnostics: inout Diagnostics) -> UInt64? {
    if let length = UInt64(part.text), [1, 2, 4, 8].contains(length) { return length }
    diagnostics.error("a watchpoint's length is 1, 2, 4 or 8, not '\(part.text)'", at: part.range)
    return nil
  }

  fileprivate func access(
    _ part: AttachPointSyntax.Part, on architecture: Machine.Architecture, _ diagnostics: inout Diagnostics
  ) -> Watchpoint.Access? {
    let allowed = architecture.facts.watchpoints
    let sorted = String(part.text.sorted())
    if let access = allowed.first(where: { $0.rawValue == sorted }) { return access }
    diagnostics.error(
      "this processor has no watchpoints of mode '\(part.text)'", at: part.range,
      notes: [Diagnostic.Note("there are \(allowed.map(\.rawValue).joined(separator: ", "))")])
    return nil
  }
}
