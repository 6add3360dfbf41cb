import TraceLang

extension Kprobe: PlannedPlace {
  /// One link serves many functions, where the kernel has such links; an instruction inside of a function is a matter of
  /// its own.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    switch place {
    case .function(_, offset: 0) where target.has(.kprobeMulti): Placement(.kprobeMulti)
    case .function, .address: Placement(.kprobe)
    }
  }

  func hook(_ placement: Placement) -> Hook.Point {
    if case .function(let function, offset: 0) = place, placement.load == .kprobeMulti {
      .kprobeMulti([function], side, cookies: [0])
    } else {
      .kprobe(place, side, cookie: 0)
    }
  }

  var shortName: String? {
    switch place {
    case .function(let function, _): function.name
    case .address: nil
    }
  }
}
