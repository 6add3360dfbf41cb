/// The places of a probe instance's variables by their number, which stays while one walk comes by fewer of them than
/// another: the arguments of a call whose types are not known yet are not looked at.
struct VariablePlaces: Hashable {
  private struct Place: Hashable {
    let name: String
    let range: SourceRange
  }

  private var places: [Place] = []

  var names: [String] { places.map(\.name) }
  var count: Int { places.count }

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
