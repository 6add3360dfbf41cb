/// A point in the order of a function's instructions. Instruction `i` has four: the gap before it, where moves go; its
/// reading of operands; the loss of r0 to r5 if it calls; and its writing of the result.
enum Position {
  static func gap(_ instruction: Int) -> Int { 4 * instruction }
  static func input(_ instruction: Int) -> Int { 4 * instruction + 1 }
  static func clobber(_ instruction: Int) -> Int { 4 * instruction + 2 }
  static func output(_ instruction: Int) -> Int { 4 * instruction + 3 }

  static func instruction(_ position: Int) -> Int { position >> 2 }
  /// The gap at or before a position.
  static func gap(before position: Int) -> Int { position & ~3 }
}

/// Positions `start` up to, not including, `end`.
struct LiveRange: Hashable, Sendable {
  var start: Int
  var end: Int
}

struct LiveUse: Hashable, Sendable {
  let position: Int
  let needsRegister: Bool
  /// The register that would save a move.
  let hint: Register?
}

/// Where a value is while one of its parts lives.
enum Place: Hashable, Sendable {
  case unassigned
  case register(Register)
  /// In its spill slot, or to be made again where it is wanted.
  case memory
}

/// A value's life, or a part of it after splitting.
struct LiveInterval: Sendable {
  let value: VirtualRegister
  /// Ascending, disjoint, not adjacent; never empty once built.
  var ranges: [LiveRange]
  /// Ascending. Its parts share one array, of which a value that is used all over has many.
  var uses: ArraySlice<LiveUse>
  var place = Place.unassigned
  /// The value's next part, -1 for none.
  var next = -1
  /// The first range that does not end before the scan's position.
  var cursor = 0

  init(value: VirtualRegister) {
    self.value = value
    ranges = []
    uses = []
  }

  var start: Int { ranges.first?.start ?? 0 }
  var end: Int { ranges.last?.end ?? 0 }

  var isInRegister: Bool {
    if case .register = place { true } else { false }
  }

  /// The first use at or after a position.
  func firstUse(from position: Int, where matches: (LiveUse) -> Bool = { _ in true }) -> LiveUse? {
    uses[firstUseIndex(from: position)...].first(where: matches)
  }

  private func firstUseIndex(from position: Int) -> Int {
    var low = uses.startIndex
    var high = uses.endIndex
    while low < high {
      let middle = (low + high) / 2
      if uses[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The first position at which both live, from both cursors on.
  func firstIntersection(with other: LiveInterval) -> Int? {
    var i = cursor
    var j = other.cursor
    while i < ranges.count, j < other.ranges.count {
      let a = ranges[i]
      let b = other.ranges[j]
      if a.end <= b.start {
        i += 1
      } else if b.end <= a.start {
        j += 1
      } else {
        return max(a.start, b.start)
      }
    }
    return nil
  }

  /// Cuts off what lives at and after a position that is inside of the life.
  mutating func split(at position: Int) -> LiveInterval {
    var tail = LiveInterval(value: value)
    if let index = ranges.firstIndex(where: { $0.end > position }) {
      tail.ranges = Array(ranges[index...])
      ranges.removeSubrange(index...)
      if let first = tail.ranges.first, first.start < position {
        ranges.append(LiveRange(start: first.start, end: position))
        tail.ranges[0].start = position
      }
    }
    let index = firstUseIndex(from: position)
    tail.uses = uses[index...]
    uses = uses[..<index]
    tail.next = next
    return tail
  }
}
