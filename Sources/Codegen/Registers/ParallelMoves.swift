/// Moves that happen at once: every source is read before any destination is written.
struct ParallelMoves: Sendable {
  private(set) var moves: [(destination: Location, source: Location)] = []

  var isEmpty: Bool { moves.isEmpty }

  /// Adds a move; one from a place to itself and one to a constant are none.
  mutating func add(from source: Location, to destination: Location) {
    if case .constant = destination { return }
    if source != destination { moves.append((destination, source)) }
  }

  /// Writes the moves one after another; `scratch` finds room for what must be put aside.
  func sequentialize(scratch: (Scratch.Purpose) -> Scratch, emit: (MachineCode) -> Void) {
    var pending = moves
    while !pending.isEmpty {
      let ready = pending.firstIndex { candidate in
        !pending.contains { $0.source == candidate.destination }
      }
      if let ready {
        let move = pending.remove(at: ready)
        ParallelMoves.emitMove(move.source, to: move.destination, scratch: scratch, emit: emit)
      } else {
        breakCycle(&pending, scratch: scratch, emit: emit)
      }
    }
  }

  /// Frees one place of a cycle by keeping its contents elsewhere.
  private func breakCycle(
    _ pending: inout [(destination: Location, source: Location)], scratch: (Scratch.Purpose) -> Scratch,
    emit: (MachineCode) -> Void
  ) {
    let blocked = pending[0].destination
    let keeper: Location
    switch scratch(.cycle) {
    case .register(let register): keeper = .register(register)
    case .borrowed(_, let slot): keeper = .slot(slot)
    }
    ParallelMoves.emitMove(blocked, to: keeper, scratch: scratch, emit: emit)
    for index in pending.indices where pending[index].source == blocked { pending[index].source = keeper }
  }

  private static func emitMove(
    _ source: Location, to destination: Location, scratch: (Scratch.Purpose) -> Scratch,
    emit: (MachineCode) -> Void
  ) {
    switch (destination, source) {
    case (.constant, _): break
    case (.register(let to), .register(let from)):
      emit(.plain(.arithmetic(.move, .double, to, .register(from))))
    case (.register(let to), .slot(let offset)):
      emit(.plain(.load(.u64, to, base: .frame, offset: Int16(truncatingIfNeeded: offset))))
    case (.register(let to), .constant(let constant)):
      constant.emit(into: to, emit)
    case (.slot(let offset), .register(let from)):
      emit(.plain(.store(.double, base: .frame, offset: Int16(truncatingIfNeeded: offset), .register(from))))
    case (.slot(let offset), .constant(.integer(let value))) where Int32(exactly: value) != nil:
      let immediate = Int32(truncatingIfNeeded: value)
      emit(.plain(.store(.double, base: .frame, offset: Int16(truncatingIfNeeded: offset), .immediate(immediate))))
    case (.slot, .constant), (.slot, .slot):
      switch scratch(.transfer) {
      case .register(let register):
        emitMove(source, to: .register(register), scratch: scratch, emit: emit)
        emitMove(.register(register), to: destination, scratch: scratch, emit: emit)
      case .borrowed(let register, let slot):
        emitMove(.register(register), to: .slot(slot), scratch: scratch, emit: emit)
        emitMove(source, to: .register(register), scratch: scratch, emit: emit)
        emitMove(.register(register), to: destination, scratch: scratch, emit: emit)
        emitMove(.slot(slot), to: .register(register), scratch: scratch, emit: emit)
      }
    }
  }
}

/// Room that a parallel move may use.
enum Scratch: Hashable, Sendable {
  /// What it is for: both may be in use at once.
  enum Purpose: Hashable, Sendable {
    /// Keeps one value of a cycle.
    case cycle
    /// Takes a value from slot to slot.
    case transfer
  }

  /// Nothing else is in the register, and no move names it.
  case register(Register)
  /// No register is free: this one, which holds a value, gets it back from a slot (an offset from r10).
  case borrowed(Register, slot: Int)
}

extension Materialization {
  /// Makes the value in a register.
  func emit(into register: Register, _ emit: (MachineCode) -> Void) {
    switch self {
    case .integer(let value):
      if let immediate = Int32(exactly: value) {
        emit(.plain(.arithmetic(.move, .double, register, .immediate(immediate))))
      } else if let word = UInt32(exactly: value) {
        emit(.plain(.arithmetic(.move, .word, register, .immediate(Int32(bitPattern: word)))))
      } else {
        emit(.plain(.loadImmediate(register, .number(value))))
      }
    case .map(let index): emit(.mapReference(register, .map(index)))
    case .mapValue(let map, let offset): emit(.mapReference(register, .mapValue(map, offset: offset)))
    case .function(let index): emit(.functionAddress(register, index))
    case .frame(let offset):
      emit(.plain(.arithmetic(.move, .double, register, .register(.frame))))
      if offset != 0 {
        emit(.plain(.arithmetic(.add, .double, register, .immediate(Int32(truncatingIfNeeded: offset)))))
      }
    }
  }
}
