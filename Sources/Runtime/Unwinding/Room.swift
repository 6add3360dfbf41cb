/// Memory that pieces are taken of and given back to, in the unit of its giver: several blocks of one size.
struct Room {
  struct Piece: Hashable {
    let block: Int
    let start: Int
    let count: Int
  }

  /// By block, ascending and apart from each other.
  private var free: [[Range<Int>]]

  init(blocks: Int, of count: Int) { free = Array(repeating: [0..<count], count: blocks) }

  /// `nil` where there is no such piece.
  mutating func take(_ count: Int) -> Piece? {
    for block in free.indices {
      guard let index = free[block].firstIndex(where: { $0.count >= count }) else { continue }
      let range = free[block][index]
      if range.count == count {
        free[block].remove(at: index)
      } else {
        free[block][index] = range.lowerBound + count..<range.upperBound
      }
      return Piece(block: block, start: range.lowerBound, count: count)
    }
    return nil
  }

  mutating func giveBack(_ piece: Piece) {
    guard piece.count > 0 else { return }
    var range = piece.start..<piece.start + piece.count
    var ranges = free[piece.block]
    let index = ranges.firstIndex { $0.lowerBound >= range.upperBound } ?? ranges.count
    if index < ranges.count, ranges[index].lowerBound == range.upperBound {
      range = range.lowerBound..<ranges[index].upperBound
      ranges.remove(at: index)
    }
    if index > 0, ranges[index - 1].upperBound == range.lowerBound {
      ranges[index - 1] = ranges[index - 1].lowerBound..<range.upperBound
    } else {
      ranges.insert(range, at: index)
    }
    free[piece.block] = ranges
  }
}
