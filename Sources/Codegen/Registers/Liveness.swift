/// Which virtual registers are live into each block of a selected function.
struct Liveness: Sendable {
  private let words: Int
  private var bits: [UInt64]

  init(_ function: SelectedFunction) {
    words = (function.virtualRegisters.count + 63) / 64
    bits = [UInt64](repeating: 0, count: words * function.blocks.count)
    var defined = bits
    for (index, block) in function.blocks.enumerated() {
      let row = index * words
      func define(_ register: VirtualRegister) { defined[row + register.index >> 6] |= 1 << (register.index & 63) }
      func read(_ register: VirtualRegister) {
        let mask: UInt64 = 1 << (register.index & 63)
        if defined[row + register.index >> 6] & mask == 0 { bits[row + register.index >> 6] |= mask }
      }
      block.parameters.forEach(define)
      for position in block.range {
        function.instructions[position].forEachUse { register, _ in read(register) }
        if let result = function.instructions[position].definition { define(result) }
      }
      for edge in block.edges {
        for case .register(let register) in edge.arguments { read(register) }
      }
    }
    var isChanged = true
    while isChanged {
      isChanged = false
      for index in function.blocks.indices.reversed() {
        let row = index * words
        for edge in function.blocks[index].edges {
          let successor = edge.block * words
          for word in 0..<words {
            let new = bits[row + word] | bits[successor + word] & ~defined[row + word]
            if new != bits[row + word] {
              bits[row + word] = new
              isChanged = true
            }
          }
        }
      }
    }
  }

  @inline(__always)
  func forEachLiveIn(_ block: Int, _ body: (VirtualRegister) -> Void) {
    for word in 0..<words {
      var rest = bits[block * words + word]
      while rest != 0 {
        body(VirtualRegister(word * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
