/// Questions about executables and libraries.
public enum BinaryQuestion: Hashable, Sendable, Codable {
  /// The files that a name stands for: a path, which may have wildcards, or what PATH or the dynamic linker finds by it.
  case files(name: String)
  /// The functions of a file whose names match a glob.
  case functions(path: String, glob: String)
  /// The functions of a file whose names in C++ match a glob; one without parentheses is for all overloads.
  case sourceFunctions(path: String, glob: String)
  /// Where in a file the code at a virtual address lies.
  case fileOffset(path: String, address: UInt64)
  /// How the code at an offset in a file lies to the instructions there.
  case instruction(path: String, offset: UInt64)
  /// The virtual address of the code at a place of a file.
  case address(path: String, offset: UInt64)
  /// The variables of a file whose names match a glob.
  case variables(path: String, glob: String)
  /// The USDT probes of a file.
  case usdt(path: String)
}

extension BinaryQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .files(let name): "which binaries \(name) is"
    case .functions(let path, let glob): "the functions \(glob) of \(path)"
    case .sourceFunctions(let path, let glob): "the C++ functions \(glob) of \(path)"
    case .fileOffset(let path, let address): "the place of address \(address) in \(path)"
    case .instruction(let path, let offset): "the instruction at +\(offset) in \(path)"
    case .address(let path, let offset): "the address of place \(offset) of \(path)"
    case .variables(let path, let glob): "the variables \(glob) of \(path)"
    case .usdt(let path): "the USDT probes of \(path)"
    }
  }

  var names: [String] {
    switch self {
    case .files(let name): [name]
    case .functions(let path, let glob), .sourceFunctions(let path, let glob), .variables(let path, let glob):
      [path, glob]
    case .fileOffset(let path, _), .address(let path, _), .instruction(let path, _), .usdt(let path): [path]
    }
  }

  var nothing: Answer {
    switch self {
    case .files: .names([])
    case .functions, .sourceFunctions: .functions(nil)
    case .fileOffset, .address: .number(nil)
    case .variables: .variables(nil)
    case .instruction: .instruction(nil)
    case .usdt: .usdt(nil)
    }
  }

  var trace: Trace {
    switch self {
    case .files: .names
    // Where probes are attached, and what lies how far from there.
    case .functions, .sourceFunctions, .fileOffset, .address, .instruction, .variables, .usdt: .number
    }
  }
}

extension Target {
  /// The files that the name of a binary stands for, sorted; empty when there is none.
  func binaries(named name: String) throws(TargetError) -> [String] {
    let question = Question.binary(.files(name: name))
    guard case .names(let paths) = try answer(question) else { throw .misfit(question) }
    return paths
  }

  /// The functions of a file that match a glob, sorted by name; `nil` for what is no ELF file.
  func functions(of path: String, matching glob: String) throws(TargetError) -> [BinaryFunction]? {
    let question = Question.binary(.functions(path: path, glob: glob))
    guard case .functions(let functions) = try answer(question) else { throw .misfit(question) }
    return functions
  }

  /// The functions of a file whose names in C++ match a glob, sorted by those; `nil` for what is no ELF file.
  func sourceFunctions(of path: String, matching glob: String) throws(TargetError) -> [BinaryFunction]? {
    let question = Question.binary(.sourceFunctions(path: path, glob: glob))
    guard case .functions(let functions) = try answer(question) else { throw .misfit(question) }
    return functions
  }

  /// Bytes from the start of a file to the code that is loaded at a virtual address; `nil` when none is.
  func fileOffset(in path: String, of address: UInt64) throws(TargetError) -> UInt64? {
    let question = Question.binary(.fileOffset(path: path, address: address))
    guard case .number(let offset) = try answer(question) else { throw .misfit(question) }
    return offset
  }

  /// How the code at so many bytes from the start of a file lies to the instructions there; `nil` where that cannot be told:
  /// in no function that the file names, or for a processor whose instructions are not known.
  public func instructionPlace(in path: String, at offset: UInt64) throws(TargetError) -> InstructionPlace? {
    let question = Question.binary(.instruction(path: path, offset: offset))
    guard case .instruction(let place) = try answer(question) else { throw .misfit(question) }
    return place
  }

  /// The virtual address of the code at a place of a file; `nil` when that is not loaded.
  public func address(in path: String, at offset: UInt64) throws(TargetError) -> UInt64? {
    let question = Question.binary(.address(path: path, offset: offset))
    guard case .number(let address) = try answer(question) else { throw .misfit(question) }
    return address
  }

  /// The variables of a file whose names match a glob, sorted by name, those of one name with the best known first; `nil` for what is no ELF file.
  func variables(of path: String, matching glob: String) throws(TargetError) -> [BinaryVariable]? {
    let question = Question.binary(.variables(path: path, glob: glob))
    guard case .variables(let variables) = try answer(question) else { throw .misfit(question) }
    return variables
  }

  /// Where the USDT probes of a file fire, by namespace, name and place; `nil` for what is no ELF file.
  public func usdtSites(of path: String) throws(TargetError) -> [USDTSite]? {
    let question = Question.binary(.usdt(path: path))
    guard case .usdt(let sites) = try answer(question) else { throw .misfit(question) }
    return sites
  }
}
