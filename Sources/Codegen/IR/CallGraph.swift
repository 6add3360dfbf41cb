/// Which functions of a module refer to which.
enum CallGraph {
  /// Functions that a function calls or takes the address of where it can be reached, once each.
  static func callees(of function: Function) -> [Int] {
    var result: [Int] = []
    for block in ControlFlow.order(of: function) {
      for instruction in function[block].instructions {
        switch instruction.operation {
        case .functionAddress(let callee), .callFunction(let callee, _):
          if !result.contains(callee) { result.append(callee) }
        case .constant, .mapReference, .mapValueAddress, .slotAddress, .arithmetic, .extend, .byteSwap, .compare, .load,
          .store, .atomicAdd, .copy, .zero, .call, .callKernel:
          continue
        }
      }
    }
    return result
  }
}
