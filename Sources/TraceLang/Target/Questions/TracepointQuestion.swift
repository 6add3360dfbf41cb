/// Questions about tracepoints and raw tracepoints.
public enum TracepointQuestion: Hashable, Sendable, Codable {
  /// Those whose category and event match two globs.
  case matching(category: String, event: String)
  /// The fields of its records.
  case format(name: TracepointName)
  /// Whether the raw tracepoint of its event's name fires with it.
  case isKernel(name: TracepointName)
  /// The raw tracepoints that match a glob.
  case rawMatching(glob: String)
  /// The arguments of a raw tracepoint.
  case rawArguments(name: String)
}

extension TracepointQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .matching(let category, let event): "which tracepoints match \(category):\(event)"
    case .format(let name): "the record of tracepoint:\(name.text)"
    case .isKernel(let name): "the kind of tracepoint:\(name.text)"
    case .rawMatching(let glob): "which raw tracepoints match \(glob)"
    case .rawArguments(let name): "the raw tracepoint \(name)"
    }
  }

  var names: [String] {
    switch self {
    case .matching(let category, let event): [category, event]
    case .format(let name), .isKernel(let name): [name.category, name.event]
    case .rawMatching(let name), .rawArguments(let name): [name]
    }
  }

  var nothing: Answer {
    switch self {
    case .matching: .tracepoints([])
    case .format: .format(nil)
    case .isKernel: .flag(false)
    case .rawMatching: .names([])
    case .rawArguments: .parameters(nil)
    }
  }

  var trace: Trace {
    switch self {
    case .matching, .rawMatching: .names
    case .format, .rawArguments: .number
    case .isKernel: .choice
    }
  }
}

extension Target {
  /// The tracepoints whose category and event match two globs (`*`, `?`, `[a-z]`), sorted by name.
  /// - Throws: when tracefs can be neither found nor mounted.
  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let question = Question.tracepoint(.matching(category: category, event: event))
    guard case .tracepoints(let names) = try answer(question) else { throw .misfit(question) }
    return names
  }

  /// The fields of a tracepoint's records, or `nil` when there is no such tracepoint.
  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    let question = Question.tracepoint(.format(name: name))
    guard case .format(let format) = try answer(question) else { throw .misfit(question) }
    return format
  }

  /// Whether a tracepoint is one of the kernel's or a module's own, so that the raw tracepoint of its event's name fires
  /// with it; false for those of syscalls and for events made at run time.
  public func isKernelTracepoint(_ name: TracepointName) -> Bool {
    guard case .flag(let isKernel)? = try? answer(.tracepoint(.isKernel(name: name))) else { return false }
    return isKernel
  }

  /// The raw tracepoints (`btf_trace_*` of BTF, else the tracepoints) whose name matches a glob, sorted.
  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    let question = Question.tracepoint(.rawMatching(glob: glob))
    guard case .names(let names) = try answer(question) else { throw .misfit(question) }
    return names
  }

  /// The arguments of a raw tracepoint by BTF, the first (`void *__data`) left out; `nil` without BTF for it.
  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    guard case .parameters(let parameters)? = try? answer(.tracepoint(.rawArguments(name: name))) else { return nil }
    return parameters
  }
}
