extension Provider {
  static let hardware = Provider(
    ["hardware", "h"], "EVENT[:COUNT]", "Fires once each COUNT events that the processor counts",
    match: { pattern, _, diagnostics in
      guard let (counter, period) = pattern.counter(&diagnostics) else { return [] }
      return [ProbeMatch(kind: .counted(CountedEvent(counter: counter, period: period)), name: pattern.name)]
    },
    list: { (query, _, give) throws(TargetError) in
      let names = (NamedEvent.hardware + NamedEvent.caches).flatMap(\.names)
      query.list("hardware", names.map { $0 + ":" }, give)
    })
}

extension Pattern {
  /// What `EVENT[:COUNT]` has counted, and its count; reports what is wrong and gives `nil`.
  fileprivate func counter(_ diagnostics: inout Diagnostics) -> (CountedEvent.Counter, period: UInt64)? {
    let name = parts.first?.text ?? ""
    if let event = NamedEvent.caches.first(where: { $0.names.contains(name) }) {
      return period(event, &diagnostics).map { (.cache(event.config), $0) }
    }
    if name.hasPrefix("r"), let config = UInt64(name.dropFirst(), radix: 16) {
      return period(NamedEvent(names: [name], config: config), &diagnostics).map { (.raw(config), $0) }
    }
    return event(among: NamedEvent.hardware, or: NamedEvent.caches, &diagnostics).map { (.hardware($0.config), $1) }
  }
}

extension NamedEvent {
  /// Kernel: include/uapi/linux/perf_event.h, enum perf_hw_id.
  fileprivate static let hardware: [NamedEvent] = [
    NamedEvent(names: ["cpu-cycles", "cycles"], config: 0),
    NamedEvent(names: ["instructions"], config: 1),
    NamedEvent(names: ["cache-references"], config: 2),
    NamedEvent(names: ["cache-misses"], config: 3),
    NamedEvent(names: ["branch-instructions", "branches"], config: 4, defaultPeriod: 100_000),
    NamedEvent(names: ["branch-misses"], config: 5, defaultPeriod: 100_000),
    NamedEvent(names: ["bus-cycles"], config: 6, defaultPeriod: 100_000),
    NamedEvent(names: ["frontend-stalls"], config: 7),
    NamedEvent(names: ["backend-stalls"], config: 8),
    NamedEvent(names: ["ref-cycles"], config: 9),
  ]

  /// Caches by enum perf_hw_cache_id, each with what is done with it, by enum perf_hw_cache_op_id, and whether it was there,
  /// by enum perf_hw_cache_op_result_id; they have the names that `perf list` gives them.
  fileprivate static let caches: [NamedEvent] = {
    let all = ["load", "store", "prefetch"]
    let caches: [(name: String, operations: [String])] = [
      ("L1-dcache", all), ("L1-icache", ["load", "prefetch"]), ("LLC", all), ("dTLB", all), ("iTLB", ["load"]),
      ("branch", ["load"]), ("node", all),
    ]
    return caches.enumerated().flatMap { id, cache in
      all.enumerated().filter { cache.operations.contains($1) }.flatMap { number, operation in
        let config = UInt64(id | number << 8)
        let plural = operation.hasSuffix("h") ? operation + "es" : operation + "s"
        return [
          NamedEvent(names: ["\(cache.name)-\(plural)"], config: config),
          NamedEvent(names: ["\(cache.name)-\(operation)-misses"], config: config | 1 << 16),
        ]
      }
    }
  }()
}
