/// Questions about the kernel's functions.
public enum FunctionQuestion: Hashable, Sendable, Codable {
  /// Those that can be probed and match a glob, of the modules that match another one.
  case matching(glob: String, module: String?)
  /// What it takes and gives.
  case signature(name: String)
  /// Whether programs of a type may call it.
  case isCallable(name: String, type: ProgramType)
}

extension FunctionQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .matching(let glob, let module):
      "which functions\(module.map { " of \($0)" } ?? "") match \(glob)"
    case .signature(let name): "the function \(name)"
    case .isCallable(let name, let type): "whether \(type.description) programs may call \(name)"
    }
  }

  var names: [String] {
    switch self {
    case .matching(let glob, let module): [glob] + (module.map { [$0] } ?? [])
    case .signature(let name), .isCallable(let name, _): [name]
    }
  }

  var nothing: Answer {
    switch self {
    case .matching: .names([])
    case .signature: .signature(nil)
    case .isCallable: .flag(false)
    }
  }

  var trace: Trace {
    switch self {
    case .matching: .names
    // A script asks whether there is such a function, too.
    case .signature: .choice
    case .isCallable: .choice
    }
  }
}

extension Target {
  /// The kernel functions that can be probed and match a glob, sorted; `module` may be a glob too.
  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    let question = Question.function(.matching(glob: glob, module: module))
    guard case .names(let names) = try answer(question) else { throw .misfit(question) }
    return names
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    guard case .signature(let signature)? = try? answer(.function(.signature(name: name))) else { return nil }
    return signature
  }

  /// Whether programs of a type may call a kernel function ("kfunc").
  public func kernelFunction(_ name: String, isCallableFrom type: ProgramType) -> Bool {
    guard case .flag(let isCallable)? = try? answer(.function(.isCallable(name: name, type: type))) else {
      return false
    }
    return isCallable
  }
}
