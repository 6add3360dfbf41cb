/// Folds comparisons that a dominating branch has decided: the second null check of a pointer, a repeated bounds check.
public struct BranchCorrelation: Pass {
  public let name = "branch-correlation"

  public init() {}

  public func run(_ function: inout Function) {
    let flow = ControlFlow(function)
    let tree = flow.dominatorTree()
    var facts = Facts(function)
    enum Step {
      case enter(BlockID)
      case leave(Fact?)
    }
    var substitution = Substitution(function)
    var stack = [Step.enter(BlockID(0))]
    while let step = stack.popLast() {
      switch step {
      case .leave(let fact): if let fact { facts.remove(fact) }
      case .enter(let block):
        let fact = fact(entering: block, function, flow)
        stack.append(.leave(fact))
        if let fact { facts.insert(fact) }
        fold(block, facts, &function, &substitution)
        for child in tree[block.index].reversed() { stack.append(.enter(child)) }
      }
    }
    substitution.apply(to: &function)
  }

  /// What the only way into a block says.
  private func fact(entering block: BlockID, _ function: Function, _ flow: ControlFlow) -> Fact? {
    guard flow.predecessors(of: block).count == 1, let predecessor = flow.predecessors(of: block).first,
      case .branch(let condition, let a, let b, let then, let otherwise) = function[predecessor].terminator,
      then.block != otherwise.block
    else { return nil }
    return Fact(condition: condition, a: a, b: b, holds: then.block == block)
  }

  private func fold(_ block: BlockID, _ facts: Facts, _ function: inout Function, _ substitution: inout Substitution) {
    if facts.isEmpty { return }
    for instruction in function[block].instructions {
      guard case .compare(let condition, let a, let b) = instruction.operation, let result = instruction.result,
        let outcome = facts.outcome(condition, a, b)
      else { continue }
      substitution.replace(result, by: .constant(outcome ? 1 : 0))
    }
    if case .branch(let condition, let a, let b, let then, let otherwise) = function[block].terminator,
      let outcome = facts.outcome(condition, a, b)
    {
      function[block].terminator = .jump(outcome ? then : otherwise)
    }
  }
}

/// The comparisons whose outcomes are known at one place.
private struct Facts {
  /// By the value on the left, the latest last.
  private var byValue: [[Fact]]
  private var count = 0

  /// How many facts about one value are asked: a value that is compared with many constants is mostly one of a list.
  private static let maximumAsked = 32

  init(_ function: Function) { byValue = .init(repeating: [], count: function.valueTypes.count) }

  var isEmpty: Bool { count == 0 }

  mutating func insert(_ fact: Fact) {
    guard case .value(let value) = fact.a else { return }
    byValue[value.index].append(fact)
    count += 1
  }

  /// Removes the fact that was inserted last.
  mutating func remove(_ fact: Fact) {
    guard case .value(let value) = fact.a else { return }
    byValue[value.index].removeLast()
    count -= 1
  }

  /// What they say about a comparison.
  func outcome(_ condition: Condition, _ a: Operand, _ b: Operand) -> Bool? {
    for operand in [a, b] {
      guard case .value(let value) = operand else { continue }
      for fact in byValue[value.index].suffix(Self.maximumAsked).reversed() {
        if let outcome = fact.outcome(condition, a, b) { return outcome }
      }
    }
    return nil
  }
}

/// A comparison whose outcome is known.
private struct Fact {
  let condition: Condition
  let a: Operand
  let b: Operand
  let holds: Bool

  /// What it says about another comparison.
  func outcome(_ other: Condition, _ x: Operand, _ y: Operand) -> Bool? {
    guard a == x else { return a == y && b == x ? outcome(other.swapped, y, x) : nil }
    if b == y {
      if condition == other { return holds }
      if condition.inverse == other { return !holds }
    }
    guard let certain = holds ? condition : condition.inverse, case .constant(let known) = b,
      case .constant(let asked) = y
    else { return nil }
    for isSigned in [false, true] {
      guard let possible = certain.interval(known, isSigned), let wanted = other.interval(asked, isSigned) else {
        if let possible = certain.interval(known, isSigned), other == .ne || other == .eq {
          let point = isSigned ? asked : Condition.shifted(asked)
          if !possible.contains(point) { return other == .ne }
        }
        continue
      }
      if wanted.lowerBound <= possible.lowerBound, possible.upperBound <= wanted.upperBound { return true }
      if !wanted.overlaps(possible) { return false }
    }
    return nil
  }
}

extension Condition {
  /// Unsigned order as signed order.
  fileprivate static func shifted(_ value: Int64) -> Int64 { value ^ .min }

  /// The values that stand in this relation to a constant, where they are an interval and not all or none; unsigned ones
  /// are shifted so that their order is that of signed numbers.
  fileprivate func interval(_ constant: Int64, _ isSigned: Bool) -> ClosedRange<Int64>? {
    let value = isSigned ? constant : Condition.shifted(constant)
    switch (self, isSigned) {
    case (.eq, _): return value...value
    case (.ult, false), (.slt, true): return value == .min ? nil : Int64.min...(value - 1)
    case (.ule, false), (.sle, true): return Int64.min...value
    case (.ugt, false), (.sgt, true): return value == .max ? nil : (value + 1)...Int64.max
    case (.uge, false), (.sge, true): return value...Int64.max
    case (.ne, _), (.test, _), (.ult, _), (.ule, _), (.ugt, _), (.uge, _), (.slt, _), (.sle, _), (.sgt, _), (.sge, _):
      return nil
    }
  }
}
