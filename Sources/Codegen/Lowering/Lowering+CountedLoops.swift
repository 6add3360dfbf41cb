// Loops whose iterations the verifier walks through, as every supported kernel allows them.
//
// It keeps each branch of each iteration pending until it has seen the program once, and refuses more than 8192 of them
// (Kernel: BPF_COMPLEXITY_LIMIT_JMP_SEQ): an iteration should branch once. It then goes on from every iteration that may be
// the last, through all that follows, unless it finds itself in a state it remembers. So such an iteration goes back to the
// loop's head and leaves there like the last one, and what the loop finds lies in memory the verifier does not track.
extension Lowering {
  /// Runs `body` with 0, step, 2 * step, ... below `limit`; it may jump to the block it is given to end the loop.
  mutating func countedLoop(
    to limit: Int, by step: Int = 1, _ body: (inout Lowering, _ index: Operand, _ end: BlockID) -> Void
  ) {
    let witness = perCPUMemory(size: 8)
    let header = builder.makeBlock(parameters: [.integer])
    builder.jump(to: header, [.constant(0)])
    builder.continueIn(header)
    let index = Operand.value(builder.function[header].parameters[0])
    // A head that does something is not jumped over.
    builder.emit(.store(bits: 64, base: witness.base, offset: witness.offset, index))
    let inside = builder.makeBlock()
    let outside = builder.makeBlock()
    let end = builder.makeBlock()
    builder.branch(.ult, index, .constant(Int64(limit)), then: inside, otherwise: outside)
    builder.continueIn(inside)
    body(&self, index, end)
    builder.jump(to: header, [builder.arithmetic(.add, index, .constant(Int64(step)))])
    builder.continueIn(end)
    builder.jump(to: header, [.constant(Int64((limit + step - 1) / step * step))])
    builder.continueIn(outside)
  }

  /// Goes to a block where a condition holds, and on where not.
  mutating func branch(to block: BlockID, when condition: Condition, _ a: Operand, _ b: Operand) {
    let next = builder.makeBlock()
    builder.branch(condition, a, b, then: block, otherwise: next)
    builder.continueIn(next)
  }
}
