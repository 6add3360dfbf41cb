/// Questions about the kernel's functions.
public enum FunctionQuestion: Hashable, Sendable, Codable {
  /// Those that can be probed and match a glob, of the modules that match another one.
  case matching(glob: String, module: String?)
  /// Those of them that BTF has the types of.
  case typed(glob: String, module: String?)
  /// What it takes and gives.
  case signature(name: String)
  /// Whether programs of a type may call it.
  case isCallable(name: String, type: ProgramType)
  /// What programs can iterate over and matches a glob.
  case iterators(glob: String)
  /// Those of the BPF programs that are in the kernel now, each "ID:NAME".
  case ofPrograms
}

extension FunctionQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .matching(let glob, let module): "which functions\(Self.place(module)) match \(glob)"
    case .typed(let glob, let module): "which functions\(Self.place(module)) that BTF has match \(glob)"
    case .signature(let name): "the function \(name)"
    case .isCallable(let name, let type): "whether \(type.description) programs may call \(name)"
    case .iterators(let glob): "which iterators match \(glob)"
    case .ofPrograms: "which BPF programs there are"
    }
  }

  private static func place(_ module: String?) -> String { module.map { " of \($0)" } ?? "" }

  var names: [String] {
    switch self {
    case .matching(let glob, let module), .typed(let glob, let module): [glob] + (module.map { [$0] } ?? [])
    case .signature(let name), .isCallable(let name, _), .iterators(let name): [name]
    case .ofPrograms: []
    }
  }

  var nothing: Answer {
    switch self {
    case .matching, .typed, .iterators, .ofPrograms: .names([])
    case .signature: .signature(nil)
    case .isCallable: .flag(false)
    }
  }

  var trace: Trace {
    switch self {
    case .matching, .typed, .iterators, .ofPrograms: .names
    // A script asks whether there is such a function, too.
    case .signature: .choice
    case .isCallable: .choice
    }
  }
}

extension Target {
  /// The kernel functions that can be probed and match a glob, sorted; `module` may be a glob too.
  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [KernelFunction] {
    try functions(.matching(glob: glob, module: module))
  }

  /// Those of `kernelFunctions` whose types BTF has, sorted.
  public func typedKernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [KernelFunction] {
    try functions(.typed(glob: glob, module: module))
  }

  private func functions(_ question: FunctionQuestion) throws(TargetError) -> [KernelFunction] {
    try functionTexts(question).map(KernelFunction.init(text:))
  }

  /// `KernelFunction.text` of each function that answers a question, sorted: a list of all is long.
  public func functionTexts(_ question: FunctionQuestion) throws(TargetError) -> [String] {
    guard case .names(let names) = try answer(.function(question)) else { throw .misfit(.function(question)) }
    return names
  }

  /// - Parameter name: `KernelFunction.text`.
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

  /// The functions of BPF programs that are in the kernel now and can be traced, by the programs' numbers.
  public func programFunctions() throws(TargetError) -> [ProgramFunction] {
    try functionTexts(.ofPrograms).compactMap(ProgramFunction.init(text:))
  }

  /// What programs can iterate over (`bpf_iter_NAME` of BTF) and matches a glob, sorted.
  public func iterators(matching glob: String) throws(TargetError) -> [String] {
    let question = Question.function(.iterators(glob: glob))
    guard case .names(let names) = try answer(question) else { throw .misfit(question) }
    return names
  }
}
