import CLibBPF

/// Profiles as files of pprof: the message Profile of https://github.com/google/pprof/blob/main/proto/profile.proto,
/// packed by gzip.
package struct PprofWriter {
  private let profile: StackProfile
  private var message = ProtobufEncoder()
  private var strings = IndexedTable<String>()
  private var functions = IndexedTable<Function>()
  private var mappings = IndexedTable<Mapping>()

  private struct Function: Hashable {
    let name: String
    let file: String
  }

  private struct Mapping: Hashable {
    let file: String
    let buildID: [UInt8]
    /// Whether names were looked for, which pprof does by itself otherwise.
    let isNamed: Bool
  }

  /// Elements, each once, by the order in which they came.
  private struct IndexedTable<Element: Hashable> {
    private(set) var elements: [Element] = []
    private var indices: [Element: Int] = [:]

    mutating func index(_ element: Element) -> Int {
      if let index = indices[element] { return index }
      indices[element] = elements.count
      elements.append(element)
      return elements.count - 1
    }
  }

  /// - Returns: the file's bytes, which are the same for the same profile; `nil` where there is no memory for them.
  package static func file(_ profile: StackProfile) -> [UInt8]? {
    let message = message(profile)
    var bytes = [UInt8](repeating: 0, count: swtrace_gzip_bound(message.count))
    let count = swtrace_gzip(message, message.count, &bytes, bytes.count)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// The file before it is packed.
  package static func message(_ profile: StackProfile) -> [UInt8] {
    var writer = PprofWriter(profile: profile)
    writer.write()
    return writer.message.bytes
  }

  private init(profile: StackProfile) {
    self.profile = profile
    // The first one is empty.
    _ = strings.index("")
  }

  /// A kind of values: its name, its unit, and the map it is of.
  private struct Column {
    let name: String
    let unit: String
    let measure: Int
    let isOfEvents: Bool
  }

  /// Each map has a column of its own; where its values are totals, the number of values comes before, as `pprof -mean`
  /// needs it.
  private var columns: [Column] {
    profile.measures.enumerated().flatMap { index, measure in
      let values = Column(name: measure.name, unit: measure.unit, measure: index, isOfEvents: false)
      guard measure.kind == .total else { return [values] }
      return [Column(name: measure.name + "_count", unit: "count", measure: index, isOfEvents: true), values]
    }
  }

  private mutating func write() {
    let columns = columns
    for column in columns { message.append(1, valueType(column.name, column.unit)) }
    // The first mapping is taken for the program: binaries come before the kernel.
    for location in profile.locations where !location.place.isKernel { _ = mapping(of: location) }
    for sample in profile.samples { append(sample, columns) }
    // Mappings and functions are found on the way and come after them: the order of fields is free.
    for (index, location) in profile.locations.enumerated() { append(location, id: index + 1) }
    let known = known
    for (index, mapping) in mappings.elements.enumerated() { append(mapping, id: index + 1, known) }
    for (index, function) in functions.elements.enumerated() { append(function, id: index + 1) }
    let periodType = profile.period.map { _ in valueType("cpu", "nanoseconds") }
    let mainColumn = columns.first { !$0.isOfEvents }.map { strings.index($0.name) } ?? 0
    for string in strings.elements { message.append(element: 6, string) }
    if let time = profile.time {
      message.append(9, time.start)
      message.append(10, time.duration)
    }
    if let periodType { message.append(11, periodType) }
    message.append(12, profile.period ?? 0)
    message.append(14, UInt64(mainColumn))
  }

  private mutating func valueType(_ name: String, _ unit: String) -> ProtobufEncoder {
    var type = ProtobufEncoder()
    type.append(1, index(name))
    type.append(2, index(unit))
    return type
  }

  private mutating func index(_ text: String) -> UInt64 { UInt64(strings.index(text)) }

  private mutating func append(_ sample: StackProfile.Sample, _ columns: [Column]) {
    var encoder = ProtobufEncoder()
    // The innermost first.
    encoder.append(packed: 1, sample.locations.reversed().lazy.map { UInt64($0) + 1 })
    encoder.append(
      packed: 2,
      columns.lazy.map { column in
        guard column.measure == sample.measure else { return 0 }
        return UInt64(Int64(clamping: column.isOfEvents ? sample.events : sample.value))
      })
    for label in sample.labels {
      var encoded = ProtobufEncoder()
      encoded.append(1, index(label.name))
      if let number = label.number {
        encoded.append(3, number)
      } else {
        // One that is empty would be a number.
        encoded.append(2, index(label.text.isEmpty ? StackProfile.Label.empty : label.text))
      }
      encoder.append(3, encoded)
    }
    message.append(2, encoder)
  }

  private mutating func append(_ location: StackProfile.Location, id: Int) {
    var encoder = ProtobufEncoder()
    encoder.append(1, UInt64(id))
    encoder.append(2, UInt64(mapping(of: location)))
    encoder.append(3, location.place.address)
    for frame in location.frames {
      guard let name = frame.function else { continue }
      var line = ProtobufEncoder()
      line.append(1, UInt64(functions.index(Function(name: name, file: frame.file ?? "")) + 1))
      line.append(2, Int64(frame.line ?? 0))
      encoder.append(4, line)
    }
    message.append(4, encoder)
  }

  /// The number of the binary that a place is in; 0 where it is not known.
  private mutating func mapping(of location: StackProfile.Location) -> Int {
    let frame = location.frames.first { $0.module != nil }
    let module = frame?.module
    switch location.place.code {
    case .kernel:
      let file = module.map { "[\($0)]" } ?? "[kernel.kallsyms]"
      return mappings.index(Mapping(file: file, buildID: [], isNamed: true)) + 1
    case .process:
      return module.map { mappings.index(Mapping(file: $0, buildID: frame?.buildID ?? [], isNamed: true)) + 1 } ?? 0
    case .binary(let id):
      return id.isEmpty ? 0 : mappings.index(Mapping(file: "", buildID: id, isNamed: false)) + 1
    }
  }

  /// What is known of any place besides names.
  private typealias Known = (files: Bool, lines: Bool, inlined: Bool)

  private var known: Known {
    let frames = profile.locations.lazy.flatMap(\.frames)
    return (
      frames.contains { $0.file != nil }, frames.contains { $0.line != nil }, frames.contains(where: \.isInlined)
    )
  }

  private mutating func append(_ mapping: Mapping, id: Int, _ known: Known) {
    var encoder = ProtobufEncoder()
    encoder.append(1, UInt64(id))
    encoder.append(5, index(mapping.file))
    encoder.append(6, index(CodePlace.hexadecimal(mapping.buildID)))
    encoder.append(7, mapping.isNamed)
    encoder.append(8, mapping.isNamed && known.files)
    encoder.append(9, mapping.isNamed && known.lines)
    encoder.append(10, mapping.isNamed && known.inlined)
    message.append(3, encoder)
  }

  private mutating func append(_ function: Function, id: Int) {
    var encoder = ProtobufEncoder()
    encoder.append(1, UInt64(id))
    encoder.append(2, index(function.name))
    encoder.append(3, index(function.name))
    encoder.append(4, index(function.file))
    message.append(5, encoder)
  }
}
