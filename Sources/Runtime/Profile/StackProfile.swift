import Codegen
import TraceLang

/// The stacks that maps are keyed by, with their numbers: what folded lines, flame graphs and pprof's files are made
/// of.
package struct StackProfile {
  /// A part of a key that is no stack.
  package struct Label: Hashable {
    /// "comm", or "key 2" for the second part of a key whose parts have no names.
    package let name: String
    package let text: String
    /// Set for whole numbers.
    package let number: Int64?

    /// Stands for a text without a character.
    static let empty = "[empty]"

    package init(name: String, text: String, number: Int64? = nil) {
      self.name = name
      self.text = text
      self.number = number
    }
  }

  /// A place with the functions there, the innermost first.
  package struct Location: Hashable {
    package let place: CodePlace
    package let frames: [StackFrame]

    package init(_ place: CodePlace, _ frames: [StackFrame]) {
      self.place = place
      self.frames = frames
    }
  }

  /// An entry of a map.
  package struct Sample: Hashable {
    /// Index in `measures`.
    package let measure: Int
    /// In the order of the key.
    package let labels: [Label]
    /// Indices in `locations`, the outermost first: those of processes, then those of the kernel, which they called.
    package let locations: [Int32]
    package let value: UInt64
    /// What `value` is the total of.
    package let events: UInt64

    package init(measure: Int, labels: [Label] = [], locations: [Int32], value: UInt64, events: UInt64? = nil) {
      self.measure = measure
      self.labels = labels
      self.locations = locations
      self.value = value
      self.events = events ?? value
    }
  }

  /// When it was taken, in nanoseconds.
  package struct Time: Hashable {
    /// Since 1970, UTC.
    package let start: Int64
    package let duration: Int64

    package init(start: Int64, duration: Int64) {
      self.start = start
      self.duration = duration
    }
  }

  package var measures: [StackMeasure]
  /// Each place once.
  package private(set) var locations: [Location] = []
  package private(set) var samples: [Sample] = []
  /// Entries with numbers below 0, which are left out.
  package private(set) var negatives = 0
  package var time: Time?
  /// Nanoseconds between samples of a clock, where the script samples by one.
  package var period: UInt64?
  private var known: [CodePlace: Int32] = [:]

  package init(measures: [StackMeasure]) { self.measures = measures }

  package mutating func append(_ sample: Sample) { samples.append(sample) }

  /// The index of a place.
  /// - Parameter frames: asked for when the place is new.
  package mutating func location(_ place: CodePlace, _ frames: (CodePlace) -> [StackFrame]) -> Int32 {
    if let index = known[place] { return index }
    let index = Int32(locations.count)
    locations.append(Location(place, frames(place)))
    known[place] = index
    return index
  }
}

extension StackProfile {
  /// What to tell of entries that are left out.
  var warning: String? {
    if negatives == 0 { return nil }
    return "\(negatives) stacks have a number below 0, which no graph can show: they are left out"
  }

  /// Of maps as they are now.
  package init(_ stackMaps: StackMaps, in maps: MapReader, context: ValueContext) {
    self.init(measures: stackMaps.views.map(\.measure))
    for (measure, map) in stackMaps.views.enumerated() {
      let (view, entries) = (maps.views[map.view], maps.entries(of: map.view))
      append(
        PrintedMap(view: view, entries: entries, top: 0, divisor: 0, isAsked: false), measure: measure,
        context: context)
    }
  }

  /// Adds the entries of a map of `measures`; those with 0 weigh nothing and are left out.
  mutating func append(_ map: PrintedMap, measure: Int, context: ValueContext) {
    let reader = FrameReader(context: context)
    let text = TextValue(context: context)
    let scratch = OutputBuffer(capacity: 256)
    for index in map.order {
      map.entries.withEntry(index) { key, value in
        guard let weight = StackWeight(map, value) else {
          negatives += 1
          return
        }
        let number = UInt64(bitPattern: weight.number) / max(map.divisor, 1)
        guard number > 0 else { return }
        var parts = KeyParts()
        for (position, field) in map.view.keyFields.enumerated() {
          parts.name = map.view.keyNames?[position] ?? ""
          append(field.type, key + field.offset, to: &parts, reader, text, scratch)
        }
        samples.append(
          Sample(
            measure: measure, labels: parts.labels, locations: parts.user + parts.kernel, value: number,
            events: weight.events))
      }
    }
  }

  private struct KeyParts {
    var labels: [Label] = []
    var user: [Int32] = []
    var kernel: [Int32] = []
    /// Parts so far.
    var count = 0
    /// What the next part is called, if it has a name.
    var name = ""
  }

  private mutating func append(
    _ type: Type, _ value: UnsafeRawPointer, to parts: inout KeyParts, _ reader: FrameReader, _ text: TextValue,
    _ scratch: OutputBuffer
  ) {
    switch type {
    case .stack(let stack):
      parts.count += 1
      let indices = reader.places(stack, value).reversed().map { location($0) { reader.frames(at: $0) } }
      if stack.isUser { parts.user += indices } else { parts.kernel += indices }
    case .tuple(let elements) where type.hasStacks:
      let layout = Type.tupleLayout(elements, recordSize: reader.context.recordSize)
      for (element, offset) in zip(elements, layout.offsets) {
        parts.name = element.name ?? ""
        append(element.type, value + offset, to: &parts, reader, text, scratch)
      }
    case .void, .bool, .integer, .string, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic,
      .aggregation, .invalid:
      parts.count += 1
      scratch.removeAll()
      text.append(type, value, to: scratch)
      var number: Int64?
      if case .integer(let type) = type {
        let bits = Word.integer(value, size: type.size, signed: type.isSigned)
        number = type.isSigned || bits >= 0 ? bits : nil
      }
      let name = parts.name.isEmpty ? "key \(parts.count)" : parts.name
      parts.labels.append(Label(name: name, text: scratch.text, number: number))
    }
  }
}
