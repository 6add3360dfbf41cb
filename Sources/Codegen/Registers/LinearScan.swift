/// Gives every value a register or a spill slot for each part of its life.
///
/// Linear scan over live intervals with holes, splitting and second chances (Wimmer and Franz, "Linear Scan Register
/// Allocation on SSA Form"). Calls take r0 to r5 away; r6 to r9 survive them.
struct LinearScan {
  let function: SelectedFunction
  var intervals: [LiveInterval]
  let partners: [(Int32, Int32)]
  let definitionHints: [Register?]
  let wantedRegisters: [Register?]
  let calls: [Int]

  /// Waiting parts by falling start.
  private var unhandled: [Int] = []
  /// Parts that have a register and live at the scan's position.
  private var active: [Int] = []
  /// Parts that have a register and are in a hole of their lives.
  private var inactive: [Int] = []
  /// By value: a part before which all parts have their places.
  private var frontiers: [Int]

  /// - Throws: when the values alone are more than registers and stack hold.
  static func run(_ function: SelectedFunction, stackLimit: Int) throws(BackendError) -> Allocation {
    let liveness = try Liveness(function, stackLimit: stackLimit)
    var scan = LinearScan(function, LiveIntervalBuilder(function, liveness))
    scan.scan()
    return Allocation(function, scan.intervals, liveness)
  }

  private init(_ function: SelectedFunction, _ builder: LiveIntervalBuilder) {
    self.function = function
    intervals = builder.intervals
    partners = builder.partners
    definitionHints = builder.definitionHints
    wantedRegisters = builder.wantedRegisters
    calls = builder.calls
    frontiers = Array(function.virtualRegisters.indices)
    unhandled = intervals.indices.filter { !intervals[$0].ranges.isEmpty }.sorted { isAfter($0, $1) }
  }

  private mutating func scan() {
    while let current = unhandled.popLast() {
      expire(at: intervals[current].start)
      if !allocateFree(current) { allocateBlocked(current) }
      if case .register = intervals[current].place { active.append(current) }
    }
  }

  private mutating func expire(at position: Int) {
    var kept: [Int] = []
    kept.reserveCapacity(active.count + 1)
    var waiting: [Int] = []
    func sort(_ index: Int) {
      while intervals[index].cursor < intervals[index].ranges.count,
        intervals[index].ranges[intervals[index].cursor].end <= position
      {
        intervals[index].cursor += 1
      }
      guard intervals[index].cursor < intervals[index].ranges.count else { return }
      if intervals[index].ranges[intervals[index].cursor].start <= position {
        kept.append(index)
      } else {
        waiting.append(index)
      }
    }
    active.forEach(sort)
    inactive.forEach(sort)
    active = kept
    inactive = waiting
  }

  // MARK: Free registers

  /// Takes a register that is free for the whole life, or for its beginning, and queues the rest.
  private mutating func allocateFree(_ current: Int) -> Bool {
    var freeUntil = RegisterPositions(repeating: Int.max)
    for index in active { freeUntil.lower(intervals[index].place, to: 0) }
    for index in inactive {
      if let position = intervals[index].firstIntersection(with: intervals[current]) {
        freeUntil.lower(intervals[index].place, to: position)
      }
    }
    let start = intervals[current].start
    let end = intervals[current].end
    if let call = firstCall(in: intervals[current]) { freeUntil.lowerClobbered(to: call) }

    if let register = preferredRegister(current, freeUntil) {
      intervals[current].place = .register(register)
      return true
    }
    var best = Register.r0
    for register in LinearScan.order where freeUntil[register] > freeUntil[best] { best = register }
    if freeUntil[best] >= end {
      intervals[current].place = .register(best)
      return true
    }
    let cut = Position.gap(before: freeUntil[best])
    guard cut > start, let use = intervals[current].uses.first, use.position < cut else { return false }
    intervals[current].place = .register(best)
    enqueueSplit(current, at: cut)
    return true
  }

  /// Free registers in the order of taking: those that calls lose first, the arguments' late among them.
  static let order: [Register] = [.r0, .r5, .r4, .r3, .r2, .r1, .r6, .r7, .r8, .r9]

  /// A register that saves a move and is free for the whole life.
  private mutating func preferredRegister(_ current: Int, _ freeUntil: RegisterPositions) -> Register? {
    let interval = intervals[current]
    let value = interval.value.index
    func isFree(_ register: Register) -> Bool { freeUntil[register] >= interval.end }
    func register(of partner: Int32) -> Register? {
      guard partner >= 0, case .register(let register) = lastPlace(of: Int(partner)), isFree(register) else {
        return nil
      }
      return register
    }
    if let hint = interval.uses.lazy.compactMap(\.hint).first(where: isFree) { return hint }
    if let hint = definitionHints[value], isFree(hint) { return hint }
    if let hint = wantedRegisters[value], isFree(hint) { return hint }
    return register(of: partners[value].0) ?? register(of: partners[value].1)
  }

  /// The place of the last part that has one; parts get theirs in the order of the code.
  private mutating func lastPlace(of value: Int) -> Place {
    var index = intervals[frontiers[value]].place == .unassigned ? value : frontiers[value]
    defer { frontiers[value] = index }
    var place = intervals[index].place
    while intervals[index].next >= 0 {
      let next = intervals[index].next
      if intervals[next].place == .unassigned { break }
      index = next
      place = intervals[index].place
    }
    return place
  }

  // MARK: Taken registers

  /// Takes the register whose value is wanted last, or leaves the current one in memory when it is wanted later still.
  private mutating func allocateBlocked(_ current: Int) {
    let start = intervals[current].start
    var nextUse = RegisterPositions(repeating: Int.max)
    var blocked = RegisterPositions(repeating: Int.max)
    for index in active { nextUse.lower(intervals[index].place, to: nextUsePosition(index, from: start)) }
    for index in inactive where intervals[index].firstIntersection(with: intervals[current]) != nil {
      nextUse.lower(intervals[index].place, to: nextUsePosition(index, from: start))
    }
    if let call = firstCall(in: intervals[current]) {
      blocked.lowerClobbered(to: call)
      nextUse.lowerClobbered(to: Position.gap(before: call) > start ? call : 0)
    }
    var best = Register.r0
    for register in LinearScan.order where nextUse[register] > nextUse[best] { best = register }

    let firstNeed = intervals[current].firstUse(from: start, where: \.needsRegister)?.position ?? .max
    let canWait = Position.gap(before: firstNeed) > start && firstNeed != start
    if canWait, nextUse[best] <= nextUsePosition(current, from: start) || nextUse[best] == 0 {
      spill(current)
      return
    }
    evict(best, for: current)
    intervals[current].place = .register(best)
    if blocked[best] < intervals[current].end { enqueueSplit(current, at: Position.gap(before: blocked[best])) }
  }

  /// Where a value is next wanted; one that can be made again costs nothing until it must be in a register.
  private func nextUsePosition(_ index: Int, from position: Int) -> Int {
    let isFree = function.virtualRegisters[intervals[index].value.index].materialization != nil
    return intervals[index].firstUse(from: position) { !isFree || $0.needsRegister }?.position ?? .max
  }

  /// Frees a register from the start of `current` on.
  private mutating func evict(_ register: Register, for current: Int) {
    let start = intervals[current].start
    for index in active where intervals[index].place == .register(register) {
      let gap = Position.gap(before: start)
      let isQuiet = gap > intervals[index].start && (intervals[index].firstUse(from: gap)?.position ?? .max) > start
      let cut = isQuiet ? gap : start
      if cut <= intervals[index].start {
        spill(index)
      } else {
        spill(split(index, at: cut))
      }
    }
    active.removeAll { !intervals[$0].isInRegister || intervals[$0].end <= start }
    for index in inactive where intervals[index].place == .register(register) {
      guard intervals[index].firstIntersection(with: intervals[current]) != nil else { continue }
      // In a hole: the rest of its life begins with a block and finds another place by itself.
      enqueueSplit(index, at: start)
    }
    inactive.removeAll { intervals[$0].place == .register(register) && intervals[$0].end <= start }
  }

  /// Puts a part into memory up to its next use in a register.
  private mutating func spill(_ index: Int) {
    let start = intervals[index].start
    if let need = intervals[index].firstUse(from: start, where: \.needsRegister)?.position {
      let cut = Position.gap(before: need)
      if cut <= start {
        intervals[index].place = .unassigned
        enqueue(index)
        return
      }
      enqueueSplit(index, at: cut)
    }
    intervals[index].place = .memory
  }

  // MARK: Parts

  private mutating func split(_ index: Int, at position: Int) -> Int {
    let tail = intervals[index].split(at: position)
    intervals.append(tail)
    intervals[index].next = intervals.count - 1
    return intervals.count - 1
  }

  private mutating func enqueueSplit(_ index: Int, at position: Int) {
    enqueue(split(index, at: position))
  }

  /// Whether one part waits for another: by start, and of those that start together by whether any register will do.
  private func isAfter(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (intervals[a].start, intervals[b].start)
    if first != second { return first > second }
    let isChoosy = wantedRegisters[intervals[a].value.index] != nil
    let isOtherChoosy = wantedRegisters[intervals[b].value.index] != nil
    return isChoosy == isOtherChoosy ? a > b : isOtherChoosy
  }

  private mutating func enqueue(_ index: Int) {
    var low = 0
    var high = unhandled.count
    while low < high {
      let middle = (low + high) / 2
      if isAfter(unhandled[middle], index) { low = middle + 1 } else { high = middle }
    }
    unhandled.insert(index, at: low)
  }

  /// The position at which the first call during the life takes r0 to r5.
  private func firstCall(in interval: LiveInterval) -> Int? {
    var low = 0
    for range in interval.ranges {
      var high = calls.count
      while low < high {
        let middle = (low + high) / 2
        if Position.clobber(calls[middle]) < range.start { low = middle + 1 } else { high = middle }
      }
      guard low < calls.count else { return nil }
      let position = Position.clobber(calls[low])
      if position < range.end { return position }
    }
    return nil
  }
}

/// A position for each allocatable register.
private struct RegisterPositions {
  private var positions: InlineArray<10, Int>

  init(repeating position: Int) { positions = InlineArray(repeating: position) }

  subscript(register: Register) -> Int { positions[Int(register.rawValue)] }

  mutating func lower(_ place: Place, to position: Int) {
    guard case .register(let register) = place else { return }
    positions[Int(register.rawValue)] = min(positions[Int(register.rawValue)], position)
  }

  mutating func lowerClobbered(to position: Int) {
    for index in 0...5 { positions[index] = min(positions[index], position) }
  }
}
