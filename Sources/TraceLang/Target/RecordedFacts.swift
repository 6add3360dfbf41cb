/// A machine's answers to the questions that a compilation asked, each under its question's text.
struct RecordedFacts: Codable {
  /// Raised when a file written before cannot be read any more.
  static let currentVersion = 1

  var version = currentVersion
  var machine: Machine
  var features: [String: Bool] = [:]
  /// "category:event" globs to "category:event" names.
  var tracepoints: [String: [String]] = [:]
  var formats: [String: TracepointFormat?] = [:]
  var kernelTracepoints: [String: Bool] = [:]
  var rawTracepoints: [String: [String]] = [:]
  var rawTracepointArguments: [String: [FunctionParameter]] = [:]
  /// "module:glob" to names; the module is "" where none was asked for.
  var functions: [String: [String]] = [:]
  var signatures: [String: FunctionSignature] = [:]
  var types: [String: Type] = [:]
  var layouts: [String: RecordLayout] = [:]
  var enumerators: [String: EnumeratorValue] = [:]
  var enumeratorNames: [String: [EnumeratorName]] = [:]
  var symbolAddresses: [String: UInt64] = [:]
  var cgroups: [String: UInt64]?
  var pidNamespace: PIDNamespace?
  /// "type:function"
  var callableFunctions: [String: Bool]?

  init(machine: Machine) { self.machine = machine }
}

extension TracepointName {
  /// "category:event".
  var question: String { "\(category):\(event)" }

  init?(question: String) {
    guard let colon = question.firstIndex(of: ":") else { return nil }
    self.init(category: String(question[..<colon]), event: String(question[question.index(after: colon)...]))
  }
}

extension RecordReference {
  var question: String {
    switch self {
    case .script(let index, let name): "script \(index) \(name)"
    case .btf(let object, let type, let name): "btf \(object) \(type) \(name)"
    case .tracepoint(let name): "tracepoint \(name.question)"
    case .function(let name): "function \(name)"
    case .named(let name): name
    }
  }
}

extension EnumReference {
  var question: String {
    switch self {
    case .script(let index, let name): "script \(index) \(name)"
    case .btf(let object, let type, let name): "btf \(object) \(type) \(name)"
    }
  }
}
