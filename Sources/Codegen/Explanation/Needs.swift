import TraceLang

extension Explanation.Needs {
  init(_ program: Program, _ bundle: Bundle, _ target: RecordingTarget) {
    let features = target.askedFeatures.filter(\.value).map(\.key).sorted { $0.rawValue < $1.rawValue }
    self.init(bundle, features, target.kernelFacts())
    let readsTracefs = program.probes.contains { $0.attachPoints.contains(where: \.isInTracefs) }
    let readsAddresses = target.questions.contains { if case .kernel(.symbolAddress) = $0 { true } else { false } }
    if readsTracefs { add(.readAnything) }
    if readsAddresses { add(.syslog) }
    var writes = false
    for probe in program.probes {
      probe.visitExpressions { expression in
        if case .call(.library(.writeUser)) = expression.kind { writes = true }
      }
    }
    if writes { add(.admin) }
  }

  init(_ bundle: Bundle, _ features: [KernelFeature], _ facts: [KernelFact]) {
    if bundle.maps.contains(where: { $0.kind == .ringBuffer }) { kernel.append(KernelFeature.ringBuffer.words) }
    kernel += features.map(\.words).filter { !kernel.contains($0) }
    // What has no name is a part of what has one.
    self.facts = facts.filter { if case .unnamed = $0.subject { false } else { true } }.map(\.subject.description)
    add(.bpf)
    add(.perfmon)
    if bundle.hooks.contains(where: \.point.isInTracefs) { add(.readAnything) }
    if bundle.printsKernelSymbols { add(.syslog) }
    if bundle.programs.contains(where: \.load.needsAdministrator) { add(.admin) }
  }

  /// Kernel: include/uapi/linux/capability.h.
  private enum Capability: String {
    case bpf = "CAP_BPF"
    case perfmon = "CAP_PERFMON"
    /// tracefs is root's.
    case readAnything = "CAP_DAC_READ_SEARCH"
    /// Others are given no addresses of the kernel.
    case syslog = "CAP_SYSLOG"
    case admin = "CAP_SYS_ADMIN"
  }

  private mutating func add(_ capability: Capability) {
    if !capabilities.contains(capability.rawValue) { capabilities.append(capability.rawValue) }
  }
}

extension AttachPoint {
  /// Whether it is found there.
  fileprivate var isInTracefs: Bool { if case .tracepoint = kind { true } else { false } }
}

extension KernelFeature {
  /// "ring buffers (5.8)"
  fileprivate var words: String { facts.words + (facts.since.map { " (\($0))" } ?? "") }
}

extension Load {
  /// Whether it attaches by what only CAP_SYS_ADMIN may open: the types of a module, another BPF program
  /// (Kernel: kernel/bpf/syscall.c, bpf_btf_get_fd_by_id and bpf_prog_get_fd_by_id).
  fileprivate var needsAdministrator: Bool {
    switch target {
    case .function(let function, _): function.isInModule
    case .program: true
    case .none, .rawTracepoint, .uprobeMulti, .kprobeMulti, .kprobeSession, .iterator: false
    }
  }
}

extension Bundle {
  /// Whether it prints addresses of the kernel by their names.
  fileprivate var printsKernelSymbols: Bool {
    let ofMaps = views.flatMap { [$0.value] + ($0.key.map { [$0] } ?? []) }
    let ofActions = actions.flatMap { action -> [Type] in
      switch action {
      case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _):
        format.segments.compactMap { if case .argument(_, let field) = $0 { field.type } else { nil } }
      case .print(let field): [field.type]
      case .printMap, .printMapValue, .clear, .zero, .exit, .unwatch, .time, .join, .helperError, .lostUpdates: []
      }
    }
    return (ofMaps + ofActions).contains(where: \.hasKernelSymbols)
  }
}

extension Type {
  fileprivate var hasKernelSymbols: Bool {
    if self == .symbolic(.kernelSymbol) { return true }
    if case .stack(let stack) = self { return !stack.isUser && stack.mode != .raw }
    return elements.contains { $0.hasKernelSymbols }
  }
}
