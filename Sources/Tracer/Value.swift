/// A value of a script: what `print` printed, or a key or value of a map.
public indirect enum Value: Sendable, Hashable {
  case bool(Bool)
  case signed(Int64)
  /// Also a pointer's address.
  case unsigned(UInt64)
  case string(String)
  /// What `buf` read.
  case bytes([UInt8])
  /// The value's name in its enum, if it has one there.
  case enumerator(String?, Int64)
  /// Also several keys, `@[pid, comm]`.
  case tuple([Value])
  case array([Value])
  /// A struct's members in their order, or the parts of a tuple with names.
  case record([Member])
  case statistics(Statistics)
  case histogram([Bucket])
  case series([Point])
  /// What `kstack` and `ustack` give.
  case stack(Stack)
  /// What only has a text: symbols, network addresses, times, users, cgroups.
  case text(String)

  public struct Member: Sendable, Hashable {
    public let name: String
    public let value: Value

    public init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// What `stats` gathers. The average is rounded towards zero.
  public struct Statistics: Sendable, Hashable {
    public let count: UInt64
    public let average: Int64
    public let total: Int64

    public init(count: UInt64, average: Int64, total: Int64) {
      self.count = count
      self.average = average
      self.total = total
    }
  }

  /// So many values from `lower` to below `upper`; `nil` where there is no bound, or it is 2^63.
  public struct Bucket: Sendable, Hashable {
    public let lower: Int64?
    public let upper: Int64?
    public let count: UInt64

    public init(lower: Int64?, upper: Int64?, count: UInt64) {
      self.lower = lower
      self.upper = upper
      self.count = count
    }
  }

  /// One interval of `tseries`.
  public struct Point: Sendable, Hashable {
    /// Nanoseconds since 1970, UTC, at the interval's start.
    public let time: Int64
    public let value: Int64

    public init(time: Int64, value: Int64) {
      self.time = time
      self.value = value
    }
  }
}

extension Value: CustomStringConvertible {
  /// Much as `print` shows it, in one line where it is no histogram, series or stack.
  public var description: String {
    switch self {
    case .bool(let value): "\(value)"
    case .signed(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .string(let text), .text(let text): text
    case .bytes(let bytes): "\(bytes)"
    case .enumerator(let name, let number): name ?? "\(number)"
    case .tuple(let parts): "(" + parts.map(\.description).joined(separator: ", ") + ")"
    case .array(let parts): "[" + parts.map(\.description).joined(separator: ",") + "]"
    case .record(let members):
      "{ " + members.map { ".\($0.name) = \($0.value)" }.joined(separator: ", ") + " }"
    case .statistics(let all): "{ .count = \(all.count), .average = \(all.average), .total = \(all.total) }"
    case .histogram(let buckets):
      buckets.map { "[\($0.lower.map { "\($0)" } ?? "..."), \($0.upper.map { "\($0)" } ?? "...")): \($0.count)" }
        .joined(separator: "\n")
    case .stack(let stack): stack.description
    case .series(let points): points.map { "\($0.time): \($0.value)" }.joined(separator: "\n")
    }
  }
}
