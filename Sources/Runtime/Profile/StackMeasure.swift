import Codegen
import TraceLang

/// What the numbers of a map that is keyed by stacks are, so that they can be added up.
package struct StackMeasure: Hashable {
  package enum Kind: Hashable {
    /// Of something that happened: `count()`, and the values that a histogram holds.
    case events
    /// `sum()` and whole numbers.
    case amount
    /// `avg()` and `stats()`: the total, and of how many values it is.
    case total
  }

  /// "@usecs"
  package let map: String
  package let kind: Kind
  /// What it is called where it is the map's only name: "usecs", or the aggregation's name for "@".
  package let name: String

  package init(map: String, kind: Kind, function: String) {
    self.map = map
    self.kind = kind
    name = map == "@" ? function : String(map.dropFirst())
  }

  /// The unit of a value as pprof names units, where the map's name ends with one: "microseconds" of "@wait_usecs".
  package var unit: String {
    guard kind != .events else { return "count" }
    let word = map.dropFirst().split(separator: "_").last.map(String.init) ?? ""
    return Self.units[word] ?? "count"
  }

  private static let units = [
    "ns": "nanoseconds", "nsecs": "nanoseconds", "nanoseconds": "nanoseconds", "us": "microseconds",
    "usecs": "microseconds", "microseconds": "microseconds", "ms": "milliseconds", "msecs": "milliseconds",
    "milliseconds": "milliseconds", "s": "seconds", "secs": "seconds", "seconds": "seconds", "bytes": "bytes",
  ]
}

/// What a map is to profiles.
package enum StackMapKind {
  /// Its keys have no stacks.
  case none
  case measured(StackMeasure)
  /// Its keys have stacks, and its values cannot be added up.
  case refused(reason: String)

  package init(_ view: MapView) {
    guard view.key?.hasStacks == true, !view.isOwn else {
      self = .none
      return
    }
    switch view.value {
    case .integer: self = .measured(StackMeasure(map: view.name, kind: .amount, function: "value"))
    case .aggregation(let aggregation): self.init(aggregation, of: view.name)
    case .void, .bool, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .invalid:
      self = .refused(reason: "its values are no whole numbers")
    }
  }

  private init(_ aggregation: Aggregation, of map: String) {
    let function = aggregation.functionName
    switch aggregation {
    case .count, .hist, .lhist: self = .measured(StackMeasure(map: map, kind: .events, function: function))
    case .sum: self = .measured(StackMeasure(map: map, kind: .amount, function: function))
    case .avg, .stats: self = .measured(StackMeasure(map: map, kind: .total, function: function))
    case .min, .max, .tseries: self = .refused(reason: "values of \(function)() cannot be added up")
    }
  }
}

/// The maps of a script that profiles are made of.
package struct StackMaps {
  /// Indices of views, by the maps' names.
  package private(set) var views: [(view: Int, measure: StackMeasure)] = []
  /// Those whose values cannot be added up, a sentence each.
  package private(set) var refusals: [String] = []

  package init(_ views: [MapView]) {
    for (index, view) in views.enumerated().sorted(by: { $0.element.name < $1.element.name }) {
      switch StackMapKind(view) {
      case .none: continue
      case .measured(let measure): self.views.append((index, measure))
      case .refused(let reason): refusals.append("\(view.name) is keyed by stacks and left out: \(reason)")
      }
    }
  }
}

extension StackMeasure {
  /// An entry's value, and of how many values it is the total; `nil` for a number below 0.
  func read(_ map: PrintedMap, _ value: UnsafeRawPointer) -> (value: UInt64, events: UInt64)? {
    guard let (number, isSigned, events) = Self.number(map.view.value, value) else { return nil }
    if isSigned, number < 0 { return nil }
    return (UInt64(bitPattern: number) / max(map.divisor, 1), events)
  }

  private static func number(_ type: Type, _ value: UnsafeRawPointer) -> (Int64, signed: Bool, events: UInt64)? {
    switch type {
    case .integer(let type):
      return (Word.integer(value, size: type.size, signed: type.isSigned), type.isSigned, 1)
    case .aggregation(.avg(let isSigned)): return number(.aggregation(.stats(signed: isSigned)), value)
    case .aggregation(let aggregation):
      switch AggregationSummary(aggregation, value) {
      case .number(let number, let isSigned): return (number, isSigned, UInt64(bitPattern: number))
      case .stats(let count, _, let total, let isSigned): return (total, isSigned, count)
      case .buckets(let counts, _):
        let count = counts.reduce(0, &+)
        return (Int64(bitPattern: count), false, count)
      case .series: return nil
      }
    case .void, .bool, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .invalid:
      return nil
    }
  }
}
