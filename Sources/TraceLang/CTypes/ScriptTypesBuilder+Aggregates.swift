// Structs, unions and enums.
extension ScriptTypesBuilder {
  mutating func record(_ aggregate: CDeclaration.Aggregate, _ index: Int) -> SizedType? {
    let name = aggregate.name?.text ?? ""
    var builder = RecordLayoutBuilder(
      isUnion: aggregate.keyword == .union, isPacked: aggregate.isPacked,
      alignsUnnamed: target.machine.architecture.facts.alignsUnnamedBitFields)
    var seen: [String: SourceRange] = [:]
    for member in aggregate.members ?? [] {
      if let name = member.name {
        if let first = seen[name.text] {
          diagnostics.error(
            "there are two members '\(name.text)'", at: name.range, notes: [Diagnostic.Note("the first one", at: first)]
          )
          continue
        }
        seen[name.text] = name.range
      }
      guard let type = sized(member.type) else { continue }
      add(member, type, to: &builder)
      if builder.isTooLarge {
        diagnostics.error("this \(aggregate.keyword.rawValue) is too large", at: member.type.range)
        return nil
      }
    }
    let (layout, alignment) = builder.finish(name: name, aligned: aggregate.alignment)
    types.layouts[index] = layout
    alignments[index] = alignment
    return SizedType(.record(.script(index, name: name)), size: layout.size, alignment: alignment)
  }

  private mutating func add(
    _ member: CDeclaration.Member, _ type: SizedType, to builder: inout RecordLayoutBuilder
  ) {
    guard let bitWidth = member.bitWidth else {
      // Without a name only structs and unions are members; `struct x { ... };` declares none.
      if member.name == nil {
        guard case .inline(let inner) = member.type.kind, inner.keyword != .enum, inner.name == nil else { return }
      }
      builder.add(member.name?.text ?? "", type, aligned: member.alignment, isPacked: member.isPacked)
      return
    }
    guard type.type.integer != nil else {
      diagnostics.error("a bit-field must be of an integer type, not \(type.type.description)", at: member.type.range)
      return
    }
    guard let width = constant(bitWidth), width >= 0, width <= Int64(type.size * 8), width > 0 || member.name == nil
    else {
      diagnostics.error(
        "the width of this bit-field is a number from 1 to \(type.size * 8)", at: bitWidth.range)
      return
    }
    builder.addBits(member.name?.text, type, width: Int(width), aligned: member.alignment, isPacked: member.isPacked)
  }

  mutating func enumeration(_ aggregate: CDeclaration.Aggregate, key: String?) -> SizedType {
    let reference = EnumReference.script(types.enums.count, name: aggregate.name?.text ?? "")
    types.enums.append([])
    var next: Int64 = 0
    var names: [EnumeratorName] = []
    for enumerator in aggregate.enumerators {
      if let expression = enumerator.value {
        if let value = constant(expression) {
          next = value
        } else {
          diagnostics.error("the value of an enumerator is a number known at compile time", at: expression.range)
        }
      }
      let name = enumerator.name
      if let first = constantRanges[name.text] {
        diagnostics.error(
          "the constant '\(name.text)' is declared twice", at: name.range,
          notes: [Diagnostic.Note("the first declaration", at: first)])
      }
      constantRanges[name.text] = name.range
      types.constants[name.text] = EnumeratorValue(value: next, type: .int64)
      names.append(EnumeratorName(name: name.text, value: next))
      next &+= 1
    }
    let integer = Self.integer(holding: names.map(\.value), isPacked: aggregate.isPacked)
    let type = Type.enumeration(reference, integer)
    for name in names { types.constants[name.name] = EnumeratorValue(value: name.value, type: type) }
    if case .script(let index, _) = reference { types.enums[index] = names }
    if let key { types.named[key] = type }
    return SizedType(type, size: integer.size, alignment: integer.size)
  }

  /// What gcc makes an enum of: `unsigned int` unless a value is negative or does not fit.
  private static func integer(holding values: [Int64], isPacked: Bool) -> IntegerType {
    let isSigned = values.contains { $0 < 0 }
    for bits in isPacked ? [8, 16, 32] : [32] {
      let type = IntegerType(bits: bits, signed: isSigned)
      if values.allSatisfy({ TypeRules.fits($0, type) }) { return type }
    }
    return IntegerType(bits: 64, signed: isSigned)
  }

  /// The value of a constant expression over the script's and the target's enumerators.
  mutating func constant(_ expression: Expression) -> Int64? {
    // Sizes of types need the builder itself, so they are found first.
    var sizes: [String: Int] = [:]
    expression.visit { part in
      if case .sizeofType(let type) = part.kind, let size = sized(type)?.size { sizes[Self.question(type)] = size }
      return true
    }
    let constants = types.constants
    let target = target
    let evaluator = ConstantEvaluator(
      name: {
        constants[$0]?.value ?? target.enumerator(named: $0)?.value
          ?? KernelConstants.value(of: $0, on: target.machine.architecture)?.bits
      },
      size: { sizes[Self.question($0)] })
    return evaluator.value(expression)
  }

  private static func question(_ type: TypeSyntax) -> String { "\(type.range.lower) \(type.range.upper)" }
}
