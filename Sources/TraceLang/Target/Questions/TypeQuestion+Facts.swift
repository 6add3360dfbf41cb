extension TypeQuestion {
  /// Structs without a name are looked for no further inside each other than this.
  private static let maximumPath = 8

  /// What must be found again of a type whose number is the kernel's own, with the words for each: by its name, or
  /// through the struct with a name that it is in.
  ///
  /// A struct counts with all its members: its size and the offsets of any may have become numbers in the code.
  /// - Parameter layout: what the kernel answered for other structs.
  func facts(_ answer: Answer, layout: (RecordReference) -> RecordLayout?) -> [KernelFact.Subject: String] {
    switch (self, answer) {
    case (.layout(.named(let name)), .layout(let record?)): Self.facts(of: record, name, layout)
    case (.layout(.btf(_, _, let name)), .layout(let record?)):
      name.isEmpty ? [:] : Self.facts(of: record, "\(record.isUnion ? "union" : "struct") \(name)", layout)
    case (.enumerators(.btf(_, _, let name)), .enumerators(let constants)):
      name.isEmpty
        ? Dictionary(
          constants.map { (.enumeratorValue($0.name), String($0.value)) }, uniquingKeysWith: { first, _ in first })
        : [.enumeration("enum \(name)"): answer.words ?? ""]
    case (.named, _), (.layout, _), (.enumerator, _), (.enumerators, _): [:]
    }
  }

  private static func facts(
    of record: RecordLayout, _ name: String, _ layout: (RecordReference) -> RecordLayout?
  ) -> [KernelFact.Subject: String] {
    var facts = [KernelFact.Subject.answer(.type(.layout(of: .named(name)))): Answer.layout(record).words ?? ""]
    func walk(_ record: RecordLayout, _ path: [Int]) {
      guard path.count < maximumPath else { return }
      for (index, member) in record.members.enumerated() {
        guard let inner = member.type.innermostRecord, case .btf(_, _, "") = inner, let next = layout(inner) else {
          continue
        }
        facts[.unnamed(in: name, path: path + [index])] = Answer.layout(next).words
        walk(next, path + [index])
      }
    }
    walk(record, [])
    return facts
  }
}
