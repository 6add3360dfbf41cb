import TraceLang

extension RawTracepoint: PlannedPlace {
  /// The program itself and bpf_trace_runN.
  static let framesToSkip = 2

  /// Where pointers among the arguments are followed, the verifier is to know them as kernel objects: their members are
  /// plain loads then.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    let isTyped =
      (body.followsArguments || body.callsKernel) && target.has(.tracingRawTracepoint)
      && target.rawTracepointArguments(name) != nil
    return Placement(
      isTyped ? .tracingRawTracepoint(name) : .rawTracepoint, arguments: .words, framesToSkip: Self.framesToSkip)
  }

  func hook(_ placement: Placement) -> Hook.Point { .rawTracepoint(name) }

  var shortName: String? { name }
}
