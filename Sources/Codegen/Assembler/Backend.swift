/// What the back end made of a module at each of its stages, for `-d ir,ir-opt,bpf`.
public struct CompiledModule: Sendable {
  /// The IR after the passes, as it was selected.
  public let optimized: Module
  public let object: ProgramObject
  /// Bytes of stack of each function of the module; 0 for one that nothing calls and that is left out.
  public let stackSizes: [Int]
}

/// Compiles a module to bytecode: the program first, then the callbacks.
public func compile(_ module: Module, options: BackendOptions) throws(BackendError) -> ProgramObject {
  try compileStages(module, options: options).object
}

/// Compiles a module and keeps its optimized IR; `observe` sees each function after each pass.
public func compileStages(
  _ module: Module, options: BackendOptions, observe: (any Pass, Function) -> Void = { _, _ in }
) throws(BackendError) -> CompiledModule {
  if options.isVerifying { try verify(module) }
  var optimized = module
  var machineFunctions = [MachineFunction?](repeating: nil, count: module.functions.count)
  var callees = [[Int]](repeating: [], count: module.functions.count)
  // Only what is called: the kernel refuses a program with other functions.
  var pending = [0]
  while let index = pending.popLast() {
    guard module.functions.indices.contains(index) else {
      throw .malformed(function: module.functions.first?.name ?? "", reason: "no function \(index) in the module")
    }
    if machineFunctions[index] != nil { continue }
    if options.isOptimizing { PassManager().run(&optimized.functions[index], observe: observe) }
    try Legalizer(options: options).run(&optimized.functions[index])
    let selected = try Selector.run(optimized.functions[index], options)
    machineFunctions[index] = try Emitter.run(try LinearScan.run(selected, stackLimit: options.stackLimit))
    callees[index] = CallGraph.callees(of: optimized.functions[index])
    pending.append(contentsOf: callees[index])
  }
  if options.isVerifying { try verify(optimized) }
  let stackSizes = machineFunctions.map { $0?.frameSize ?? 0 }
  try StackCheck.run(optimized, callees: callees, stackSizes, limit: options.stackLimit)
  let object = try Assembler.run(machineFunctions, options)
  return CompiledModule(optimized: optimized, object: object, stackSizes: stackSizes)
}

private func verify(_ module: Module) throws(BackendError) {
  do throws(IRViolation) {
    try IRVerifier.verify(module)
  } catch {
    throw .malformed(function: error.function, reason: "\(error.block): \(error.message)")
  }
}
