/// Gives equal computations one value where the first dominates the second: arithmetic, loads from the context and from
/// kernel objects, pure helpers, and
/// map lookups by an unchanged key with nothing between that changes the map.
public struct ValueNumbering: Pass {
  public let name = "value-numbering"

  public init() {}

  public func run(_ function: inout Function) {
    var walk = NumberingWalk(function)
    walk.run(&function)
  }
}

private struct NumberingWalk {
  private let flow: ControlFlow
  private let effects: MemoryEffects
  private var substitution: Substitution
  private var table: [Operation: Value] = [:]
  /// Lookups that still hold at the end of each block, the last few.
  private var lookupsAtEnd: [[Lookup]]
  /// What each block changes, once asked for.
  private var blockEffects: [MemoryEffects.Effect?]
  /// By block: the last join for which it was walked through.
  private var walkedFor: [Int32]

  /// How many lookups are kept in mind: those of long ago are hardly repeated.
  private static let maximumLookups = 16

  struct Lookup {
    let operation: Operation
    let map: Int
    let keySlot: Slot
    let value: Value
  }

  init(_ function: Function) {
    flow = ControlFlow(function)
    effects = MemoryEffects(function)
    substitution = Substitution(function)
    lookupsAtEnd = .init(repeating: [], count: function.blocks.count)
    blockEffects = .init(repeating: nil, count: function.blocks.count)
    walkedFor = .init(repeating: -1, count: function.blocks.count)
  }

  mutating func run(_ function: inout Function) {
    let tree = flow.dominatorTree()
    enum Step {
      case enter(BlockID)
      case leave([Operation])
    }
    var stack = [Step.enter(BlockID(0))]
    while let step = stack.popLast() {
      switch step {
      case .leave(let added): for operation in added { table[operation] = nil }
      case .enter(let block):
        var added: [Operation] = []
        number(block, &function, &added)
        stack.append(.leave(added))
        for child in tree[block.index].reversed() { stack.append(.enter(child)) }
      }
    }
    substitution.apply(to: &function)
  }

  private mutating func number(_ block: BlockID, _ function: inout Function, _ added: inout [Operation]) {
    var lookups = inheritedLookups(block, function)
    var kept: [Instruction] = []
    kept.reserveCapacity(function[block].instructions.count)
    for var instruction in function[block].instructions {
      let operation = substitution.resolve(instruction.operation)
      instruction.operation = operation
      if let result = instruction.result, isPure(operation, function) {
        let key = operation.canonicalOrder
        if let first = table[key], function.type(of: first) == function.type(of: result) {
          substitution.replace(result, by: .value(first))
          continue
        }
        if table[key] == nil {
          table[key] = result
          added.append(key)
        }
      } else if let result = instruction.result, let (map, slot) = effects.lookupOperands(operation) {
        if let first = lookups.first(where: { $0.operation == operation }) {
          substitution.replace(result, by: .value(first.value))
          continue
        }
        if lookups.count == Self.maximumLookups { lookups.removeFirst() }
        lookups.append(Lookup(operation: operation, map: map, keySlot: slot, value: result))
      } else if !lookups.isEmpty {
        let effect = effects.effect(of: operation)
        lookups.removeAll { effect.changes(map: $0.map, slot: $0.keySlot) }
      }
      kept.append(instruction)
    }
    function[block].instructions = kept
    lookupsAtEnd[block.index] = lookups
  }

  private func isPure(_ operation: Operation, _ function: Function) -> Bool {
    if case .call(let helper, _) = operation { return helper.isPure }
    // A run of a program sees a kernel object at one moment.
    if case .load(_, _, let base, _) = operation {
      return function.type(of: base) == .pointer(.context) || function.type(of: base) == .pointer(.kernelObject)
    }
    return operation.isComputation
  }

  /// What the immediate dominator knows and no way from it to this block changes.
  private mutating func inheritedLookups(_ block: BlockID, _ function: Function) -> [Lookup] {
    guard let dominator = flow.immediateDominator(of: block) else { return [] }
    let known = lookupsAtEnd[dominator.index]
    if known.isEmpty || flow.predecessors(of: block) == [dominator] { return known }
    var change = MemoryEffects.Effect()
    walkedFor[dominator.index] = Int32(block.index)
    var pending = Array(flow.predecessors(of: block))
    while let current = pending.popLast() {
      if walkedFor[current.index] == Int32(block.index) { continue }
      walkedFor[current.index] = Int32(block.index)
      change.merge(effect(of: current, function))
      if change.everything { return [] }
      pending += flow.predecessors(of: current)
    }
    return known.filter { !change.changes(map: $0.map, slot: $0.keySlot) }
  }

  private mutating func effect(of block: BlockID, _ function: Function) -> MemoryEffects.Effect {
    if let known = blockEffects[block.index] { return known }
    var effect = MemoryEffects.Effect()
    for instruction in function[block].instructions { effect.merge(effects.effect(of: instruction.operation)) }
    blockEffects[block.index] = effect
    return effect
  }
}

extension Operation {
  /// The same operation with the operands of a commutative one in a fixed order.
  fileprivate var canonicalOrder: Operation {
    guard case .arithmetic(let operation, .value(let a), .value(let b)) = self, operation.isCommutative, b < a else {
      return self
    }
    return .arithmetic(operation, .value(b), .value(a))
  }
}
