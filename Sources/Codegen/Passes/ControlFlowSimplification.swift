/// Folds branches that are decided, skips blocks that only jump on, threads jumps through branches whose outcome a
/// predecessor knows, drops parameters that are always the same, and joins blocks that always follow each other.
public struct ControlFlowSimplification: Pass {
  public let name = "control-flow"

  public init() {}

  public func run(_ function: inout Function) {
    foldBranches(&function)
    threadJumps(&function)
    removeConstantParameters(&function)
    mergeBlocks(&function)
  }

  private func foldBranches(_ function: inout Function) {
    for index in function.blocks.indices {
      guard case .branch(let condition, let a, let b, let then, let otherwise) = function.blocks[index].terminator
      else { continue }
      if case .constant(let x) = a, case .constant(let y) = b {
        function.blocks[index].terminator = .jump(condition.holds(x, y) ? then : otherwise)
      } else if then == otherwise {
        function.blocks[index].terminator = .jump(then)
      }
    }
  }

  // MARK: Threading

  private func threadJumps(_ function: inout Function) {
    let counts = function.useCounts()
    let parameters = ParameterPlaces(function)
    for index in function.blocks.indices {
      var terminator = function.blocks[index].terminator
      terminator.mapEdges { edge in
        var current = edge
        // A cycle of empty blocks ends the walk.
        for _ in 0..<8 {
          guard let next = threaded(current, function, counts, parameters), next.block != current.block else { break }
          current = next
        }
        return current
      }
      function.blocks[index].terminator = terminator
    }
  }

  /// Where an edge leads when its block computes nothing and its arguments decide how it goes on.
  private func threaded(
    _ edge: Edge, _ function: Function, _ counts: [Int], _ parameters: ParameterPlaces
  ) -> Edge? {
    let block = function[edge.block]
    guard edge.block.index != 0, block.instructions.isEmpty else { return nil }
    // Parameters that other blocks read must stay defined on the way.
    var ownUses = 0
    block.terminator.forEachOperand { operand in
      if parameters.place(of: operand, in: edge.block) != nil { ownUses += 1 }
    }
    guard block.parameters.reduce(0, { $0 + counts[$1.index] }) == ownUses else { return nil }
    func passed(_ operand: Operand) -> Operand {
      parameters.place(of: operand, in: edge.block).map { edge.arguments[$0] } ?? operand
    }
    func passed(_ edge: Edge) -> Edge { Edge(edge.block, edge.arguments.map(passed)) }
    switch block.terminator {
    case .jump(let next): return passed(next)
    case .branch(let condition, let a, let b, let then, let otherwise):
      guard case .constant(let x) = passed(a), case .constant(let y) = passed(b) else { return nil }
      return passed(condition.holds(x, y) ? then : otherwise)
    case .exit, .unreachable: return nil
    }
  }

  // MARK: Parameters

  /// A parameter that gets one value, or itself, on every edge is that value.
  private func removeConstantParameters(_ function: inout Function) {
    enum Incoming: Equatable {
      case none
      case one(Operand)
      case many
    }
    var incoming = [Incoming](repeating: .none, count: function.valueTypes.count)
    for block in ControlFlow.order(of: function) {
      function[block].terminator.forEachEdge { edge in
        for (parameter, argument) in zip(function[edge.block].parameters, edge.arguments) {
          if argument == .value(parameter) { continue }
          switch incoming[parameter.index] {
          case .none: incoming[parameter.index] = .one(argument)
          case .one(let other): if other != argument { incoming[parameter.index] = .many }
          case .many: break
          }
        }
      }
    }
    var substitution = Substitution(function)
    for block in function.blocks.dropFirst() {
      for parameter in block.parameters {
        // Two parameters that are each other's only source are left alone: their blocks are not reached.
        if case .one(let operand) = incoming[parameter.index], substitution.resolve(operand) != .value(parameter),
          isSameKind(operand, parameter, function)
        {
          substitution.replace(parameter, by: operand)
        }
      }
    }
    substitution.apply(to: &function)
  }

  private func isSameKind(_ operand: Operand, _ parameter: Value, _ function: Function) -> Bool {
    guard case .value(let value) = operand else { return true }
    switch (function.type(of: value), function.type(of: parameter)) {
    case (.integer, .integer), (.pointer, .pointer): return true
    case (.integer, .pointer), (.pointer, .integer): return false
    }
  }

  // MARK: Merging

  /// Appends a block to its only predecessor when that one only jumps to it.
  private func mergeBlocks(_ function: inout Function) {
    var substitution = Substitution(function)
    let flow = ControlFlow(function)
    for block in flow.order where function[block].terminator != .unreachable {
      while case .jump(let edge) = function[block].terminator, edge.block != block, edge.block.index != 0,
        flow.predecessors(of: edge.block).count == 1
      {
        let next = function[edge.block]
        for (parameter, argument) in zip(next.parameters, edge.arguments) {
          substitution.replace(parameter, by: argument)
        }
        function[block].instructions += next.instructions
        function[block].terminator = next.terminator
        function[block].terminatorLine = next.terminatorLine
        function[edge.block].instructions = []
        function[edge.block].parameters = []
        function[edge.block].terminator = .unreachable
      }
    }
    substitution.apply(to: &function)
  }
}

/// Where values are parameters.
private struct ParameterPlaces {
  /// By value: the block, -1 for a value that is no parameter, and which of its parameters it is.
  private var places: [(block: Int32, index: Int32)]

  init(_ function: Function) {
    places = .init(repeating: (-1, 0), count: function.valueTypes.count)
    for (block, contents) in function.blocks.enumerated() {
      for (index, parameter) in contents.parameters.enumerated() {
        places[parameter.index] = (Int32(block), Int32(index))
      }
    }
  }

  /// Which of a block's parameters an operand is, if it is one.
  func place(of operand: Operand, in block: BlockID) -> Int? {
    guard case .value(let value) = operand, Int(places[value.index].block) == block.index else { return nil }
    return Int(places[value.index].index)
  }
}
