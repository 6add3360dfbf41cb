import Symbolizer
import TraceLang

/// The machine this process runs on. Nothing is opened or read until it is asked for, and then once.
public final class HostTarget: Target {
  public let machine: Machine
  private var answers: [Question: Answer] = [:]
  var features = KernelFeatures()
  private var openedTracefs: Tracefs?
  private(set) lazy var types = KernelTypes()
  private(set) lazy var symbols = KernelNameList { body throws(TargetError) in
    try KernelSymbols().forEach { line in
      body(KernelName(name: line.name, module: line.module, address: line.address ?? 0, isText: line.isText))
    }
  }
  private(set) lazy var traceable =
    traceableFunctions.map { TraceableFunctions(file: $0) } ?? (try? tracefs()).map { TraceableFunctions($0) }
  private(set) lazy var userNames = UserNames()
  private(set) lazy var cgroups = Cgroups()
  var symbolizer: Symbolizer
  /// What was asked for last is kept: several attach points are mostly of one binary.
  var lastBinary: OpenBinary?
  /// By the path of a binary.
  var debugInformation: [String: DebugInformationFile] = [:]

  private let traceableFunctions: String?
  let tracedProcess: Int32?

  /// - Parameter traceableFunctions: a file that has, instead of ftrace's available_filter_functions and in its form, what
  ///   functions of the kernel can be probed.
  /// - Parameter tracedProcess: that of `-p`, whose binaries `*` stands for instead of those of all processes.
  /// - Throws: for an architecture there is no support for, and without /sys.
  /// - Parameter debugFolders: in which what was stripped from binaries is looked for before the usual ones.
  public init(
    traceableFunctions: String? = nil, tracedProcess: Int32? = nil, debugFolders: [String] = []
  ) throws(TargetError) {
    machine = try .host()
    var options = Symbolizer.Options()
    options.setDebugFolders(debugFolders.map { Frame.Path($0.systemBytes) })
    symbolizer = Symbolizer(options: options)
    self.traceableFunctions = traceableFunctions
    self.tracedProcess = tracedProcess
  }

  /// - Throws: when tracefs can be neither found nor mounted.
  public func tracefs() throws(TargetError) -> Tracefs {
    if let openedTracefs { return openedTracefs }
    let tracefs = try Tracefs()
    openedTracefs = tracefs
    return tracefs
  }

  public func answer(_ question: Question) throws(TargetError) -> Answer {
    if let known = answers[question] { return known }
    let answer = try find(question)
    answers[question] = answer
    return answer
  }

  /// An answer that is not so any more.
  func forget(_ question: Question) { answers[question] = nil }

  /// Each topic is answered in its own file.
  private func find(_ question: Question) throws(TargetError) -> Answer {
    switch question {
    case .kernel(let question): find(question)
    case .tracepoint(let question): try find(question)
    case .function(let question): try find(question)
    case .type(let question): find(question)
    case .process(let question): find(question)
    case .binary(let question): try find(question)
    case .debug(let question): try find(question)
    }
  }
}
