/// What inference has learned so far of maps and variables; grows until nothing changes any more.
struct Environment: Hashable {
  struct MapState: Hashable {
    var name: String
    /// `nil` until a use shows whether the map has keys.
    var isKeyed: Bool?
    var key: Type?
    var value: Type?
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

/// The places of a probe instance's variables by their number, which stays while one walk comes by fewer of them than
/// another: the arguments of a call whose types are not known yet are not looked at.
struct VariablePlaces: Hashable {
  private struct Place: Hashable {
    let name: String
    let range: SourceRange
  }

  private var places: [Place] = []

  var names: [String] { places.map(\.name) }

  /// The number of a variable that is declared at a place: in most walks the one behind the last declared one. Places in
  /// macros come several times, each time with another number.
  /// - Parameter declared: the variables that the walk has come by.
  mutating func number(of name: String, at range: SourceRange, declared: inout DeclaredVariables) -> Int {
    let place = Place(name: name, range: range)
    declared.grow(to: places.count)
    if let number = declared.firstMissing(where: { places[$0] == place }) {
      declared.insert(number)
      return number
    }
    places.append(place)
    declared.grow(to: places.count)
    declared.insert(places.count - 1)
    return places.count - 1
  }
}

/// Which variables a walk has come by.
struct DeclaredVariables {
  private var isDeclared: [Bool] = []
  private var missing = 0
  /// One more than the last declared one.
  private var next = 0

  mutating func grow(to count: Int) {
    missing += count - isDeclared.count
    isDeclared += repeatElement(false, count: count - isDeclared.count)
  }

  mutating func insert(_ number: Int) {
    isDeclared[number] = true
    missing -= 1
    next = number + 1
  }

  /// The first one from the next on, and from the start again, that is not declared and matches.
  func firstMissing(where matches: (Int) -> Bool) -> Int? {
    if missing == 0 { return nil }
    for index in [next..<isDeclared.count, 0..<min(next, isDeclared.count)].joined()
    where !isDeclared[index] && matches(index) { return index }
    return nil
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

  /// Names in reach, for suggestions.
  var visibleNames: [String] {
    // Those of macros have names that no script can write.
    frames.flatMap { $0.values.sorted { $0.id.index < $1.id.index }.map(\.name) }.filter { !$0.contains("'") }
  }
}
