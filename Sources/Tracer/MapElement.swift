import TraceLang

/// A Swift type that keys or values of maps are read as and written from.
public protocol MapElement: Sendable {
  /// Whether all values of a script's type are values of this one; asked once for each map.
  static func holds(_ type: ElementType) -> Bool
  /// - Parameter value: of a type that is held.
  init?(_ value: Value)
  var value: Value { get }
}

/// What a script's map has as keys or values, as far as Swift types are concerned.
public indirect enum ElementType: Sendable, Hashable {
  /// So many bits: 8, 16, 32 or 64. Counts, sums, minima, maxima and averages have 64; pointers have 64 and no sign.
  case integer(bits: Int, isSigned: Bool)
  case bool
  case string
  case bytes
  case tuple([ElementType])
  case statistics, histogram, series
  /// `Stack`; also a `String`.
  case stack
  /// All else: arrays, records, and what only has a text.
  case other
}

extension Value: MapElement {
  public static func holds(_ type: ElementType) -> Bool { true }
  public init?(_ value: Value) { self = value }
  public var value: Value { self }
}

extension Bool: MapElement {
  public static func holds(_ type: ElementType) -> Bool { type == .bool }

  public init?(_ value: Value) {
    guard case .bool(let value) = value else { return nil }
    self = value
  }

  public var value: Value { .bool(self) }
}

/// Strings, stacks, and what only has a text.
extension String: MapElement {
  public static func holds(_ type: ElementType) -> Bool { type == .string || type == .stack || type == .other }
  public init?(_ value: Value) { self = value.description }
  public var value: Value { .string(self) }
}

extension FixedWidthInteger where Self: MapElement {
  public static func holds(_ type: ElementType) -> Bool {
    guard case .integer(let bits, let isSigned) = type else { return false }
    return isSigned == Self.isSigned ? bits <= Self.bitWidth : Self.isSigned && bits < Self.bitWidth
  }

  public init?(_ value: Value) {
    switch value {
    case .signed(let number), .enumerator(_, let number): self.init(exactly: number)
    case .unsigned(let number): self.init(exactly: number)
    case .bool, .string, .bytes, .tuple, .array, .record, .statistics, .histogram, .series, .stack, .text: return nil
    }
  }

  public var value: Value { Self.isSigned ? .signed(Int64(self)) : .unsigned(UInt64(self)) }
}

extension Int8: MapElement {}
extension Int16: MapElement {}
extension Int32: MapElement {}
extension Int64: MapElement {}
extension Int: MapElement {}
extension UInt8: MapElement {}
extension UInt16: MapElement {}
extension UInt32: MapElement {}
extension UInt64: MapElement {}
extension UInt: MapElement {}

extension Value.Statistics: MapElement {
  public static func holds(_ type: ElementType) -> Bool { type == .statistics }

  public init?(_ value: Value) {
    guard case .statistics(let statistics) = value else { return nil }
    self = statistics
  }

  public var value: Value { .statistics(self) }
}

extension Array: MapElement where Element == Value.Bucket {
  public static func holds(_ type: ElementType) -> Bool { type == .histogram }

  public init?(_ value: Value) {
    guard case .histogram(let buckets) = value else { return nil }
    self = buckets
  }

  public var value: Value { .histogram(self) }
}

/// Several keys or a tuple: `Keys<UInt32, String>` for `@[pid, comm]`.
public struct Keys<each Part: MapElement>: MapElement {
  public let parts: (repeat each Part)

  public init(_ parts: repeat each Part) { self.parts = (repeat each parts) }

  public static func holds(_ type: ElementType) -> Bool {
    guard case .tuple(let types) = type else { return false }
    var rest = types[...]
    var holdsAll = true
    for part in repeat (each Part).self {
      guard let type = rest.popFirst() else { return false }
      holdsAll = holdsAll && part.holds(type)
    }
    return holdsAll && rest.isEmpty
  }

  public init?(_ value: Value) {
    guard case .tuple(let values) = value else { return nil }
    var rest = values[...]
    func next<Next: MapElement>(_ type: Next.Type) throws(NoSuchPart) -> Next {
      guard let value = rest.popFirst(), let part = Next(value) else { throw NoSuchPart() }
      return part
    }
    do { parts = (repeat try next((each Part).self)) } catch { return nil }
  }

  public var value: Value {
    var values: [Value] = []
    for part in repeat each parts { values.append(part.value) }
    return .tuple(values)
  }

  private struct NoSuchPart: Error {}
}

extension ElementType {
  init(_ type: Type) {
    switch type {
    case .bool: self = .bool
    case .integer(let type), .enumeration(_, let type): self = .integer(bits: type.size * 8, isSigned: type.isSigned)
    case .pointer: self = .integer(bits: 64, isSigned: false)
    case .string: self = .string
    case .buffer: self = .bytes
    case .tuple(let elements):
      self = elements.contains { $0.name != nil } ? .other : .tuple(elements.map { ElementType($0.type) })
    case .aggregation(let aggregation):
      switch aggregation {
      case .count: self = .integer(bits: 64, isSigned: false)
      case .sum(let isSigned), .min(let isSigned), .max(let isSigned), .avg(let isSigned):
        self = .integer(bits: 64, isSigned: isSigned)
      case .stats: self = .statistics
      case .hist, .lhist: self = .histogram
      case .tseries: self = .series
      }
    case .stack: self = .stack
    case .void, .array, .record, .symbolic, .invalid:
      self = .other
    }
  }
}
