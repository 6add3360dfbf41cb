import TestSupport
import Testing

@testable import Runtime

@Suite struct RoomTests {
  @Test("pieces never overlap, and all that is given back can be taken again") func pieces() throws {
    var random = SplitMix(seed: 5)
    var room = Room(blocks: 3, of: 1000)
    var taken: [Room.Piece] = []
    for _ in 0..<20_000 {
      if Bool.random(using: &random), let piece = room.take(Int.random(in: 1...200, using: &random)) {
        let range = piece.start..<piece.start + piece.count
        #expect(range.upperBound <= 1000)
        #expect(taken.allSatisfy { $0.block != piece.block || !range.overlaps($0.start..<$0.start + $0.count) })
        taken.append(piece)
      } else if let index = taken.indices.randomElement(using: &random) {
        room.giveBack(taken.remove(at: index))
      }
    }
    for piece in taken { room.giveBack(piece) }
    for block in 0..<3 { #expect(room.take(1000) == Room.Piece(block: block, start: 0, count: 1000)) }
    #expect(room.take(1) == nil)
  }
}
