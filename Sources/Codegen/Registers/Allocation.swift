/// Where each value of a function is at each position, and the moves that keep this true.
struct Allocation: Sendable {
  let function: SelectedFunction
  let liveness: Liveness
  let intervals: [LiveInterval]
  /// The parts of each value that has several, in the order of the code; those of value `i` are `partRanges[i]`.
  private var parts: [Int] = []
  private var partRanges: [Range<Int>]
  /// The spill slot of each value as an offset from r10, 0 for none.
  private(set) var spillOffsets: [Int]
  private(set) var frame: FrameLayout

  init(_ function: SelectedFunction, _ intervals: [LiveInterval], _ liveness: Liveness) {
    self.function = function
    self.liveness = liveness
    self.intervals = intervals
    spillOffsets = .init(repeating: 0, count: function.virtualRegisters.count)
    frame = FrameLayout(size: function.frameSize)
    partRanges = .init(repeating: 0..<0, count: function.virtualRegisters.count)
    for head in function.virtualRegisters.indices where intervals[head].next >= 0 {
      let start = parts.count
      var index = head
      while index >= 0 {
        parts.append(index)
        index = intervals[index].next
      }
      partRanges[head] = start..<parts.count
    }
    assignSpillSlots()
  }

  /// Values whose lives, taken from first to last position, do not overlap share slots.
  private mutating func assignSpillSlots() {
    var spilled: [(start: Int, end: Int, value: Int)] = []
    for value in function.virtualRegisters.indices where needsSlot(value) {
      spilled.append((intervals[value].start, lastPart(of: value).end, value))
    }
    spilled.sort { ($0.start, $0.value) < ($1.start, $1.value) }
    var busy: [(end: Int, offset: Int)] = []
    for (start, end, value) in spilled {
      // A frame that is too large already need not be a good one.
      if busy.count <= Self.maximumSlots, let free = busy.firstIndex(where: { $0.end < start }) {
        spillOffsets[value] = busy[free].offset
        busy[free].end = end
      } else {
        let offset = frame.allocateSpill()
        spillOffsets[value] = offset
        busy.append((end, offset))
      }
    }
  }

  /// More slots than this are more than the kernel's stack.
  private static let maximumSlots = 64

  private func needsSlot(_ value: Int) -> Bool {
    if function.virtualRegisters[value].materialization != nil { return false }
    var index = value
    while index >= 0 {
      if intervals[index].place == .memory { return true }
      index = intervals[index].next
    }
    return false
  }

  private func lastPart(of value: Int) -> LiveInterval {
    intervals[partRanges[value].isEmpty ? value : parts[partRanges[value].upperBound - 1]]
  }

  func isSplit(_ value: VirtualRegister) -> Bool { intervals[value.index].next >= 0 }

  /// The part of a value's life that holds at a position.
  private func part(of value: VirtualRegister, at position: Int) -> LiveInterval {
    // The last one that has begun.
    var low = partRanges[value.index].lowerBound + 1
    var high = partRanges[value.index].upperBound
    if low > high { return intervals[value.index] }
    while low < high {
      let middle = (low + high) / 2
      if intervals[parts[middle]].start <= position { low = middle + 1 } else { high = middle }
    }
    return intervals[parts[low - 1]]
  }

  /// Where a value is at a position of its life.
  func location(of value: VirtualRegister, at position: Int) -> Location {
    switch part(of: value, at: position).place {
    case .register(let register): .register(register)
    case .memory, .unassigned: memory(of: value)
    }
  }

  /// Where a value is while it has no register.
  func memory(of value: VirtualRegister) -> Location {
    if let constant = function.virtualRegisters[value.index].materialization { return .constant(constant) }
    return .slot(spillOffsets[value.index])
  }

  /// Whether the value is written to its slot once, where it is defined, and not wherever a register is taken from it.
  ///
  /// A value that is compared is written again, so that the copy carries what the verifier learned.
  func isStoredAtDefinition(_ value: VirtualRegister) -> Bool {
    spillOffsets[value.index] != 0 && !function.virtualRegisters[value.index].isChecked
  }

  mutating func allocateEmergencySlot() -> Int { frame.allocateSpill() }

  /// Calls with each move between two parts of one life inside of a block: the instruction before which it belongs, from
  /// where and to where. Moves on edges are not among them.
  func forEachInnerMove(
    isBlockStart: (Int) -> Bool, _ body: (Int, VirtualRegister, Location, Location) -> Void
  ) {
    for head in function.virtualRegisters.indices where intervals[head].next >= 0 {
      let value = VirtualRegister(head)
      var last: (instruction: Int, from: Location)?
      var index = head
      while intervals[index].next >= 0 {
        let next = intervals[index].next
        defer { index = next }
        guard intervals[index].end == intervals[next].start else { continue }
        let position = intervals[next].start
        let instruction = Position.instruction(position)
        if position == Position.gap(instruction), isBlockStart(instruction) { continue }
        // Moves before one instruction happen at once: the second of a value starts from where the first did.
        let from = last?.instruction == instruction ? last?.from : nil
        let source = from ?? location(of: value, at: intervals[index].start)
        last = (instruction, source)
        let target = location(of: value, at: position)
        if source != target { body(instruction, value, source, target) }
      }
    }
  }
}

/// A place that moves read and write; constants are only read.
enum Location: Hashable, Sendable {
  case register(Register)
  /// A spill slot, as offset from r10.
  case slot(Int)
  case constant(Materialization)
}
