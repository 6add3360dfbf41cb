import TraceLang

extension Kprobe: PlannedPlace {
  /// One link serves many functions, where the kernel has such links; an instruction inside of a function is a matter of
  /// its own. Links to many functions override those, too, that must not be, before Linux 6.7.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    switch place {
    case .function(_, offset: 0) where target.has(.kprobeMulti) && !body.overridesResult:
      Placement(.kprobeMulti, arguments: .registers, names: .cookie)
    case .function, .address:
      Placement(.kprobe, arguments: .registers, names: target.has(.attachCookie) ? .cookie : .program)
    }
  }

  func hook(_ placement: Placement) -> Hook.Point { .kprobe(place, side, cookie: 0) }

  func hooks(for points: [AttachPoint], _ placement: Placement) throws(InternalError) -> [Hook.Point] {
    let kprobes = try points.map { point throws(InternalError) -> (kprobe: Kprobe, cookie: UInt64) in
      guard case .kprobe(let kprobe) = point.kind else { throw InternalError("a program of a kprobe and of others") }
      return (kprobe, point.cookie)
    }
    guard placement.load == .kprobeMulti else {
      return kprobes.map { .kprobe($0.kprobe.place, side, cookie: $0.cookie) }
    }
    let functions = try kprobes.map { point throws(InternalError) -> (function: KernelFunction, cookie: UInt64) in
      guard case .function(let function, _) = point.kprobe.place else {
        throw InternalError("a link to many functions and to an address")
      }
      return (function, point.cookie)
    }
    return [.kprobeMulti(functions.map(\.function), side, cookies: functions.map(\.cookie))]
  }

  var shortName: String? {
    switch place {
    case .function(let function, _): function.name
    case .address: nil
    }
  }
}
