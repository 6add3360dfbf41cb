/// A parameter that a script reads by `getopt`.
public struct NamedParameter: Hashable, Sendable {
  public enum Default: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int64)
    case string(String)
  }

  public let name: String
  public let defaultValue: Default
  /// "" when the script gives none.
  public internal(set) var help: String

  public init(name: String, defaultValue: Default, help: String) {
    self.name = name
    self.defaultValue = defaultValue
    self.help = help
  }

  /// `--name`, or `--name=default`.
  public var usage: String {
    switch defaultValue {
    case .boolean(let value): value ? "--\(name)=true" : "--\(name)"
    case .integer(let value): "--\(name)=\(value)"
    case .string(let value): "--\(name)=\(value)"
    }
  }
}

extension Program {
  /// The parameters one on a line, for `--help`.
  public var namedParameterHelp: String {
    if namedParameters.isEmpty { return "The script takes no options.\n" }
    let width = namedParameters.map(\.usage.utf8.count).max() ?? 0
    let lines = namedParameters.map { parameter in
      let padding = String(repeating: " ", count: width - parameter.usage.utf8.count)
      return "  \(parameter.usage)" + (parameter.help.isEmpty ? "" : "\(padding)  \(parameter.help)") + "\n"
    }
    return "Options of the script, behind '--', with their defaults:\n" + lines.joined()
  }
}
