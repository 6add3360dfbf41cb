import TraceLang

extension Trial: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.rawTracepoint) }

  func hook(_ placement: Placement) -> Hook.Point {
    switch purpose {
    case .test: .testRun(.test(name))
    case .bench: .testRun(.bench(name))
    }
  }
}
