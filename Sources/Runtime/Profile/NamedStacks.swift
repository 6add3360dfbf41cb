/// The stacks of a profile as names from the outermost frame on, those with equal names added up.
struct NamedStacks {
  struct Name: Hashable {
    enum Kind: Hashable {
      /// A part of the key, or a map.
      case label
      case user, kernel
      case inlined
    }

    let text: String
    let kind: Kind
  }

  struct Stack {
    let measure: Int
    /// Indices in `names`.
    let names: [Int32]
    var value: UInt64
  }

  /// Each once.
  private(set) var names: [Name] = []
  private(set) var stacks: [Stack] = []

  /// The alphabetical order of names, and of stacks by their names.
  struct NameOrder {
    private var ranks: [Int32]

    init(_ names: [Name]) {
      ranks = [Int32](repeating: 0, count: names.count)
      let order = names.indices.sorted {
        let (left, right) = (names[$0], names[$1])
        return left.text == right.text ? left.kind.rank < right.kind.rank : left.text < right.text
      }
      for (rank, index) in order.enumerated() { ranks[index] = Int32(rank) }
    }

    func precedes(_ left: Stack, _ right: Stack) -> Bool {
      left.names.lexicographicallyPrecedes(right.names) { ranks[Int($0)] < ranks[Int($1)] }
    }
  }

  private struct Key: Hashable {
    let measure: Int
    let names: [Int32]
  }

  init(_ profile: StackProfile) {
    var known: [Name: Int32] = [:]
    func index(_ name: Name) -> Int32 {
      if let index = known[name] { return index }
      let index = Int32(names.count)
      names.append(name)
      known[name] = index
      return index
    }
    let locations = profile.locations.map { location in
      location.frames.reversed().map { index(Self.name($0, at: location.place)) }
    }
    var positions: [Key: Int] = [:]
    for sample in profile.samples {
      let labels = sample.labels.map {
        index(Name(text: $0.text.isEmpty ? StackProfile.Label.empty : $0.text, kind: .label))
      }
      var all = labels + sample.locations.flatMap { locations[Int($0)] }
      if all.isEmpty { all = [index(Name(text: "[no stack]", kind: .label))] }
      let key = Key(measure: sample.measure, names: all)
      if let position = positions[key] {
        let (sum, isTooLarge) = stacks[position].value.addingReportingOverflow(sample.value)
        stacks[position].value = isTooLarge ? .max : sum
      } else {
        positions[key] = stacks.count
        stacks.append(Stack(measure: sample.measure, names: all, value: sample.value))
      }
    }
  }

  static func name(_ frame: StackFrame, at place: CodePlace) -> Name {
    let kind: Name.Kind = place.isKernel ? .kernel : frame.isInlined ? .inlined : .user
    return Name(text: frame.name(at: place), kind: kind)
  }
}

extension NamedStacks.Name.Kind {
  fileprivate var rank: Int {
    switch self {
    case .label: 0
    case .user: 1
    case .inlined: 2
    case .kernel: 3
    }
  }
}
