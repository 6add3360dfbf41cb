import Codegen
import TraceLang

@testable import Runtime

/// Bytes as programs lay them out.
enum Bytes {
  static func of<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  static func string(_ text: String, capacity: Int) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(capacity))
    return bytes + [UInt8](repeating: 0, count: capacity - bytes.count)
  }

  static func words(_ values: [UInt64]) -> [UInt8] { values.flatMap { of($0) } }
}

extension ValueContext {
  static func plain(
    host: PlainHost = PlainHost(), change: (inout Bundle) -> Void = { _ in }, frames: [UInt64] = []
  ) -> ValueContext {
    var bundle = Bundle(settings: .init(possibleCPUs: 2))
    change(&bundle)
    return ValueContext(bundle: bundle, host: host) { _, _ in frames }
  }
}

extension MapView {
  /// A hash whose key's parts lie one after the other in 8-byte steps, as the tests write them.
  static func hash(_ name: String, keys: [Type], value: Type) -> MapView {
    var offset = 0
    let fields = keys.map { type in
      defer { offset += (type.size() + 7) / 8 * 8 }
      return Field(offset: offset, size: type.size(), type: type)
    }
    let content: MapView.Content =
      switch value {
      case .aggregation(let aggregation): .aggregation(aggregation, .hash(MapView.Hash(map: 0, values: .shared)))
      default: .plain(value, .hash(map: 0))
      }
    return MapView(
      name: name, key: keys.isEmpty ? nil : keys.count == 1 ? keys[0] : .tuple(keys.map { TupleElement($0) }),
      keySize: offset, keyFields: fields, valueSize: value.size(), content: content)
  }
}

extension PrintedMap {
  init(_ view: MapView, _ entries: [(key: [UInt8], value: [UInt8])], top: Int? = nil, divisor: UInt64 = 0) {
    var all = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    for (key, value) in entries {
      let key = key + [UInt8](repeating: 0, count: view.keySize - key.count)
      key.withUnsafeBytes { key in value.withUnsafeBytes { value in all.append(key: key, value: value) } }
    }
    let order = MapOrder(view: view).sorted(all)
    self.init(view: view, entries: all, order: Array(order.suffix(top ?? order.count)), divisor: divisor)
  }

  var text: String {
    let sink = TextSink(context: .plain(), isQuiet: false)
    sink.map(self)
    return sink.output.text
  }

  var json: String {
    let sink = JSONSink(context: .plain(), isQuiet: false)
    sink.map(self)
    return sink.output.text
  }
}
