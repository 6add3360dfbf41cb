/// Lays out the C declarations of a script; declarations may stand in any order.
struct ScriptTypesBuilder {
  private let target: any Target
  private(set) var types = ScriptTypes()
  private(set) var diagnostics = Diagnostics()
  private var tags: [String: Tag] = [:]
  private var aliases: [String: Alias] = [:]
  private var alignments: [Int: Int] = [:]
  /// Declarations being laid out, each inside of the one before.
  private var depth = 0
  private var constantRanges: [String: SourceRange] = [:]

  /// How deep types may be made of one another.
  private static let maximumDepth = 100

  private enum Progress {
    case waiting, running, done
  }

  /// A struct, union or enum with a name.
  private struct Tag {
    let aggregate: CDeclaration.Aggregate
    let range: SourceRange
    var progress = Progress.waiting
  }

  private struct Alias {
    let name: Name
    let type: TypeSyntax
    var progress = Progress.waiting
    var resolved: SizedType?
  }

  /// The types of the declarations among the items of a script.
  static func types(
    of script: Script, target: any Target, reportingTo diagnostics: inout Diagnostics
  ) -> ScriptTypes {
    var builder = ScriptTypesBuilder(target)
    builder.build(script)
    diagnostics.report(contentsOf: builder.diagnostics)
    return builder.types
  }

  private init(_ target: any Target) { self.target = target }

  private mutating func build(_ script: Script) {
    var order: [CDeclaration] = []
    for case .declaration(let declaration) in script.items {
      order.append(declaration)
      switch declaration.kind {
      case .aggregate(let aggregate): collect(aggregate, declaration.range)
      case .alias(let name, let type):
        collect(type)
        if aliases[name.text] == nil { aliases[name.text] = Alias(name: name, type: type) }
      }
    }
    for declaration in order {
      switch declaration.kind {
      case .aggregate(let aggregate):
        if let name = aggregate.name {
          _ = resolve(tag: Self.key(aggregate.keyword, name.text))
        } else {
          _ = sized(aggregate, declaration.range)
        }
      case .alias(let name, _): _ = resolve(alias: name.text)
      }
    }
    types.places = tags.mapValues(\.range)
  }

  private static func key(_ keyword: CDeclaration.Keyword, _ name: String) -> String { "\(keyword.rawValue) \(name)" }

  private static func isComplete(_ aggregate: CDeclaration.Aggregate) -> Bool {
    aggregate.members != nil || aggregate.keyword == .enum && !aggregate.enumerators.isEmpty
  }

  // MARK: Finding names

  /// Notes a tag and those inside of it, so that pointers to it can be written before it.
  private mutating func collect(_ aggregate: CDeclaration.Aggregate, _ range: SourceRange) {
    guard Self.isComplete(aggregate) else { return }
    if let name = aggregate.name {
      let key = Self.key(aggregate.keyword, name.text)
      if let first = tags[key] {
        diagnostics.error(
          "\(key) is declared twice", at: name.range,
          notes: [Diagnostic.Note("the first declaration", at: first.aggregate.name?.range ?? first.range)])
        return
      }
      tags[key] = Tag(aggregate: aggregate, range: name.range)
      if aggregate.keyword != .enum {
        types.named[key] = .record(.script(types.layouts.count, name: name.text))
        types.layouts.append(nil)
      }
    }
    for member in aggregate.members ?? [] { collect(member.type) }
  }

  private mutating func collect(_ type: TypeSyntax) {
    switch type.kind {
    case .inline(let aggregate): collect(aggregate, type.range)
    case .pointer(let inner), .array(let inner, _): collect(inner)
    case .named, .structure, .sized, .tuple, .function, .typeof: break
    }
  }

  // MARK: Resolving

  /// A tag of the script by its key; `nil` when the script declares none or it contains itself.
  private mutating func resolve(tag key: String) -> SizedType? {
    guard let tag = tags[key] else { return nil }
    switch tag.progress {
    case .done: return known(key)
    case .running:
      diagnostics.error("\(key) contains itself: use a pointer", at: tag.range)
      return nil
    case .waiting:
      tags[key]?.progress = .running
      defer { tags[key]?.progress = .done }
      if tag.aggregate.keyword == .enum { return enumeration(tag.aggregate, key: key) }
      guard case .record(let reference)? = types.named[key], case .script(let index, _) = reference else { return nil }
      return record(tag.aggregate, index)
    }
  }

  private func known(_ key: String) -> SizedType? {
    guard let type = types.named[key] else { return nil }
    if case .enumeration(_, let integer) = type {
      return SizedType(type, size: integer.size, alignment: integer.size)
    }
    guard case .record(.script(let index, _)) = type, let layout = types.layouts[index] else { return nil }
    return SizedType(type, size: layout.size, alignment: alignments[index] ?? 1)
  }

  private mutating func resolve(alias name: String) -> SizedType? {
    guard let alias = aliases[name] else { return nil }
    switch alias.progress {
    case .done: return alias.resolved
    case .running:
      diagnostics.error("the type '\(name)' is declared by itself", at: alias.name.range)
      return nil
    case .waiting:
      aliases[name]?.progress = .running
      let resolved = sized(alias.type)
      aliases[name]?.progress = .done
      aliases[name]?.resolved = resolved
      types.named[name] = resolved?.type
      return resolved
    }
  }

  /// A struct, union or enum where it is declared.
  private mutating func sized(_ aggregate: CDeclaration.Aggregate, _ range: SourceRange) -> SizedType? {
    if let name = aggregate.name { return reference(aggregate.keyword, name.text, range) }
    if aggregate.keyword == .enum { return enumeration(aggregate, key: nil) }
    types.layouts.append(nil)
    return record(aggregate, types.layouts.count - 1)
  }

  /// `struct x` by value.
  private mutating func reference(
    _ keyword: CDeclaration.Keyword, _ name: String, _ range: SourceRange
  ) -> SizedType? {
    let key = Self.key(keyword, name)
    if tags[key] != nil { return resolve(tag: key) }
    if let type = target.kernelType(named: key) { return sized(ofTarget: type) }
    diagnostics.error("\(key) is not defined, so its size is not known", at: range)
    return nil
  }

  mutating func sized(_ syntax: TypeSyntax) -> SizedType? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      diagnostics.error("types are made of one another too deeply here", at: syntax.range)
      return nil
    }
    switch syntax.kind {
    case .named(let name): return named(name, syntax.range)
    case .structure(let keyword, let name): return reference(keyword, name, syntax.range)
    case .inline(let aggregate): return sized(aggregate, syntax.range)
    case .pointer(let inner): return SizedType(.pointer(pointee(inner), .unknown), size: 8, alignment: 8)
    case .function: return SizedType(.pointer(.void, .unknown), size: 8, alignment: 8)
    case .array(let element, let count): return array(element, count, syntax.range)
    case .sized, .tuple, .typeof:
      diagnostics.error("this type cannot be a member of a struct", at: syntax.range)
      return nil
    }
  }

  /// What a pointer points to; a struct need not be complete, and what is not known is void.
  private mutating func pointee(_ syntax: TypeSyntax) -> Type {
    switch syntax.kind {
    case .structure(let keyword, let name):
      let key = Self.key(keyword, name)
      if keyword == .enum { return resolve(tag: key)?.type ?? .int32 }
      return types.named[key] ?? .record(.named(key))
    case .named("void"), .function: return .void
    case .named(let name) where aliases[name]?.progress == .running: return .void
    case .named, .inline, .pointer, .array, .sized, .tuple, .typeof: return sized(syntax)?.type ?? .void
    }
  }

  private mutating func named(_ name: String, _ range: SourceRange) -> SizedType? {
    if aliases[name] != nil { return resolve(alias: name) }
    switch name {
    case "void":
      diagnostics.error("a member cannot be void", at: range)
      return nil
    case "float": return SizedType(.array(.uint8, count: 4), size: 4, alignment: 4)
    case "double": return SizedType(.array(.uint8, count: 8), size: 8, alignment: 8)
    case "long double": return SizedType(.array(.uint8, count: 16), size: 16, alignment: 16)
    case "__int128", "unsigned __int128": return SizedType(.array(.uint64, count: 2), size: 16, alignment: 16)
    default: break
    }
    if let type = Checker.builtinTypes[name] ?? target.kernelType(named: name) ?? CTypeName(name.words).type {
      return sized(ofTarget: type)
    }
    diagnostics.error("there is no type '\(name)'", at: range)
    return nil
  }

  private mutating func array(_ element: TypeSyntax, _ count: Expression?, _ range: SourceRange) -> SizedType? {
    guard let inner = sized(element) else { return nil }
    var length = 0
    if let count {
      guard let value = constant(count), value >= 0 else {
        diagnostics.error("the length of an array is a number known at compile time", at: count.range)
        return nil
      }
      length = Int(clamping: value)
    }
    let (size, overflow) = inner.size.multipliedReportingOverflow(by: length)
    guard !overflow, size <= RecordLayoutBuilder.maximumSize else {
      diagnostics.error("this array is too large", at: range)
      return nil
    }
    let isText = if case .named("char") = element.kind { length > 0 } else { false }
    return SizedType(
      isText ? .string(capacity: length) : .array(inner.type, count: length), size: size, alignment: inner.alignment)
  }

  // MARK: Types of the target

  private func sized(ofTarget type: Type) -> SizedType {
    SizedType(type, size: type.size { self.target.layout(of: $0)?.size ?? 0 }, alignment: alignment(ofTarget: type, 0))
  }

  /// The natural alignment of a type of BTF, which does not say it.
  private func alignment(ofTarget type: Type, _ depth: Int) -> Int {
    if case .array(let element, _) = type { return alignment(ofTarget: element, depth) }
    guard case .record(let reference) = type else { return type.alignment }
    guard depth < 16, let layout = target.layout(of: reference) else { return 1 }
    let natural = layout.members.map { alignment(ofTarget: $0.type, depth + 1) }.max() ?? 1
    return layout.size % natural == 0 ? natural : 1
  }
}

extension String {
  /// Its words between blanks.
  var words: [String] { split(separator: " ").map(String.init) }
}

// MARK: - Structs, unions and enums

extension ScriptTypesBuilder {
  private mutating func record(_ aggregate: CDeclaration.Aggregate, _ index: Int) -> SizedType? {
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
      builder.add(member.name?.text ?? "", type, aligned: member.alignment)
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
    builder.addBits(member.name?.text, type, width: Int(width), aligned: member.alignment)
  }

  private mutating func enumeration(_ aggregate: CDeclaration.Aggregate, key: String?) -> SizedType {
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
  private mutating func constant(_ expression: Expression) -> Int64? {
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
