import TraceLang

extension OwnSignal: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.rawTracepoint) }

  func hook(_ placement: Placement) -> Hook.Point { .testRun(.signal) }
}
