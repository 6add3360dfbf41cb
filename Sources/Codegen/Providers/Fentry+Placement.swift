import TraceLang

extension Fentry: PlannedPlace {
  /// The program itself and the trampoline that the function calls it by.
  static let framesToSkip = 2

  /// Each function has a program of its own: the kernel checks it for that function's arguments.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    Placement(Load(.tracing, .function(function, side)), arguments: .words, framesToSkip: Self.framesToSkip)
  }

  func hook(_ placement: Placement) -> Hook.Point { .trampoline }

  var shortName: String? { function.name }
}
