/// The operands of a call, at most five (Kernel: MAX_BPF_FUNC_REG_ARGS in include/linux/bpf.h): held in place, so that
/// instructions are copied without counting references.
public struct CallArguments: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
  public static let capacity = 5

  private var operands = InlineArray<5, Operand>(repeating: .constant(0))
  public private(set) var count = 0

  /// At most `capacity` operands.
  public init(_ operands: some Sequence<Operand>) {
    for operand in operands {
      self.operands[count] = operand
      count += 1
    }
  }

  public init(arrayLiteral elements: Operand...) { self.init(elements) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> Operand { operands[index] }

  func mapped(_ transform: (Operand) -> Operand) -> CallArguments {
    var result = self
    for index in 0..<count { result.operands[index] = transform(operands[index]) }
    return result
  }

  public static func == (a: CallArguments, b: CallArguments) -> Bool { a.elementsEqual(b) }

  public func hash(into hasher: inout Hasher) {
    for operand in self { hasher.combine(operand) }
  }
}
