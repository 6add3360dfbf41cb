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
    case .aggregation(let aggregation):
      let function = aggregation.functionName
      if let weights = aggregation.reader.weights {
        self = .measured(StackMeasure(map: view.name, kind: weights.kind, function: function))
      } else {
        self = .refused(reason: "values of \(function)() cannot be added up")
      }
    case .void, .bool, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .invalid:
      self = .refused(reason: "its values are no whole numbers")
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

/// What an entry of a map adds to a profile.
struct StackWeight {
  let number: Int64
  let isSigned: Bool
  /// Of how many values it is.
  let events: UInt64

  /// `nil` for what is no number and for a number below 0.
  init?(_ map: PrintedMap, _ value: UnsafeRawPointer) {
    switch map.view.value {
    case .integer(let type):
      let number = Word.integer(value, size: type.size, signed: type.isSigned)
      self.init(number: number, isSigned: type.isSigned, events: 1)
    case .aggregation(let aggregation):
      guard let weights = aggregation.reader.weights else { return nil }
      self = weights.weight(value)
    case .void, .bool, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .invalid:
      return nil
    }
    if isSigned, number < 0 { return nil }
  }

  init(number: Int64, isSigned: Bool, events: UInt64) {
    self.number = number
    self.isSigned = isSigned
    self.events = events
  }
}
