/// The stack that a program needs with all it calls, as the kernel counts it (Kernel: check_max_stack_depth).
struct StackCheck {
  private let callees: [[Int]]
  private let sizes: [Int]
  /// Bytes from each function's frame down to the deepest one under it, once known.
  private var depths: [Int?]

  /// Throws when the stack of a function, or of a chain of calls, is larger than the limit. `callees` holds what each
  /// function calls, once each.
  static func run(
    _ module: Module, callees: [[Int]], _ sizes: [Int], limit: Int
  ) throws(BackendError) {
    for (index, size) in sizes.enumerated() where size > limit {
      throw .stackTooLarge(function: module.functions[index].name, bytes: size, limit: limit)
    }
    guard let first = module.functions.first else { return }
    var check = StackCheck(callees: callees, sizes: sizes, depths: .init(repeating: nil, count: sizes.count))
    let total = check.depth(of: 0)
    if total > limit { throw .stackTooLarge(function: first.name, bytes: total, limit: limit) }
  }

  private mutating func depth(of index: Int) -> Int {
    if let known = depths[index] { return known }
    // Ends recursion, which the kernel refuses.
    depths[index] = 0
    var deepest = 0
    for callee in callees[index] { deepest = max(deepest, depth(of: callee)) }
    let depth = StackCheck.rounded(sizes[index]) + deepest
    depths[index] = depth
    return depth
  }

  /// What a frame counts: the kernel rounds it up to 32 bytes, an empty one too.
  private static func rounded(_ size: Int) -> Int { (max(size, 1) + 31) & ~31 }
}
