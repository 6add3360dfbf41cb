import TraceLang

extension Interval: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point { .perfEvent(.clock(.period(period), on: .one)) }
}

extension Profile: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point {
    switch rate {
    case .period(let period): .perfEvent(.clock(.period(period)))
    case .frequency(let frequency): .perfEvent(.clock(.frequency(frequency)))
    }
  }
}

extension CountedEvent: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point {
    let (kind, config): (PerfEvent.Kind, UInt64) =
      switch counter {
      case .software(let config): (.software, config)
      case .hardware(let config): (.hardware, config)
      case .cache(let config): (.cache, config)
      case .raw(let config): (.raw, config)
      }
    return .perfEvent(PerfEvent(kind, config: config, .period(period)))
  }
}
