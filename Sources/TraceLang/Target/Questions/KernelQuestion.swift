/// Questions to the kernel as a whole.
public enum KernelQuestion: Hashable, Sendable, Codable {
  /// Whether it has what programs may use.
  case has(feature: KernelFeature)
  /// The address of a symbol.
  case symbolAddress(name: String)
}

extension KernelQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .has(let feature): "whether the kernel has \(feature.rawValue)"
    case .symbolAddress(let name): "the address of \(name)"
    }
  }

  var names: [String] {
    switch self {
    case .has: []
    case .symbolAddress(let name): [name]
    }
  }

  var nothing: Answer {
    switch self {
    case .has: .flag(false)
    case .symbolAddress: .number(nil)
    }
  }

  var trace: Trace {
    switch self {
    case .has: .stated
    case .symbolAddress: .number
    }
  }
}

extension Target {
  public func has(_ feature: KernelFeature) -> Bool {
    guard case .flag(let has)? = try? answer(.kernel(.has(feature: feature))) else { return false }
    return has
  }

  /// The address of a kernel symbol; `nil` when there is none or this user may not know it.
  public func kernelSymbolAddress(_ name: String) -> UInt64? {
    guard case .number(let address)? = try? answer(.kernel(.symbolAddress(name: name))) else { return nil }
    return address
  }
}
