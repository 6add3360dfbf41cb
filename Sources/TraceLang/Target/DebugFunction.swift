/// What debug information says of a function, as seen from one place in its code.
public struct DebugFunction: Hashable, Sendable, Codable {
  /// As the source has it.
  public let name: String
  /// In order, "..." left out.
  public let parameters: [DebugParameter]
  /// What it returns; `nil` for void.
  public let result: Type?

  public init(name: String, parameters: [DebugParameter], result: Type?) {
    self.name = name
    self.parameters = parameters
    self.result = result
  }
}

public struct DebugParameter: Hashable, Sendable, Codable {
  public let name: String
  public let type: Type
  /// The type as the source has it: "const char*".
  public let declared: String
  public let place: ParameterPlace

  public init(name: String, type: Type, declared: String, place: ParameterPlace) {
    self.name = name
    self.type = type
    self.declared = declared
    self.place = place
  }
}

/// Where a parameter is when the probe fires, by the names of saved registers.
public enum ParameterPlace: Hashable, Sendable, Codable {
  case constant(Int64)
  /// Its bytes in order, eight in each register.
  case registers([String])
  /// A register's value and so many more.
  case sum(register: String, displacement: Int64)
  /// So many bytes from where a register points, in the process's memory.
  case memory(register: String, displacement: Int64)
  case unreadable(Obstacle)

  /// Why a program cannot read it.
  public enum Obstacle: String, Hashable, Sendable, Codable {
    case floatingPoint, optimizedAway, unknown
  }
}

extension ParameterPlace.Obstacle {
  /// For messages, after the name of the parameter.
  var text: String {
    switch self {
    case .floatingPoint: "lies in a floating-point register, which programs cannot read"
    case .optimizedAway: "is not there: the compiler has optimized it away"
    case .unknown: "lies where debug information does not tell"
    }
  }
}

/// A place in a binary's code that debug information has a name for.
public struct DebugSite: Hashable, Sendable, Codable {
  /// The function's, as its symbol would be.
  public let name: String
  /// What that is in the source; `nil` where it is the same or not known.
  public let demangled: String?
  /// Bytes from the start of the file.
  public let offset: UInt64
  /// The function was put into others there: its code begins at this place and is nowhere called.
  public let isInlined: Bool

  public init(name: String, demangled: String?, offset: UInt64, isInlined: Bool) {
    self.name = name
    self.demangled = demangled
    self.offset = offset
    self.isInlined = isInlined
  }

  /// What no two sites share.
  var words: String { "\(name) \(offset) \(isInlined)" }
}

/// What a binary has of a line of its source.
public struct SourcePlace: Hashable, Sendable, Codable {
  /// The paths that the name of the file stands for.
  public let files: [String]
  /// Where the line's code begins: once in each function that has some of it.
  public let sites: [DebugSite]
  /// Lines next to it, or columns of it, that have code; where there are no sites.
  public let near: [Int]

  public init(files: [String], sites: [DebugSite], near: [Int]) {
    self.files = files
    self.sites = sites
    self.near = near
  }
}

extension DebugFunction {
  /// Where a parameter is; `nil` where there is none of the name.
  public func place(of name: String) -> ParameterPlace? { parameters.first { $0.name == name }?.place }

  /// Its parameters as members of a record, one after another.
  func layout(sizeOf: (Type) -> Int) -> RecordLayout {
    var offset = 0
    var members: [RecordLayout.Member] = []
    for parameter in parameters {
      members.append(RecordLayout.Member(name: parameter.name, type: parameter.type, offset: offset))
      offset += (sizeOf(parameter.type) + 7) & ~7
    }
    return RecordLayout(name: name, isUnion: false, size: offset, members: members)
  }
}
