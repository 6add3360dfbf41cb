/// The stack that a program needs with all it calls, as the kernel counts it (Kernel: check_max_stack_depth).
struct StackCheck {
  private let module: Module
  private let sizes: [Int]

  /// Throws when the stack of a function, or of a chain of calls, is larger than the limit.
  static func run(_ module: Module, _ sizes: [Int], limit: Int) throws(BackendError) {
    let check = StackCheck(module: module, sizes: sizes)
    for (index, size) in sizes.enumerated() where size > limit {
      throw .stackTooLarge(function: module.functions[index].name, bytes: size, limit: limit)
    }
    guard let first = module.functions.first else { return }
    let total = check.depth(of: 0, remaining: module.functions.count)
    if total > limit { throw .stackTooLarge(function: first.name, bytes: total, limit: limit) }
  }

  /// Bytes from a function's frame down to the deepest one under it; `remaining` ends recursion, which the kernel refuses.
  private func depth(of index: Int, remaining: Int) -> Int {
    let own = max(1, sizes[index]) + 31 & ~31
    guard remaining > 0 else { return own }
    var deepest = 0
    for callee in CallGraph.callees(of: module.functions[index]) where sizes.indices.contains(callee) {
      deepest = max(deepest, depth(of: callee, remaining: remaining - 1))
    }
    // A frame alone may fill the limit though its rounded size is over it only in sum with others.
    return deepest == 0 ? sizes[index] : own + deepest
  }
}
