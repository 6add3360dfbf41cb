import TraceLang

/// The values of a probe's scratch variables at one place; copies share all in which they do not differ, so that where
/// ways part and meet only what was assigned on them counts.
struct VariableValues {
  /// A tree with 16 branches at each level, changed in place where nobody shares it.
  private final class Node {
    /// Of a leaf, else empty.
    var operands: [Operand?]
    var children: [Node?]

    init(isLeaf: Bool) {
      operands = isLeaf ? .init(repeating: nil, count: VariableValues.width) : []
      children = isLeaf ? [] : .init(repeating: nil, count: VariableValues.width)
    }

    init(copying other: Node) {
      operands = other.operands
      children = other.children
    }
  }

  private static let width = 16
  private static let bits = 4

  private var root: Node?
  /// Levels of inner nodes.
  private var depth = 0

  subscript(variable: VariableID) -> Operand? {
    get {
      let number = Self.number(variable)
      guard number >> (Self.bits * (depth + 1)) == 0 else { return nil }
      var node = root
      for level in stride(from: depth, to: 0, by: -1) { node = node?.children[number >> (Self.bits * level) & 15] }
      return node?.operands[number & 15]
    }
    set {
      let number = Self.number(variable)
      while number >> (Self.bits * (depth + 1)) != 0 {
        if let old = root {
          let new = Node(isLeaf: false)
          new.children[0] = old
          root = new
        }
        depth += 1
      }
      Self.set(&root, depth, number, newValue)
    }
  }

  private static func set(_ node: inout Node?, _ level: Int, _ number: Int, _ operand: Operand?) {
    if node == nil { node = Node(isLeaf: level == 0) }
    if !isKnownUniquelyReferenced(&node), let shared = node { node = Node(copying: shared) }
    guard let node else { return }
    if level == 0 {
      node.operands[number & 15] = operand
    } else {
      set(&node.children[number >> (bits * level) & 15], level - 1, number, operand)
    }
  }

  /// Counters of our own have numbers below 0.
  private static func number(_ variable: VariableID) -> Int {
    variable.index < 0 ? -2 * variable.index - 1 : 2 * variable.index
  }

  private static func variable(_ number: Int) -> VariableID {
    VariableID(number & 1 == 0 ? number / 2 : -(number + 1) / 2)
  }

  /// The variables that have a value, by their index.
  var assigned: [VariableID] { VariableValues().differences(from: self) }

  /// The variables that have another value in the other one, or one only here or there, by their index.
  func differences(from other: VariableValues) -> [VariableID] {
    var result: [VariableID] = []
    let levels = max(depth, other.depth)
    Self.collect(raised(to: levels), other.raised(to: levels), levels, 0, &result)
    return result.sorted { $0.index < $1.index }
  }

  /// The root of a tree with so many levels that holds the same.
  private func raised(to levels: Int) -> Node? {
    var node = root
    for _ in depth..<levels where node != nil {
      let above = Node(isLeaf: false)
      above.children[0] = node
      node = above
    }
    return node
  }

  private static func collect(_ a: Node?, _ b: Node?, _ level: Int, _ first: Int, _ result: inout [VariableID]) {
    if a === b { return }
    for branch in 0..<width {
      let number = first + branch << (bits * level)
      if level > 0 {
        collect(a?.children[branch], b?.children[branch], level - 1, number, &result)
      } else if a?.operands[branch] != b?.operands[branch] {
        result.append(variable(number))
      }
    }
  }
}
