/// `software` and `hardware`: what the kernel or the processor counts, on each CPU.
public struct CountedEvent: Hashable, Sendable {
  /// What is counted, by the kernel's number of it in perf_event_attr.config.
  public enum Counter: Hashable, Sendable {
    /// Kernel: include/uapi/linux/perf_event.h, enum perf_sw_ids.
    case software(UInt64)
    /// Kernel: include/uapi/linux/perf_event.h, enum perf_hw_id.
    case hardware(UInt64)
    /// Of a cache: its number, and from bit 8 on what is done with it, and from bit 16 on with which result.
    case cache(UInt64)
    /// As the processor's manual numbers it.
    case raw(UInt64)
  }

  public let counter: Counter
  /// It fires once each so many events.
  public let period: UInt64
}

extension CountedEvent: ProbePlace {
  var traits: ProbeTraits {
    let typeName =
      switch counter {
      case .software: "software"
      case .hardware, .cache, .raw: "hardware"
      }
    var traits = ProbeTraits(typeName: typeName, programTypes: [.perfEvent])
    traits.hasRegisters = true
    traits.context = .perfEvent
    traits.followsCommand = true
    return traits
  }
}

extension Provider {
  static let software = Provider(
    ["software", "s"], "EVENT[:COUNT]", "Fires once each COUNT events that the kernel counts",
    match: { pattern, _, diagnostics in
      guard let (event, period) = pattern.event(among: NamedEvent.software, &diagnostics) else { return [] }
      return [
        ProbeMatch(kind: .counted(CountedEvent(counter: .software(event.config), period: period)), name: pattern.name)
      ]
    },
    list: { (query, _, give) throws(TargetError) in
      query.list("software", NamedEvent.software.flatMap(\.names).map { $0 + ":" }, give)
    })
}

/// A perf event that has a name here.
struct NamedEvent {
  let names: [String]
  let config: UInt64
  /// Events between two firings where the script does not say.
  var defaultPeriod: UInt64 = 1_000_000

  /// Kernel: include/uapi/linux/perf_event.h, enum perf_sw_ids.
  static let software: [NamedEvent] = [
    NamedEvent(names: ["cpu-clock", "cpu"], config: 0, defaultPeriod: 1_000_000),
    NamedEvent(names: ["task-clock"], config: 1, defaultPeriod: 1_000_000),
    NamedEvent(names: ["page-faults", "faults"], config: 2, defaultPeriod: 100),
    NamedEvent(names: ["context-switches", "cs"], config: 3, defaultPeriod: 1000),
    NamedEvent(names: ["cpu-migrations"], config: 4, defaultPeriod: 1),
    NamedEvent(names: ["minor-faults"], config: 5, defaultPeriod: 100),
    NamedEvent(names: ["major-faults"], config: 6, defaultPeriod: 1),
    NamedEvent(names: ["alignment-faults"], config: 7, defaultPeriod: 1),
    NamedEvent(names: ["emulation-faults"], config: 8, defaultPeriod: 1),
    NamedEvent(names: ["dummy"], config: 9, defaultPeriod: 1),
    NamedEvent(names: ["bpf-output"], config: 10, defaultPeriod: 1),
  ]
}

extension Pattern {
  /// The event that `EVENT[:COUNT]` names and its count; reports what is wrong and gives `nil`.
  /// - Parameter others: what else may have been meant.
  func event(
    among events: [NamedEvent], or others: [NamedEvent] = [], _ diagnostics: inout Diagnostics
  ) -> (event: NamedEvent, period: UInt64)? {
    guard (1...2).contains(parts.count) else {
      report("needs an event", &diagnostics)
      return nil
    }
    guard let event = events.first(where: { $0.names.contains(parts[0].text) }) else {
      let hint = diagnostics.advice {
        Suggestions.hint(for: parts[0].text, amongAll: (events + others).flatMap(\.names), at: parts[0].range)
      }
      diagnostics.error(
        "'\(parts[0].text)' is not a \(provider.name) event", at: parts[0].range, notes: hint.notes,
        fixIts: hint.fixIts)
      return nil
    }
    return period(event, &diagnostics).map { (event, $0) }
  }

  /// The count that follows an event; reports what is wrong and gives `nil`.
  func period(_ event: NamedEvent, _ diagnostics: inout Diagnostics) -> UInt64? {
    guard parts.count < 3 else {
      report("needs an event", &diagnostics)
      return nil
    }
    guard parts.count == 2, !parts[1].text.isEmpty else { return event.defaultPeriod }
    return count(parts[1], &diagnostics)
  }
}
