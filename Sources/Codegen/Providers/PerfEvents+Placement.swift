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

extension SoftwareEvent: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point {
    .perfEvent(PerfEvent(.software, config: config, .period(period)))
  }
}

extension HardwareEvent: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point {
    switch counter {
    case .generic(let config): .perfEvent(PerfEvent(.hardware, config: config, .period(period)))
    case .cache(let config): .perfEvent(PerfEvent(.cache, config: config, .period(period)))
    case .raw(let config): .perfEvent(PerfEvent(.raw, config: config, .period(period)))
    }
  }
}
