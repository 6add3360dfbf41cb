/// Questions about the kernel's types and constants.
public enum TypeQuestion: Hashable, Sendable, Codable {
  /// What a C name stands for.
  case named(name: String)
  /// The members of a struct, a union or a list of arguments.
  case layout(of: RecordReference)
  /// A constant of an enum.
  case enumerator(name: String)
  /// All constants of an enum.
  case enumerators(of: EnumReference)
}

extension TypeQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .named(let name): "the type \(name)"
    case .layout(let record): record.description
    case .enumerator(let name): "the constant \(name)"
    case .enumerators(let reference): "the constants of \(reference.description)"
    }
  }

  var names: [String] {
    switch self {
    case .named(let name), .enumerator(let name): [name]
    case .layout(.named(let name)), .layout(.function(let name)), .layout(.script(_, let name)),
      .layout(.btf(_, _, let name)):
      [name]
    case .layout(.debug(let binary, _, let name)), .enumerators(.debug(let binary, _, let name)): [binary, name]
    case .layout(.parameters(let binary, _, _)): [binary]
    case .layout(.tracepoint(let name)): [name.category, name.event]
    case .enumerators(.script(_, let name)), .enumerators(.btf(_, _, let name)), .enumerators(.named(let name)): [name]
    }
  }

  var nothing: Answer {
    switch self {
    case .named: .type(nil)
    case .layout: .layout(nil)
    case .enumerator: .enumerator(nil)
    case .enumerators: .enumerators([])
    }
  }

  var trace: Trace {
    switch self {
    case .named, .enumerator, .layout(.function), .layout(.debug), .enumerators(.debug): .number
    case .layout(.named), .layout(.btf), .enumerators(.btf), .enumerators(.named): .type(self)
    case .layout(.script), .enumerators(.script): .stated
    // The questions for its format and for the function have the same fields.
    case .layout(.tracepoint), .layout(.parameters): .stated
    }
  }
}

extension RecordReference {
  fileprivate var description: String {
    switch self {
    case .script(let index, let name): "type \(index) of the script (\(name))"
    case .btf(let object, let type, let name): "type \(type) of BTF object \(object) (\(name))"
    case .tracepoint(let name): "the arguments of tracepoint:\(name.text)"
    case .function(let name): "the list of arguments of \(name)"
    case .named(let name): name
    case .debug(let binary, let entry, let name): "type \(entry) of \(binary) (\(name))"
    case .parameters(let binary, let offset, let inlined):
      "the parameters at +\(offset) in \(binary)" + (inlined.map { " (\($0))" } ?? "")
    }
  }
}

extension EnumReference {
  fileprivate var description: String {
    switch self {
    case .script(let index, let name): "type \(index) of the script (\(name))"
    case .btf(let object, let type, let name): "type \(type) of BTF object \(object) (\(name))"
    case .named(let name): name
    case .debug(let binary, let entry, let name): "type \(entry) of \(binary) (\(name))"
    }
  }
}

extension Target {
  /// The type a C name stands for in the kernel: "struct task_struct", "union x", "enum y", "pid_t".
  public func kernelType(named name: String) -> Type? {
    guard case .type(let type)? = try? answer(.type(.named(name: name))) else { return nil }
    return type
  }

  /// The members of a struct or union of BTF or of a tracepoint's arguments.
  public func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    if case .parameters(let binary, let offset, let inlined) = record {
      return debugFunction(in: binary, at: offset, inlined: inlined)?.layout {
        $0.size { self.layout(of: $0)?.size ?? 0 }
      }
    }
    guard case .layout(let layout)? = try? answer(.type(.layout(of: record))) else { return nil }
    return layout
  }

  /// The value and type of a kernel enumerator.
  public func enumerator(named name: String) -> EnumeratorValue? {
    guard case .enumerator(let enumerator)? = try? answer(.type(.enumerator(name: name))) else { return nil }
    return enumerator
  }

  /// The names of an enum's values, for printing.
  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    guard case .enumerators(let names)? = try? answer(.type(.enumerators(of: reference))) else { return [] }
    return names
  }
}
