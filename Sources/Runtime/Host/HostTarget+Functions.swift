import TraceLang

extension HostTarget {
  func find(_ question: FunctionQuestion) throws(TargetError) -> Answer {
    switch question {
    case .matching(let glob, let module):
      .names(
        try KernelFunctions(tracefs: try? tracefs(), types: types)
          .names(matching: Glob(glob), module: module.map { Glob($0) }))
    case .signature(let name): .signature(types.signature(ofFunction: name))
    case .isCallable(let name, let type): .flag(isCallable(name, from: type))
    }
  }

  private func isCallable(_ name: String, from type: ProgramType) -> Bool {
    guard let function = btfTypeID(kind: .function, name: name), function.object == 0 else { return false }
    return ProbeProgram.canCall(function.id, from: type)
  }
}
