/// Questions about processes and where they belong.
public enum ProcessQuestion: Hashable, Sendable, Codable {
  /// The ID of the cgroup (version 2) at a path.
  case cgroupID(path: String)
  /// The PID namespace that this program runs in.
  case pidNamespace
}

extension ProcessQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .cgroupID(let path): "the ID of the cgroup \(path)"
    case .pidNamespace: "the PID namespace"
    }
  }

  var names: [String] {
    switch self {
    case .cgroupID(let path): [path]
    case .pidNamespace: []
    }
  }

  var nothing: Answer {
    switch self {
    case .cgroupID: .number(nil)
    case .pidNamespace: .namespace(nil)
    }
  }

  var trace: Trace {
    switch self {
    case .cgroupID: .number
    // That it is the initial one has become code, too.
    case .pidNamespace: .choice
    }
  }
}

extension Target {
  /// The ID of the cgroup (version 2) at a path; `nil` when there is none.
  public func cgroupID(path: String) -> UInt64? {
    guard case .number(let identifier)? = try? answer(.process(.cgroupID(path: path))) else { return nil }
    return identifier
  }

  /// The PID namespace that this program runs in; `nil` for the initial one.
  public var pidNamespace: PIDNamespace? {
    guard case .namespace(let namespace)? = try? answer(.process(.pidNamespace)) else { return nil }
    return namespace
  }
}
