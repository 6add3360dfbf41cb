import TraceLang

extension HostTarget {
  func find(_ question: TracepointQuestion) throws(TargetError) -> Answer {
    switch question {
    case .matching(let category, let event):
      .tracepoints(try tracefs().tracepoints(category: Glob(category), event: Glob(event)))
    case .format(let name): .format(try format(of: name))
    case .isKernel(let name): .flag(isKernel(name))
    case .rawMatching(let glob): .names(try rawTracepoints(Glob(glob)))
    case .rawArguments(let name): .parameters(types.arguments(ofRawTracepoint: name))
    }
  }

  private func format(of name: TracepointName) throws(TargetError) -> TracepointFormat? {
    guard let text = try tracefs().format(of: name) else { return nil }
    return try TracepointFormatParser.parse(text, name: name)
  }

  private func isKernel(_ name: TracepointName) -> Bool {
    guard let made = try? tracefs().madeEvents() else { return false }
    return !Tracefs.categoriesWithoutTracepoints.contains(name.category) && !made.contains(name)
  }

  private func rawTracepoints(_ glob: Glob) throws(TargetError) -> [String] {
    if types.isKnown { return types.rawTracepoints(matching: glob) }
    let names = try tracefs().tracepoints(category: Glob("*"), event: glob)
    return Set(names.lazy.filter { $0.category != "syscalls" }.map(\.event)).sorted()
  }
}
