import Codegen
import Runtime
import TraceLang

/// The maps of a run for other threads than the one that traces.
final class MapAccess {
  private let reader: MapReader
  private let decoder: ValueDecoder

  /// - Parameter host: looked at by whoever reads maps; the thread that traces has another.
  init(reader: MapReader, bundle: Bundle, host: HostTarget) {
    self.reader = reader
    decoder = ValueDecoder(context: ValueContext(bundle: bundle, host: host) { reader.frames($0, identifier: $1) })
  }

  /// All maps that are keyed by stacks.
  func profile() throws(TraceError) -> StackProfile {
    let maps = StackMaps(reader.views)
    guard !maps.views.isEmpty else {
      throw TraceError("the script has no maps that are keyed by stacks and have numbers that add up")
    }
    return StackProfile(maps, in: reader, context: decoder.context)
  }

  var names: [String] { reader.views.lazy.filter { !$0.isOwn }.map(\.name) }

  /// The map's number and what it holds.
  func view(_ name: String) throws(TraceError) -> (index: Int, view: MapView) {
    guard let index = reader.views.firstIndex(where: { $0.name == name }) else {
      throw TraceError("there is no map \(name): the script has \(names.joined(separator: ", "))")
    }
    return (index, reader.views[index])
  }

  func entries(of index: Int) -> [(key: Value?, value: Value)] {
    let view = reader.views[index]
    let entries = reader.entries(of: index)
    return (0..<entries.count).map { position in
      entries.withEntry(position) { (decoder.key(of: view, $0), decoder.value(view.value, $1)) }
    }
  }

  func value(of key: Value?, in index: Int) throws(TraceError) -> Value? {
    reader.find(try bytes(of: key, in: index), in: index).map { decoded($0, in: index) }
  }

  func values(of key: Value?, in index: Int) throws(TraceError) -> [Value]? {
    reader.values(of: try bytes(of: key, in: index), in: index).map { $0.map { decoded($0, in: index) } }
  }

  func update(_ key: Value?, to value: Value, in index: Int) throws(TraceError) {
    let key = try bytes(of: key, in: index)
    let type = reader.views[index].value
    if case .aggregation = type {
      throw TraceError("\(reader.views[index].name) is an aggregation, whose values are what its probes saw")
    }
    let value = try value.encoded(as: type)
    do throws(RuntimeError) { try reader.update(key, to: value, in: index) } catch { throw TraceError(error) }
  }

  func remove(_ key: Value?, from index: Int) throws(TraceError) -> Bool {
    reader.remove(try bytes(of: key, in: index), from: index)
  }

  func clear(_ index: Int) { reader.clear(index) }

  private func bytes(of key: Value?, in index: Int) throws(TraceError) -> [UInt8] {
    guard let key, let type = reader.views[index].key else { return [] }
    return try key.encoded(as: type)
  }

  private func decoded(_ bytes: [UInt8], in index: Int) -> Value {
    bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { decoder.value(reader.views[index].value, $0) } ?? .text("")
    }
  }
}
