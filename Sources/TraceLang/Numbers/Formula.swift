/// What user space computes of the whole numbers that a program sends, without rounding: `$x / 1000` in `%.3f`.
public struct Formula: Hashable, Sendable, Codable {
  /// In the order of a stack machine: operands come before what is done with them.
  public enum Step: Hashable, Sendable, Codable {
    /// One of the numbers sent.
    case element(Int)
    case constant(UInt64)
    case negate
    case add, subtract, multiply
    /// By 0 it gives 0.
    case divide
    /// Of a condition and two values the first where the condition is not 0.
    case choose
  }

  public private(set) var steps: [Step]

  /// Steps of a formula at most.
  public static let maximumSteps = 2048

  public init(_ steps: [Step]) { self.steps = steps }

  /// Its value; `nil` when it takes operands that are not there or leaves more than one.
  public func value(_ element: (Int) -> ExactNumber?) -> ExactNumber? {
    var stack: [ExactNumber] = []
    for step in steps {
      switch step {
      case .element(let index):
        guard let value = element(index) else { return nil }
        stack.append(value)
      case .constant(let value): stack.append(ExactNumber(value))
      case .negate:
        guard let value = stack.popLast() else { return nil }
        stack.append(-value)
      case .add, .subtract, .multiply, .divide:
        guard let right = stack.popLast(), let left = stack.popLast() else { return nil }
        stack.append(Self.result(step, left, right))
      case .choose:
        guard let otherwise = stack.popLast(), let then = stack.popLast(), let condition = stack.popLast() else {
          return nil
        }
        stack.append(condition.isZero ? otherwise : then)
      }
    }
    return stack.count == 1 ? stack[0] : nil
  }

  private static func result(_ step: Step, _ left: ExactNumber, _ right: ExactNumber) -> ExactNumber {
    switch step {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .element, .constant, .negate, .choose: left
    }
  }

  /// Its steps: "%0 1000 /".
  var description: String {
    steps.map { step in
      switch step {
      case .element(let index): "%\(index)"
      case .constant(let value): "\(value)"
      case .negate: "neg"
      case .add: "+"
      case .subtract: "-"
      case .multiply: "*"
      case .divide: "/"
      case .choose: "?:"
      }
    }.joined(separator: " ")
  }

  /// Whether it has a value for any numbers, of which so many are sent.
  public func isSound(elements: Int) -> Bool {
    guard steps.count <= Self.maximumSteps else { return false }
    var depth = 0
    for step in steps {
      let operands: Int
      switch step {
      case .element(let index):
        guard (0..<elements).contains(index) else { return false }
        operands = 0
      case .constant: operands = 0
      case .negate: operands = 1
      case .add, .subtract, .multiply, .divide: operands = 2
      case .choose: operands = 3
      }
      guard depth >= operands else { return false }
      depth += 1 - operands
    }
    return depth == 1
  }
}
