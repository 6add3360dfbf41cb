/// Random numbers that are the same in every run (Steele, Lea and Flood: SplitMix64).
public struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  public mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &self)]
  }

  public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  public mutating func upTo(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &self) }

  public mutating func text(of characters: String, upTo length: Int) -> String {
    String((0..<Int.random(in: 0...length, using: &self)).compactMap { _ in characters.randomElement(using: &self) })
  }

  /// A copy with a few bytes replaced, removed or repeated.
  public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) where !result.isEmpty {
      let place = Int.random(in: result.indices, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: result.remove(at: place)
      case 1: result.insert(result[place], at: place)
      case 2: result.removeSubrange(place..<min(place + 8, result.count))
      case 3: result[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
      default: result[place] = UInt8.random(in: 0...255, using: &self)
      }
    }
    return result
  }
}
