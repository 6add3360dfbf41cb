/// The types and constants that a script declares in C.
public struct ScriptTypes: Hashable, Sendable {
  /// By the index of `RecordReference.script`; `nil` for one whose declaration was wrong.
  var layouts: [RecordLayout?] = []
  /// By the index of `EnumReference.script`.
  var enums: [[EnumeratorName]] = []
  /// By C name: "struct x", "union x", "enum x" and what `typedef` declares.
  var named: [String: Type] = [:]
  var constants: [String: EnumeratorValue] = [:]
  /// Where structs, unions and enums are declared, by C name.
  var places: [String: SourceRange] = [:]

  public init() {}

  public var isEmpty: Bool { layouts.isEmpty && enums.isEmpty && named.isEmpty && constants.isEmpty }

  /// The type of a C name, or `nil` when the script declares none.
  public func type(named name: String) -> Type? { named[name] }

  public func layout(of record: RecordReference) -> RecordLayout? {
    switch record {
    case .script(let index, _): layouts.indices.contains(index) ? layouts[index] : nil
    case .named(let name): if case .record(let reference)? = named[name] { layout(of: reference) } else { nil }
    case .btf, .tracepoint, .function, .debug, .parameters: nil
    }
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    guard case .script(let index, _) = reference, enums.indices.contains(index) else { return [] }
    return enums[index]
  }
}
