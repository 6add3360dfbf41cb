import TraceLang

extension Fentry: PlannedPlace {
  /// The program itself and the trampoline that the function calls it by.
  static let framesToSkip = 2

  /// Each function has a program of its own: the kernel checks it for that function's arguments.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    let load =
      switch place {
      case .kernel(let function): Load(.tracing, .function(function, side))
      case .program(let function): Load(.tracing, .program(function, side))
      }
    return Placement(load, arguments: .words, framesToSkip: Self.framesToSkip)
  }

  func hook(_ placement: Placement) -> Hook.Point { .trampoline }

  var shortName: String? {
    switch place {
    case .kernel(let function): function.name
    case .program(let function): function.name
    }
  }
}
