import Codegen
import TraceLang

/// A format whose steps are plain numbers, so that printing a record allocates nothing and counts one reference.
package final class CompiledFormat: Sendable {
  /// One step; trivially copied.
  struct Step {
    enum Kind: UInt8 {
      /// `offset` and `size` lie in `literals`.
      case literal
      case signed, unsigned, hex, upperHex, octal, character, pointer
      /// A string with nothing to pad or cut.
      case plainString
      /// A signed or unsigned number with nothing to pad: `%d`, `%u`.
      case plainSigned, plainUnsigned
      /// Any type in its text form.
      case text
      case buffer, escapedBuffer, hexBuffer
      case allocationFlags
      /// `type` is an index into `reals`.
      case real
    }

    let kind: Kind
    let isSigned: Bool
    /// Bits of the number that print: 8 to 64.
    let bits: UInt8
    /// Into `types`, for `text`, or into `reals`.
    let type: UInt16
    let flags: Flags
    let offset: Int32
    let size: Int32
    /// 0 for none.
    let width: Int32
    /// -1 for none.
    let precision: Int32
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    static let left = Flags(rawValue: 1)
    static let zero = Flags(rawValue: 2)
    static let plus = Flags(rawValue: 4)
    static let space = Flags(rawValue: 8)
    static let alternate = Flags(rawValue: 16)
    static let grouped = Flags(rawValue: 32)
  }

  let steps: [Step]
  let literals: [UInt8]
  let types: [Type]
  let reals: [Real]

  /// A number with decimals, and how it is made of what a record holds.
  struct Real {
    let directive: Format.Directive
    let value: Value

    enum Value {
      /// The signs of the 64-bit numbers that the formula takes.
      case formula(Formula, isSigned: [Bool])
      case integer(IntegerType)
    }

    init(_ directive: Format.Directive, _ type: Type) {
      self.directive = directive
      if let formula = directive.formula {
        value = .formula(formula, isSigned: type.elements.map { $0.integer?.isSigned ?? false })
      } else {
        value = .integer(type.integer ?? .int64)
      }
    }
  }

  package init(_ format: Format) {
    var steps: [Step] = []
    var literals: [UInt8] = []
    var types: [Type] = []
    var reals: [Real] = []
    for segment in format.segments {
      switch segment {
      case .literal(let bytes):
        steps.append(.literal(offset: literals.count, size: bytes.count))
        literals += bytes
      case .argument(let directive, let field):
        let kind = Self.kind(of: directive, field)
        if kind == .text { types.append(field.type) }
        if kind == .real { reals.append(Real(directive, field.type)) }
        let index = (kind == .real ? reals.count : types.count) - 1
        steps.append(Self.step(kind, directive, field, type: max(0, index)))
      }
    }
    (self.steps, self.literals, self.types, self.reals) = (steps, literals, types, reals)
  }

  private static func step(_ kind: Step.Kind, _ directive: Format.Directive, _ field: Field, type: Int) -> Step {
    Step(
      kind: kind, isSigned: field.type.integer?.isSigned ?? false, bits: UInt8(bits(of: directive, field)),
      type: UInt16(type), flags: flags(of: directive), offset: Int32(field.offset), size: Int32(field.size),
      width: Int32(directive.width ?? 0), precision: Int32(directive.precision ?? -1))
  }

  private static func kind(of directive: Format.Directive, _ field: Field) -> Step.Kind {
    let isPlain = flags(of: directive).isEmpty && directive.width == nil && directive.precision == nil
    switch directive.conversion {
    case .decimal: return isPlain ? .plainSigned : .signed
    case .unsigned: return isPlain ? .plainUnsigned : .unsigned
    case .hex: return .hex
    case .upperHex: return .upperHex
    case .octal: return .octal
    case .character: return .character
    case .fixed, .exponent, .upperExponent, .general, .upperGeneral: return .real
    case .pointer: return .pointer
    case .buffer: return .buffer
    case .escapedBuffer: return .escapedBuffer
    case .hexBuffer: return .hexBuffer
    case .allocationFlags: return .allocationFlags
    case .string:
      if case .string = field.type, isPlain { return .plainString }
      return .text
    }
  }

  /// What C prints after promotion, 32 bits at least; without a length modifier a 64-bit value keeps its bits.
  private static func bits(of directive: Format.Directive, _ field: Field) -> Int {
    directive.lengthBits ?? max(32, field.size >= 8 ? 64 : field.size * 8)
  }

  private static func flags(of directive: Format.Directive) -> Flags {
    var flags: Flags = []
    if directive.leftAligned { flags.insert(.left) }
    if directive.zeroPadded { flags.insert(.zero) }
    if directive.plusSign { flags.insert(.plus) }
    if directive.spaceSign { flags.insert(.space) }
    if directive.alternate { flags.insert(.alternate) }
    if directive.grouped { flags.insert(.grouped) }
    return flags
  }
}

extension CompiledFormat.Step {
  fileprivate static func literal(offset: Int, size: Int) -> Self {
    Self(
      kind: .literal, isSigned: false, bits: 0, type: 0, flags: [], offset: Int32(offset), size: Int32(size), width: 0,
      precision: -1)
  }
}
