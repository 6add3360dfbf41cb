import TraceLang

extension ObjectIterator: PlannedPlace {
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    Placement(Load(.tracing, .iterator(name)), arguments: .words)
  }

  func hook(_ placement: Placement) -> Hook.Point { pin.map { .pinnedIterator($0) } ?? .iterator }

  var shortName: String? { name }
}
