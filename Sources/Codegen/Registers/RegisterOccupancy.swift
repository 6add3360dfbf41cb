/// Which registers hold something at each position.
struct RegisterOccupancy {
  /// By register: where it is taken, ascending.
  private var ranges: [[LiveRange]]

  init(_ intervals: [LiveInterval]) {
    ranges = .init(repeating: [], count: LinearScan.order.count)
    for interval in intervals {
      if case .register(let register) = interval.place { ranges[Int(register.rawValue)] += interval.ranges }
    }
    for index in ranges.indices { ranges[index].sort { $0.start < $1.start } }
  }

  func registers(at position: Int) -> Set<Register> {
    Set(LinearScan.order.filter { isTaken(ranges[Int($0.rawValue)], at: position) })
  }

  private func isTaken(_ ranges: [LiveRange], at position: Int) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].start <= position { low = middle + 1 } else { high = middle }
    }
    return low > 0 && position < ranges[low - 1].end
  }
}
