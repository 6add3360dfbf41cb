import TraceLang

extension Watchpoint: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement { Placement(.perfEvent) }

  func hook(_ placement: Placement) -> Hook.Point {
    .breakpoint(Breakpoint(address: address, length: length, access: access))
  }
}
