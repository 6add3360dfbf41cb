import TestSupport

/// Damages the body of a bundle's file: bytes, numbers in their compact form, and pieces in other places.
struct BundleDamage {
  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 4095, 4096, 8192, 65535, 65536, 1 << 20, 1 << 30, 1 << 31,
    1 << 32, 1 << 40, 1 << 62, 1 << 63, .max - 1, .max,
  ]

  static func damaged(_ body: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = body
    for _ in 0..<(random.chance(60) ? 1 : random.upTo(3) + 1) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      switch random.upTo(7) {
      case 0: bytes[place] ^= 1 << random.upTo(7)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[place] = bytes[place] &+ (random.chance(50) ? 2 : 254)
      case 3: bytes.remove(at: place)
      case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 5:
        // A number ends with the first byte whose top bit is not set.
        let end = bytes[place...].firstIndex { $0 < 0x80 } ?? place
        bytes.replaceSubrange(place...end, with: number(random.pick(numbers)))
      case 6: bytes.replaceSubrange(place..<min(place + 1, bytes.count), with: number(random.pick(numbers)))
      default:
        let length = min(random.upTo(40), bytes.count - place)
        let other = random.upTo(bytes.count - length)
        let piece = bytes[other..<other + length]
        if random.chance(50) {
          bytes.insert(contentsOf: piece, at: place)
        } else {
          bytes.replaceSubrange(place..<place + length, with: piece)
        }
      }
    }
    return bytes
  }

  /// A number in groups of 7 bits, the lowest first.
  private static func number(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
