import Codegen
import TraceLang

/// A map with keys. Each iteration reads its entries once, in no order; values that CPUs keep apart are merged.
public struct TraceMap<Key: MapElement, Element: MapElement>: Sendable {
  private let run: Run
  private let index: Int
  public let name: String

  init(name: String, run: Run) throws(TraceError) {
    self.run = run
    self.name = name
    index = try run.withMaps { maps throws(TraceError) in
      let (index, view) = try maps.view(name)
      guard let key = view.key else { throw TraceError("\(name) has no keys: read its value") }
      guard Key.holds(ElementType(key)) else {
        throw TraceError("keys of \(name) are \(key.description), which \(Key.self) does not hold")
      }
      try Element.check(view)
      return index
    }
  }

  /// Merged over CPUs; `nil` where there is no such entry.
  /// - Throws: for a key that the map cannot have.
  public func value(of key: Key) throws(TraceError) -> Element? {
    try run.withMaps { maps throws(TraceError) in try maps.value(of: key.value, in: index) }.flatMap { Element($0) }
  }

  /// The value of each CPU by its number; a single one where CPUs share it; `nil` where there is no such entry.
  public func values(of key: Key) throws(TraceError) -> [Element]? {
    try run.withMaps { maps throws(TraceError) in try maps.values(of: key.value, in: index) }?
      .compactMap { Element($0) }
  }

  /// Makes or changes an entry.
  /// - Throws: for an aggregation, and for what the map does not hold or has no room for.
  public func update(_ key: Key, to value: Element) throws(TraceError) {
    try run.withMaps { maps throws(TraceError) in try maps.update(key.value, to: value.value, in: index) }
  }

  /// - Returns: whether there was such an entry.
  @discardableResult
  public func remove(_ key: Key) throws(TraceError) -> Bool {
    try run.withMaps { maps throws(TraceError) in try maps.remove(key.value, from: index) }
  }

  /// Removes all entries.
  public func clear() throws(TraceError) {
    try run.withMaps { maps throws(TraceError) in maps.clear(index) }
  }

  /// All entries at one moment, in no order.
  public var entries: [(key: Key, value: Element)] {
    let all = (try? run.withMaps { maps throws(TraceError) in maps.entries(of: index) }) ?? []
    return all.compactMap { entry in
      guard let key = entry.key.flatMap({ Key($0) }), let value = Element(entry.value) else { return nil }
      return (key, value)
    }
  }
}

extension TraceMap: Sequence {
  public func makeIterator() -> IndexingIterator<[(key: Key, value: Element)]> { entries.makeIterator() }
}

/// A map without keys.
public struct TraceValue<Element: MapElement>: Sendable {
  private let run: Run
  private let index: Int
  public let name: String

  init(name: String, run: Run) throws(TraceError) {
    self.run = run
    self.name = name
    index = try run.withMaps { maps throws(TraceError) in
      let (index, view) = try maps.view(name)
      guard view.key == nil else { throw TraceError("\(name) has keys: read it as a map") }
      try Element.check(view)
      return index
    }
  }

  /// Merged over CPUs; `nil` before the script gives it one.
  public func get() throws(TraceError) -> Element? {
    try run.withMaps { maps throws(TraceError) in try maps.value(of: nil, in: index) }.flatMap { Element($0) }
  }

  /// The value of each CPU by its number; a single one where CPUs share it.
  public func perCPU() throws(TraceError) -> [Element] {
    try run.withMaps { maps throws(TraceError) in try maps.values(of: nil, in: index) }?.compactMap { Element($0) }
      ?? []
  }

  /// - Throws: for an aggregation, and for a value that does not fit.
  public func set(_ value: Element) throws(TraceError) {
    try run.withMaps { maps throws(TraceError) in try maps.update(nil, to: value.value, in: index) }
  }

  public func clear() throws(TraceError) {
    try run.withMaps { maps throws(TraceError) in maps.clear(index) }
  }
}

extension MapElement {
  fileprivate static func check(_ view: MapView) throws(TraceError) {
    guard holds(ElementType(view.value)) else {
      throw TraceError("values of \(view.name) are \(view.value.description), which \(Self.self) does not hold")
    }
  }
}
