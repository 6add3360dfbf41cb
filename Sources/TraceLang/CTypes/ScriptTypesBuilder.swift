/// Lays out the C declarations of a script; declarations may stand in any order.
struct ScriptTypesBuilder {
  let target: any Target
  var types = ScriptTypes()
  var diagnostics = Diagnostics()
  var tags: [String: Tag] = [:]
  var aliases: [String: Alias] = [:]
  var alignments: [Int: Int] = [:]
  /// Structs, unions and enums without a name, by their places: one typedef may give them several.
  private var unnamed: [SourceRange: SizedType] = [:]
  /// Declarations being laid out, each inside of the one before.
  var depth = 0
  var constantRanges: [String: SourceRange] = [:]

  /// How deep types may be made of one another.
  static let maximumDepth = 100

  enum Progress {
    case waiting, running, done
  }

  /// A struct, union or enum with a name.
  struct Tag {
    let aggregate: CDeclaration.Aggregate
    let range: SourceRange
    var progress = Progress.waiting
  }

  struct Alias {
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

  static func key(_ keyword: CDeclaration.Keyword, _ name: String) -> String { "\(keyword.rawValue) \(name)" }

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
        // Once for each name that one typedef declares.
        if first.range == name.range { return }
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
  mutating func resolve(tag key: String) -> SizedType? {
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
      if let end = incomplete(alias.type) {
        aliases[name]?.progress = .done
        types.named[name] = unsized(end)
        return nil
      }
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
    if let known = unnamed[range] { return known }
    if aggregate.keyword == .enum {
      unnamed[range] = enumeration(aggregate, key: nil)
    } else {
      types.layouts.append(nil)
      unnamed[range] = record(aggregate, types.layouts.count - 1)
    }
    return unnamed[range]
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

  private mutating func named(_ name: String, _ range: SourceRange) -> SizedType? {
    if let end = aliases[name].flatMap({ incomplete($0.type) }) { return sized(TypeSyntax(end.kind, range)) }
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
