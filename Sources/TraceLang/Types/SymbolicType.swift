/// A value that a program gathers as a fixed record of numbers and bytes, and that user space makes text of to print it.
public enum SymbolicType: Hashable, Sendable, Codable, CaseIterable {
  /// The name of the running probe or the traced function, as its index in `Program.probeNames`.
  case probeName
  /// `ksym()`: a kernel address printed as a symbol.
  case kernelSymbol
  /// `usym()`: an address in a process printed as a symbol.
  case userSymbol
  /// `ntop()`: an IPv4 or IPv6 address.
  case inet
  case macAddress
  /// `username`: a user ID printed as a name.
  case username
  /// `strftime()`: a time and the index of its format in `Program.timeFormats`.
  case timestamp
  /// `cgroup_path()`: a cgroup and the index of its filter in `Program.cgroupFilters`.
  case cgroupPath
  /// `strerror()`: an errno printed as its message.
  case errorName
  /// `syscall_name()`: a syscall number printed as its name.
  case syscallName
  /// `signal_name()`: a signal's number printed as its name.
  case signalName

  /// The table of these types: all that is asked of one but how its text is made.
  public var facts: Facts {
    switch self {
    case .probeName: Facts("string", [.number("index")], text: .string, literals: .probes)
    case .kernelSymbol: Facts("ksym_t", [.number("address")], text: .label, isNumeric: true)
    case .userSymbol:
      Facts(
        "usym_t", [.number("address"), .number("process")], text: .label, isComparable: false)
    case .inet: Facts("inet", [.number("family", size: 4), .bytes("address", count: 16)])
    case .macAddress: Facts("macaddr_t", [.bytes("address", count: 6)])
    case .username: Facts("username", [.number("user")], text: .string)
    case .timestamp:
      Facts("timestamp", [.number("format"), .number("nanoseconds")], text: .label)
    case .cgroupPath: Facts("cgroup_path_t", [.number("identifier"), .number("filter")], isComparable: false)
    case .errorName: Facts("string", [.number("error")], text: .string)
    case .syscallName: Facts("string", [.number("number")], text: .string)
    case .signalName: Facts("string", [.number("number")], text: .string)
    }
  }

  /// A row of the table.
  public struct Facts: Hashable, Sendable {
    /// As messages name it.
    public let name: String
    /// What it is made of, in order, each part at its natural alignment.
    public let parts: [Part]
    /// What a script may take it for.
    let text: Text
    /// The literals that may stand for a value of it, next to `==` and in a key.
    let literals: Literals?
    /// Whether `==` compares its parts; not where equal text may have other parts.
    let isComparable: Bool
    /// Whether its one part is a number to a script too: in casts, in arithmetic and for `%d`.
    let isNumeric: Bool

    fileprivate init(
      _ name: String, _ parts: [Part], text: Text = .value, literals: Literals? = nil, isComparable: Bool = true,
      isNumeric: Bool = false
    ) {
      self.name = name
      self.parts = parts
      self.text = text
      self.literals = literals
      self.isComparable = isComparable
      self.isNumeric = isNumeric
    }
  }

  public enum Part: Hashable, Sendable {
    /// An unsigned integer.
    case number(String, size: Int = 8)
    case bytes(String, count: Int)

    public var size: Int {
      switch self {
      case .number(_, let size): size
      case .bytes(_, let count): count
      }
    }

    public var alignment: Int {
      switch self {
      case .number(_, let size): size
      case .bytes: 1
      }
    }
  }

  /// What a value that only user space can spell out is to a script.
  enum Text: Hashable, Sendable {
    /// A string, to `is_str()`.
    case string
    /// Text that is no string: functions of strings say why they do not take it.
    case label
    /// No text: functions of strings refuse it like a number.
    case value
  }

  /// What a string literal can name.
  enum Literals: Hashable, Sendable {
    /// The probes of the script, or the functions that a probe traces.
    case probes
  }
}

extension SymbolicType {
  /// Of a value in a tuple, key or record.
  static let alignment = 8

  /// Bytes a value takes, a multiple of `alignment`.
  var size: Int {
    let end = facts.parts.reduce(0) { Self.aligned($0, $1.alignment) + $1.size }
    return Self.aligned(end, Self.alignment)
  }

  /// Where each part lies.
  public var offsets: [Int] {
    var end = 0
    return facts.parts.map { part in
      let offset = Self.aligned(end, part.alignment)
      end = offset + part.size
      return offset
    }
  }

  /// Whether a value fits one register.
  var isScalar: Bool {
    let parts = facts.parts
    guard parts.count == 1, case .number(_, size: 8) = parts[0] else { return false }
    return true
  }

  private static func aligned(_ offset: Int, _ alignment: Int) -> Int {
    (offset + alignment - 1) / alignment * alignment
  }
}
