import Testing

@testable import TraceLang

/// The checker does with each type that user space prints what the type's row says.
@Suite struct SymbolicTypeTests {
  /// An expression of a type.
  private static func sample(_ type: SymbolicType) -> String {
    switch type {
    case .probeName: "probe"
    case .kernelSymbol: "ksym(1)"
    case .userSymbol: "usym(1)"
    case .inet: "ntop(1)"
    case .macAddress: "macaddr((int8[6])\"abcde\")"
    case .username: "username"
    case .timestamp: "strftime(\"%H\", 1)"
    case .cgroupPath: "cgroup_path(1)"
    case .errorName: "strerror(1)"
    case .syscallName: "syscall_name(1)"
    case .signalName: "signal_name(1)"
    }
  }

  /// What is wrong with statements, without its place.
  private func mistake(_ body: String) -> String? {
    let line = CheckerTests.mistake("BEGIN { \(body) }")
    return line.firstRange(of: "ERROR: ").map { String(line[$0.upperBound...]) }
  }

  @Test("bytes, alignment and the number of registers are fixed: bundles and programs share them") func layouts() {
    let rows = SymbolicType.allCases.map { symbol in
      let type = Type.symbolic(symbol)
      return "\(symbol) \(type.size()) \(type.alignment) \(symbol.offsets)\(type.isScalar ? " scalar" : "")"
    }
    #expect(
      rows == [
        "probeName 8 8 [0] scalar", "kernelSymbol 8 8 [0] scalar", "userSymbol 16 8 [0, 8]", "inet 24 8 [0, 4]",
        "macAddress 8 8 [0]", "username 8 8 [0] scalar", "timestamp 16 8 [0, 8]", "cgroupPath 16 8 [0, 8]",
        "errorName 8 8 [0] scalar", "syscallName 8 8 [0] scalar", "signalName 8 8 [0] scalar",
      ])
  }

  @Test("a value has its type, by its name", arguments: SymbolicType.allCases) func name(symbol: SymbolicType) {
    #expect(begin("@ = \(Self.sample(symbol));").hasPrefix("map @: \(symbol.facts.name)\n"))
  }

  @Test("all may be keys", arguments: SymbolicType.allCases) func key(symbol: SymbolicType) {
    #expect(mistake("@[\(Self.sample(symbol))] = 1;") == nil)
  }

  @Test("values are equal by their parts, where that tells of their text", arguments: SymbolicType.allCases)
  func equality(symbol: SymbolicType) {
    let (value, name) = (Self.sample(symbol), symbol.facts.name)
    #expect(symbol.facts.isComparable == ![.userSymbol, .cgroupPath].contains(symbol))
    #expect(
      mistake("print(\(value) == \(value));")
        == (symbol.facts.isComparable ? nil : "\(name) and \(name) cannot be compared with '=='"))
  }

  @Test("strings compare with names of probes and with what has its texts in a table", arguments: SymbolicType.allCases)
  func literals(symbol: SymbolicType) {
    let (value, name) = (Self.sample(symbol), symbol.facts.name)
    #expect((symbol.facts.literals != nil) == (symbol == .probeName))
    if symbol.facts.literals == .probes {
      #expect(mistake("print(\(value) == \"x\"); @[\"x\"] = 1; @[\(value)] = 2; @[\"y\"] = 3;") == nil)
    } else if symbol.texts(on: .x86_64) != nil {
      #expect(mistake("print(\(value) == \"x\"); print(\"x\" != \(value));") == nil)
    } else {
      #expect(mistake("print(\(value) == \"x\");") == "\(name) and string[2] cannot be compared with '=='")
      #expect(mistake("print(\"x\" != \(value));") == "string[2] and \(name) cannot be compared with '!='")
      #expect(mistake("@[\(value)] = 1; @[\"x\"] = 2;") == "the key of @ is \(name) elsewhere and string[2] here")
    }
  }

  @Test("kernel addresses are numbers too", arguments: SymbolicType.allCases) func numbers(symbol: SymbolicType) {
    let (value, name) = (Self.sample(symbol), symbol.facts.name)
    #expect(symbol.facts.isNumeric == (symbol == .kernelSymbol))
    #expect(mistake("printf(\"%s\", \(value));") == nil)
    #expect(mistake("printf(\"%d\", \(value));") == (symbol.facts.isNumeric ? nil : "%d does not print \(name)"))
    #expect(mistake("print((uint64)\(value));") == (symbol.facts.isNumeric ? nil : "\(name) cannot be cast to uint64"))
    #expect((mistake("print(\(value) + 1);") == nil) == symbol.facts.isNumeric)
  }

  @Test("text is a string, text of another kind or none", arguments: SymbolicType.allCases)
  func text(symbol: SymbolicType) {
    let value = Self.sample(symbol)
    let expected: SymbolicType.Text =
      switch symbol {
      case .probeName, .username, .errorName, .syscallName, .signalName: .string
      case .kernelSymbol, .userSymbol, .timestamp: .label
      case .inet, .macAddress, .cgroupPath: .value
      }
    #expect(symbol.facts.text == expected)
    #expect(begin("print(is_str(\(value)));").contains("print(\(expected == .string ? 1 : 0):bool)"))
    #expect(
      mistake("print(strlen(\(value)));")
        == (expected == .value
          ? "strlen() needs a string, an array of bytes or a pointer to one, not \(symbol.facts.name)"
          : symbol == .probeName || symbol.texts(on: .x86_64) != nil
            ? nil : "strlen() cannot look into text that is only made when it prints"))
  }
}
