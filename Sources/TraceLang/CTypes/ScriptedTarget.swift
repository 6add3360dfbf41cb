/// A target together with the types of a script, which hide the target's own of the same names.
public final class ScriptedTarget: TargetOverlay {
  public let source: any Target
  private let types: ScriptTypes

  public init(_ source: any Target, types: ScriptTypes) {
    self.source = source
    self.types = types
  }

  public func kernelType(named name: String) -> Type? { types.type(named: name) ?? source.kernelType(named: name) }

  public func layout(of record: RecordReference) -> RecordLayout? {
    types.layout(of: record) ?? source.layout(of: record)
  }

  public func enumerator(named name: String) -> EnumeratorValue? {
    types.constants[name] ?? source.enumerator(named: name)
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    switch reference {
    case .script: types.enumerators(of: reference)
    case .btf: source.enumerators(of: reference)
    }
  }
}

extension Program {
  /// The target as this program's code sees it: with the script's own types.
  public func scoped(_ target: any Target) -> any Target {
    types.isEmpty ? target : ScriptedTarget(target, types: types)
  }
}
