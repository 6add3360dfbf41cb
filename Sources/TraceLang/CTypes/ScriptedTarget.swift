/// A target together with the types of a script, which hide the target's own of the same names.
public final class ScriptedTarget: Target {
  private let source: any Target
  private let types: ScriptTypes

  public var machine: Machine { source.machine }

  public init(_ source: any Target, types: ScriptTypes) {
    self.source = source
    self.types = types
  }

  public func answer(_ question: Question) throws(TargetError) -> Answer {
    if case .type(let question) = question, let answer = types.answer(question) { return answer }
    return try source.answer(question)
  }
}

extension ScriptTypes {
  /// `nil` for what the script does not declare.
  fileprivate func answer(_ question: TypeQuestion) -> Answer? {
    switch question {
    case .named(let name): type(named: name).map { .type($0) }
    case .layout(let record): layout(of: record).map { .layout($0) }
    case .enumerator(let name): constants[name].map { .enumerator($0) }
    case .enumerators(.script(let index, let name)): .enumerators(enumerators(of: .script(index, name: name)))
    case .enumerators(.btf), .enumerators(.named), .enumerators(.debug): nil
    }
  }
}

extension Program {
  /// The target as this program's code sees it: with the script's own types.
  public func scoped(_ target: any Target) -> any Target {
    types.isEmpty ? target : ScriptedTarget(target, types: types)
  }
}
