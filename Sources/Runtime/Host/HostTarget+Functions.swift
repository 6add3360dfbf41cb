import TraceLang

extension HostTarget {
  func find(_ question: FunctionQuestion) throws(TargetError) -> Answer {
    switch question {
    case .matching(let glob, let module):
      .names(try functions.names(matching: Glob(glob), module: module.map { Glob($0) }))
    case .typed(let glob, let module):
      .names(
        try functions.typedNames(matching: Glob(glob), module: module.map { Glob($0) }) { () throws(TargetError) in
          // Lists of kprobes ask the same, and reading the kernel's symbols is most of the work.
          try functionTexts(.matching(glob: glob, module: module))
        })
    case .signature(let name): .signature(types.signature(ofFunction: name))
    case .isCallable(let name, let type): .flag(isCallable(name, from: type))
    case .ofPrograms: .names(try LoadedPrograms.functions().map(\.text))
    case .iterators(let glob): .names(types.iterators(matching: Glob(glob)))
    }
  }

  var functions: KernelFunctions { KernelFunctions(list: traceable, symbols: symbols, types: types) }

  private func isCallable(_ name: String, from type: ProgramType) -> Bool {
    guard let function = btfTypeID(kind: .function, name: name), function.object == 0 else { return false }
    return ProbeProgram.canCall(function.id, from: type)
  }
}

extension KernelTypes {
  /// What has both a function for its programs to attach to and a struct for their context, sorted
  /// (Kernel: include/linux/bpf.h, DEFINE_BPF_ITER_FUNC).
  fileprivate func iterators(matching glob: Glob) -> [String] {
    guard let name = glob.literal else {
      return functions(prefix: "bpf_iter_", matching: glob).filter { find(.structure, "bpf_iter__\($0)") != nil }
    }
    return find(.function, "bpf_iter_\(name)") != nil && find(.structure, "bpf_iter__\(name)") != nil ? [name] : []
  }
}
