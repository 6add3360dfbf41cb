/// What a machine answers. Its questions share these few shapes; `nil` is for what the machine does not have.
public enum Answer: Hashable, Sendable {
  case flag(Bool)
  case number(UInt64?)
  case names([String])
  case tracepoints([TracepointName])
  case format(TracepointFormat?)
  case parameters([FunctionParameter]?)
  case signature(FunctionSignature?)
  case type(Type?)
  case layout(RecordLayout?)
  case enumerator(EnumeratorValue?)
  case enumerators([EnumeratorName])
  case namespace(PIDNamespace?)
  case functions([BinaryFunction]?)
  case instruction(InstructionPlace?)
  case variables([BinaryVariable]?)
  case usdt([USDTSite]?)
  case debugFunction(DebugFunction?)
  case debugSites([DebugSite])
  case sourcePlace(SourcePlace?)

  /// What kind of answer it is, as recorded files name it.
  public enum Shape: String, Hashable, Sendable, CodingKey {
    case flag, number, names, tracepoints, format, parameters, signature, type, layout, enumerator, enumerators
    case namespace, functions, instruction, variables, usdt, debugFunction, debugSites, sourcePlace
  }

  public var shape: Shape {
    switch self {
    case .flag: .flag
    case .number: .number
    case .names: .names
    case .tracepoints: .tracepoints
    case .format: .format
    case .parameters: .parameters
    case .signature: .signature
    case .type: .type
    case .layout: .layout
    case .enumerator: .enumerator
    case .enumerators: .enumerators
    case .namespace: .namespace
    case .functions: .functions
    case .instruction: .instruction
    case .variables: .variables
    case .usdt: .usdt
    case .debugFunction: .debugFunction
    case .debugSites: .debugSites
    case .sourcePlace: .sourcePlace
    }
  }
}

extension Answer {
  /// The words whose fingerprint tells this answer from others; `nil` where the machine has nothing of what was asked for.
  ///
  /// Numbers that a kernel may give anew without a change of meaning (BTF type IDs, tracepoint IDs) are not among them.
  var words: String? {
    switch self {
    case .flag(let value): "\(value)"
    case .number(let value): value.map(String.init)
    case .names(let names): names.joined(separator: ";")
    case .tracepoints(let names): names.map(\.text).joined(separator: ";")
    case .format(let format): format?.words
    case .parameters(let parameters): parameters.map(Self.words)
    case .signature(let signature):
      signature.map { Self.words($0.parameters) + " \($0.result?.description ?? "")" }
    case .type(let type): type.map { $0.innermostRecord == nil ? $0.description : "record" }
    case .layout(let layout): layout?.words
    case .enumerator(let enumerator): enumerator.map { "\($0.value) \($0.type.description)" }
    case .enumerators(let names): names.map { "\($0.name) \($0.value)" }.joined(separator: ";")
    case .namespace(let namespace): namespace.map { "\($0.device) \($0.inode)" }
    case .functions(let functions):
      functions?.map { "\($0.name) \($0.offset) \($0.size)" }.joined(separator: ";")
    case .instruction(let place): place?.rawValue
    case .variables(let variables): variables?.map(\.words).joined(separator: ";")
    case .usdt(let sites): sites?.map(\.words).joined(separator: ";")
    case .debugFunction(let function): function?.words
    case .debugSites(let sites): sites.map(\.words).joined(separator: ";")
    case .sourcePlace(let place): place?.words
    }
  }

  private static func words(_ parameters: [FunctionParameter]) -> String {
    parameters.map { "\($0.name) \($0.type.description)" }.joined(separator: ";")
  }
}

extension TracepointFormat {
  fileprivate var words: String {
    fields.map {
      "\($0.declaration) \($0.type.description) \($0.offset) \($0.size) \($0.isDataLocation) \($0.isRelative)"
    }.joined(separator: ";")
  }
}

extension DebugFunction {
  fileprivate var words: String {
    let parameters = parameters.map { "\($0.name) \($0.type.description) \($0.place)" }
    return "\(name) \(result?.description ?? "") " + parameters.joined(separator: ";")
  }
}

extension SourcePlace {
  fileprivate var words: String { files.joined(separator: ";") + " " + sites.map(\.words).joined(separator: ";") }
}

extension RecordLayout {
  fileprivate var words: String {
    let members = members.map { member in
      let bits = member.bitField.map { " bits \($0.shift) \($0.width)" } ?? ""
      return "\(member.name) \(member.type.description) \(member.offset)\(bits) \(member.location?.rawValue ?? "")"
    }
    return "\(isUnion) \(size) " + members.joined(separator: ";")
  }
}

extension Answer: Codable {
  /// The shape's name and what is answered: {"flag": true}, {"tracepoints": ["sched:sched_switch"]}, {"type": null}.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Shape.self)
    switch self {
    case .flag(let value): try container.encode(value, forKey: .flag)
    case .number(let value): try container.encode(value, forKey: .number)
    case .names(let names): try container.encode(names, forKey: .names)
    case .tracepoints(let names): try container.encode(names.map(\.text), forKey: .tracepoints)
    case .format(let format): try container.encode(format, forKey: .format)
    case .parameters(let parameters): try container.encode(parameters, forKey: .parameters)
    case .signature(let signature): try container.encode(signature, forKey: .signature)
    case .type(let type): try container.encode(type, forKey: .type)
    case .layout(let layout): try container.encode(layout, forKey: .layout)
    case .enumerator(let enumerator): try container.encode(enumerator, forKey: .enumerator)
    case .enumerators(let names): try container.encode(names, forKey: .enumerators)
    case .namespace(let namespace): try container.encode(namespace, forKey: .namespace)
    case .functions(let functions): try container.encode(functions, forKey: .functions)
    case .instruction(let place): try container.encode(place, forKey: .instruction)
    case .variables(let variables): try container.encode(variables, forKey: .variables)
    case .usdt(let sites): try container.encode(sites, forKey: .usdt)
    case .debugFunction(let function): try container.encode(function, forKey: .debugFunction)
    case .debugSites(let sites): try container.encode(sites, forKey: .debugSites)
    case .sourcePlace(let place): try container.encode(place, forKey: .sourcePlace)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Shape.self)
    let shapes = container.allKeys
    guard let shape = shapes.first, shapes.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "an answer is of one kind"))
    }
    self =
      switch shape {
      case .flag: .flag(try container.decode(Bool.self, forKey: shape))
      case .number: .number(try container.decode(UInt64?.self, forKey: shape))
      case .names: .names(try container.decode([String].self, forKey: shape))
      case .tracepoints:
        .tracepoints(
          try container.decode([String].self, forKey: shape).map { text in
            guard let name = TracepointName(text: text) else {
              throw DecodingError.dataCorruptedError(
                forKey: shape, in: container, debugDescription: "'\(text)' is no tracepoint")
            }
            return name
          })
      case .format: .format(try container.decode(TracepointFormat?.self, forKey: shape))
      case .parameters: .parameters(try container.decode([FunctionParameter]?.self, forKey: shape))
      case .signature: .signature(try container.decode(FunctionSignature?.self, forKey: shape))
      case .type: .type(try container.decode(Type?.self, forKey: shape))
      case .layout: .layout(try container.decode(RecordLayout?.self, forKey: shape))
      case .enumerator: .enumerator(try container.decode(EnumeratorValue?.self, forKey: shape))
      case .enumerators: .enumerators(try container.decode([EnumeratorName].self, forKey: shape))
      case .namespace: .namespace(try container.decode(PIDNamespace?.self, forKey: shape))
      case .functions: .functions(try container.decode([BinaryFunction]?.self, forKey: shape))
      case .instruction: .instruction(try container.decode(InstructionPlace?.self, forKey: shape))
      case .variables: .variables(try container.decode([BinaryVariable]?.self, forKey: shape))
      case .usdt: .usdt(try container.decode([USDTSite]?.self, forKey: shape))
      case .debugFunction: .debugFunction(try container.decode(DebugFunction?.self, forKey: shape))
      case .debugSites: .debugSites(try container.decode([DebugSite].self, forKey: shape))
      case .sourcePlace: .sourcePlace(try container.decode(SourcePlace?.self, forKey: shape))
      }
  }
}
