/// What stands before a packet that a program sends: offsets of its parts.
public enum PacketHeader {
  /// Nanoseconds of the boot clock (64 bits).
  public static let time = 0
  /// The index in `Bundle.packetFiles` (32 bits).
  public static let file = 8
  /// The first byte that is wanted of the packet (32 bits), and the end of what there is of it (64 bits).
  public static let start = 12
  public static let end = 16
  public static let size = 24
}
