/// How the frame before is found, in 32 bits.
///
/// Addresses are relative to the canonical frame address (CFA, DWARF 5, 6.4.1): what the stack pointer was before the call.
public struct UnwindRule: Hashable, Sendable {
  public enum Frame: UInt32, Sendable, CaseIterable {
    /// Nothing is known.
    case unknown
    /// This is the outermost frame.
    case outermost
    /// The CFA is the stack pointer, or the frame pointer, and the offset.
    case stackPointer, framePointer
    /// The CFA is read at the frame pointer and the offset.
    case atFramePointer
    /// An entry of a procedure linkage table: it pushes a word eleven bytes on.
    case linkage
    /// A signal was delivered: the kernel saved all registers on the stack.
    case signal
  }

  /// Where the caller's frame pointer is.
  public enum FramePointer: UInt32, Sendable, CaseIterable {
    /// In its register still.
    case unchanged
    /// Read at the CFA, or at the frame pointer, and the other offset.
    case atFrame, atFramePointer
  }

  public var frame: Frame
  public var framePointer = FramePointer.unchanged
  /// Whether the return address is on the stack; it always is where calls leave it there, right below the CFA. Elsewhere
  /// it lies 8 bytes above the frame pointer if that is saved, else at the other offset.
  public var hasReturnAddress = true
  /// Multiples of 8.
  public var offset = 0
  public var otherOffset = 0

  public init(_ frame: Frame) { self.frame = frame }

  static let frameBits = 0..<3
  static let framePointerBits = 3..<5
  static let returnAddressBit = 5
  static let offsetBits = 6..<22
  static let otherOffsetBits = 22..<32

  /// `nil` where an offset is none that fits.
  public var bits: UInt32? {
    func field(_ value: Int, _ bits: Range<Int>) -> UInt32? {
      let limit = 1 << (bits.count - 1)
      guard value % 8 == 0, (-limit..<limit).contains(value / 8) else { return nil }
      return (UInt32(truncatingIfNeeded: value / 8) << UInt32(32 - bits.count)) >> UInt32(32 - bits.upperBound)
    }
    guard let offset = field(offset, Self.offsetBits), let other = field(otherOffset, Self.otherOffsetBits) else {
      return nil
    }
    return frame.rawValue | framePointer.rawValue << 3 | (hasReturnAddress ? 1 << 5 : 0) | offset | other
  }

  /// Code that keeps frame pointers: the caller's lies below the return address.
  public static let framePointers = {
    var rule = UnwindRule(.framePointer)
    rule.framePointer = .atFrame
    rule.offset = 16
    rule.otherOffset = -16
    return rule
  }()
}
