extension RecordedFacts {
  /// The largest type, record or offset in bytes: the kernel has none near it, and its bits are counted in 32 bits (BTF).
  private static let maximumSize = 1 << 28
  /// Types nest no deeper: no C type does.
  private static let maximumDepth = 64
  /// Members of a record with those of the records in it.
  private static let maximumMembers = 1 << 18
  /// CPUs that Linux can be built for (CONFIG_NR_CPUS).
  private static let possibleCPUs = 1...8192
  private static let pageSizes: Set = [4096, 16384, 65536]

  /// Makes sure of everything that the compiler takes for granted of a machine's answers.
  /// - Throws: for the first fact that cannot be one; the message names it.
  func check() throws(JSONError) {
    try checkMachine()
    let sorted = sorted
    for (question, answer) in sorted {
      let shape = question.nothing.shape
      guard answer.shape == shape else {
        throw JSONError(
          "\(question.description): the answer is of the kind '\(answer.shape.rawValue)' and not '\(shape.rawValue)'")
      }
      try check(answer, question.description)
    }
    var members: [RecordReference: Int] = [:]
    for case (.type(.layout(let record)), _) in sorted { _ = try countMembers(record, [], &members) }
    for case (let question, .layout(let layout?)) in sorted { try check(layout, question.description) }
  }

  /// All but layouts, which are measured only when it is known that none contains itself.
  private func check(_ answer: Answer, _ subject: String) throws(JSONError) {
    switch answer {
    case .format(let format?): try check(format, subject)
    case .parameters(let parameters?): try check(parameters, subject)
    case .signature(let signature?):
      try check(signature.parameters, subject)
      if let result = signature.result { try check(result, "\(subject): its result") }
    case .type(let type?): try check(type, subject)
    case .enumerator(let enumerator?):
      guard enumerator.type.integer != nil else { throw JSONError("\(subject) is no integer") }
      try check(enumerator.type, subject)
    case .debugFunction(let function?):
      for parameter in function.parameters { try check(parameter.type, "\(subject): '\(parameter.name)'") }
      if let result = function.result { try check(result, "\(subject): its result") }
    case .flag, .number, .names, .tracepoints, .enumerators, .namespace, .functions, .instruction, .variables, .usdt,
      .debugFunction, .debugSites, .sourcePlace,
      .layout,
      .format,
      .parameters,
      .signature,
      .type, .enumerator:
      break
    }
  }

  private func checkMachine() throws(JSONError) {
    guard Self.possibleCPUs.contains(machine.possibleCPUs) else {
      throw JSONError("a machine has no \(machine.possibleCPUs) CPUs (machine.possibleCPUs)")
    }
    guard Self.pageSizes.contains(machine.pageSize) else {
      throw JSONError("there are no pages of \(machine.pageSize) bytes (machine.pageSize)")
    }
  }

  private func check(_ format: TracepointFormat, _ subject: String) throws(JSONError) {
    let sizes = 0...TracepointFormatParser.maximumRecordSize
    for field in format.fields {
      guard sizes.contains(field.offset), sizes.contains(field.size) else {
        throw JSONError("\(subject): the field '\(field.name)' lies outside of the record")
      }
      try check(field.type, "\(subject): the field '\(field.name)'")
    }
  }

  private func check(_ parameters: [FunctionParameter], _ subject: String) throws(JSONError) {
    for parameter in parameters { try check(parameter.type, "\(subject): '\(parameter.name)'") }
  }

  private func check(_ layout: RecordLayout, _ subject: String) throws(JSONError) {
    guard (0...Self.maximumSize).contains(layout.size) else { throw JSONError("\(subject): its size cannot be") }
    for member in layout.members {
      let name = "\(subject): the member '\(member.name)'"
      let size = try check(member.type, name)
      guard member.offset >= 0, member.offset <= layout.size - size else {
        throw JSONError("\(name) lies outside of it")
      }
      guard let bits = member.bitField else { continue }
      guard let integer = member.type.integer, bits.shift >= 0, bits.width > 0, bits.shift <= integer.bits,
        bits.width <= integer.bits - bits.shift
      else { throw JSONError("\(name) has bits that its type does not have") }
    }
  }

  /// Makes sure that no record contains itself, and that the records in records are not without number.
  /// - Returns: the members of a record and of all records in it, an array's once.
  private func countMembers(
    _ record: RecordReference, _ outer: Set<RecordReference>, _ known: inout [RecordReference: Int]
  ) throws(JSONError) -> Int {
    guard let layout = layout(of: record) else { return 0 }
    if let count = known[record] { return count }
    guard !outer.contains(record) else { throw JSONError("\(Self.description(of: record)): it contains itself") }
    guard outer.count < Self.maximumDepth else {
      throw JSONError("\(Self.description(of: record)): it is nested too deep")
    }
    var count = layout.members.count
    for member in layout.members {
      guard let inner = member.type.recordByValue else { continue }
      count += try countMembers(inner, outer.union([record]), &known)
      guard count <= Self.maximumMembers else {
        throw JSONError("\(Self.description(of: record)): it has more than \(Self.maximumMembers) members")
      }
    }
    known[record] = count
    return count
  }

  private func layout(of record: RecordReference) -> RecordLayout? {
    guard case .layout(let layout)? = answers[.type(.layout(of: record))] else { return nil }
    return layout
  }

  private static func description(of record: RecordReference) -> String {
    Question.type(.layout(of: record)).description
  }

  /// - Returns: the type's size; 0 for records that the file does not know.
  @discardableResult
  private func check(_ type: Type, _ subject: String, depth: Int = 0) throws(JSONError) -> Int {
    guard depth < Self.maximumDepth else { throw JSONError("\(subject): its type is nested too deep") }
    switch type {
    case .void: return 0
    case .bool: return 1
    case .integer(let integer), .enumeration(_, let integer):
      guard [8, 16, 32, 64].contains(integer.bits) else {
        throw JSONError("\(subject): there are no integers of \(integer.bits) bits")
      }
      return integer.size
    case .string(let capacity):
      guard (0...Self.maximumSize).contains(capacity) else {
        throw JSONError("\(subject): there are no strings of \(capacity) bytes")
      }
      return capacity
    case .pointer(let pointee, _):
      try check(pointee, subject, depth: depth + 1)
      return 8
    case .array(let element, let count):
      let size = try check(element, subject, depth: depth + 1)
      guard count >= 0, count <= Self.maximumSize / max(size, 1) else {
        throw JSONError("\(subject): there are no arrays of \(count) elements of \(size) bytes")
      }
      return size * count
    case .record(.script), .record(.tracepoint), .record(.parameters):
      throw JSONError("\(subject): a kernel's types do not contain \(type.description)")
    case .record(let reference):
      guard let size = layout(of: reference)?.size else { return 0 }
      guard (0...Self.maximumSize).contains(size) else {
        throw JSONError("\(Self.description(of: reference)): its size cannot be")
      }
      return size
    case .buffer, .tuple, .symbolic, .stack, .aggregation, .invalid:
      throw JSONError("\(subject): a machine has no type \(type.description)")
    }
  }
}
