/// What inference has learned so far of maps and variables; grows until nothing changes any more.
struct Environment: Hashable {
  struct MapState: Hashable {
    var name: String
    /// `nil` until a use shows whether the map has keys.
    var isKeyed: Bool?
    var key: Type?
    var value: Type?
    /// Whether some statement gives it a value, of a known type or not.
    var isAssigned = false
    /// Whether something needs the map itself and not only a value of it, which is 0 in one that is never assigned.
    var isNeeded = false
    var isRead = false
    var range: SourceRange
    /// Where the value's type was decided.
    var valueRange: SourceRange?
    var declaredKind: MapVariable.Kind?
    var maxEntries: Int?
  }

  /// In order of first appearance.
  var maps: [MapState] = []
  var mapIndex: [String: Int] = [:]
  /// The types of each probe instance's variables.
  var variables: [[Type?]] = []
  /// Where each probe instance's variables are declared.
  var places: [VariablePlaces] = []
  /// The variables of each probe instance that hold addresses of others, whose types may still grow.
  var addressHolders: [Int: Set<Int>] = [:]

  /// The variables of each probe instance that are assigned in an inner block first and read behind it: they belong to the
  /// whole probe, as all variables did before bpftrace 0.22. With where each is assigned first.
  var hoisted: [Int: [String: SourceRange]] = [:]

  /// The processes whose descendants the script asks for, each once; a bit each in what is known of a process.
  var ancestors: [UInt64] = []

  /// Makes a variable one of the whole probe, from the next walk on.
  mutating func hoist(_ name: String, at range: SourceRange, inInstance instance: Int) {
    hoisted[instance, default: [:]][name] = range
  }

  /// Forgets the types that followed from those of other variables, for the next walk to find them again.
  mutating func forgetAddresses(ofInstance instance: Int) {
    for index in addressHolders[instance] ?? [] where variables[instance].indices.contains(index) {
      variables[instance][index] = nil
    }
  }

  mutating func map(named name: String, at range: SourceRange) -> Int {
    if let index = mapIndex[name] { return index }
    maps.append(MapState(name: name, range: range))
    mapIndex[name] = maps.count - 1
    return maps.count - 1
  }
}

/// The scratch variables of the probe instance being checked.
struct Scope {
  struct Binding {
    let id: VariableID
    let name: String
    let range: SourceRange
    /// The type that `let $x : type` gives; assignments convert to it.
    var declared: Type?
    /// Declared by its first assignment alone.
    var isImplicit = false
  }

  private var frames: [[String: Binding]] = [[:]]
  private(set) var places: VariablePlaces
  private var declaredVariables = DeclaredVariables()
  /// The variables whose address is taken.
  private(set) var addressed: Set<VariableID> = []

  init(_ places: VariablePlaces) { self.places = places }

  mutating func push() { frames.append([:]) }

  /// Variables of blocks that have ended, declared by assignments alone.
  private(set) var ended: [String: SourceRange] = [:]

  mutating func pop() {
    for binding in frames.removeLast().values where binding.isImplicit && ended[binding.name] == nil {
      ended[binding.name] = binding.range
    }
  }

  func lookup(_ name: String) -> Binding? {
    for frame in frames.reversed() {
      if let binding = frame[name] { return binding }
    }
    return nil
  }

  /// A new variable of the innermost block.
  mutating func declare(
    _ name: String, at range: SourceRange, as declared: Type? = nil, isImplicit: Bool = false
  ) -> Binding {
    let number = places.number(of: name, at: range, declared: &declaredVariables)
    let binding = Binding(
      id: VariableID(number), name: name, range: range, declared: declared, isImplicit: isImplicit)
    frames[frames.count - 1][name] = binding
    return binding
  }

  mutating func takeAddress(of variable: VariableID) { addressed.insert(variable) }

  /// Names in reach, for suggestions: the latest ones.
  var visibleNames: [String] {
    let first = places.count - Self.maximumSuggested
    // Those of macros have names that no script can write.
    return frames.flatMap { frame in
      frame.values.filter { $0.id.index >= first }.sorted { $0.id.index < $1.id.index }.map(\.name)
    }.filter { !$0.contains("'") }
  }

  private static let maximumSuggested = 500
}
