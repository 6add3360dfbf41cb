/// Values by key within a budget of memory: those that were not used for longest give way.
struct BoundedCache<Key: Hashable, Value> {
  private struct Entry {
    var value: Value
    var cost: Int
    var lastUse: UInt64
  }

  private var entries: [Key: Entry] = [:]
  private let budget: Int
  private var total = 0
  private var uses: UInt64 = 0

  /// - Parameter budget: in the unit of the values' costs.
  init(budget: Int) { self.budget = budget }

  var keys: Dictionary<Key, some Any>.Keys { entries.keys }

  /// Counts as a use.
  subscript(key: Key) -> Value? {
    mutating get {
      uses += 1
      guard let place = entries.index(forKey: key) else { return nil }
      entries.values[place].lastUse = uses
      return entries.values[place].value
    }
  }

  /// Keeps a value; it stays even when it alone exceeds the budget, until another one comes.
  /// - Returns: the keys of values that gave way.
  @discardableResult
  mutating func set(_ key: Key, _ value: Value, cost: Int) -> [Key] {
    uses += 1
    total += cost - (entries[key]?.cost ?? 0)
    entries[key] = Entry(value: value, cost: cost, lastUse: uses)
    guard total > budget else { return [] }
    var gone: [Key] = []
    // Down to three quarters, so that finding the oldest is done for many at a time.
    for (oldest, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse })
    where oldest != key && total > budget / 4 * 3 {
      entries[oldest] = nil
      total -= entry.cost
      gone.append(oldest)
    }
    return gone
  }

  mutating func removeAll() {
    entries = [:]
    total = 0
  }
}
