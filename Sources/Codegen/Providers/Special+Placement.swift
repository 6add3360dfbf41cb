import TraceLang

extension Special: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.rawTracepoint) }

  func hook(_ placement: Placement) -> Hook.Point {
    switch self {
    case .begin: .begin
    case .end: .end
    }
  }
}
