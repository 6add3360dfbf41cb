/// A property of a kernel that compiled code relies on, as a fingerprint that can be taken again of another kernel.
///
/// Numbers that a kernel may give anew without a change of meaning (BTF type IDs, tracepoint IDs) are not part of it.
public struct KernelFact: Hashable, Sendable, Codable {
  public enum Subject: Hashable, Sendable, Codable {
    /// The answer to a question, which is asked again.
    case answer(Question)
    /// A struct or union without a name, in one with a C name, through members by their index.
    case unnamed(in: String, path: [Int])
    /// An enum by its C name.
    case enumeration(String)
    /// The value alone of a constant of an enum that has no name.
    case enumeratorValue(String)
  }

  public let subject: Subject
  public let fingerprint: UInt64

  init(subject: Subject, words: String) {
    self.subject = subject
    fingerprint = Fingerprint.of(words.utf8)
  }

  /// Whether a kernel is the same in this respect.
  public func holds(on target: any Target) -> Bool { Fingerprint.of(subject.words(on: target).utf8) == fingerprint }
}

extension KernelFact.Subject {
  /// For messages: "struct task_struct".
  public var description: String {
    switch self {
    case .answer(let question): question.description
    case .unnamed(let name, _): "a struct in \(name)"
    case .enumeration(let name): name
    case .enumeratorValue(let name): "the constant \(name)"
    }
  }

  /// What no two subjects share, to sort them by.
  fileprivate var order: String {
    switch self {
    case .answer(let question): question.description
    case .unnamed(let name, let path): "\(name) \(path)"
    case .enumeration(let name): name
    case .enumeratorValue(let name): "the value \(name)"
    }
  }

  /// What a target says of the subject, in words that do not depend on numbers of one kernel; "" when it knows nothing.
  fileprivate func words(on target: any Target) -> String {
    switch self {
    case .answer(let question): (try? target.answer(question))?.words ?? ""
    case .unnamed(let name, let path): Answer.layout(Self.layout(name, path, target)).words ?? ""
    case .enumeration(let name):
      if case .enumeration(let reference, _) = target.kernelType(named: name) {
        Answer.enumerators(target.enumerators(of: reference)).words ?? ""
      } else {
        ""
      }
    case .enumeratorValue(let name): (target.enumerator(named: name)?.value).map(String.init) ?? ""
    }
  }

  private static func layout(_ name: String, _ path: [Int], _ target: any Target) -> RecordLayout? {
    guard var layout = target.layout(of: .named(name)) else { return nil }
    for index in path {
      guard layout.members.indices.contains(index), let inner = layout.members[index].type.innermostRecord,
        let next = target.layout(of: inner)
      else { return nil }
      layout = next
    }
    return layout
  }
}

extension RecordingTarget {
  /// The features that were asked for, and whether there are.
  public var askedFeatures: [KernelFeature: Bool] {
    var features: [KernelFeature: Bool] = [:]
    for case (.kernel(.has(let feature)), .flag(let has)) in answers { features[feature] = has }
    return features
  }

  /// The properties of the kernel that what was asked so far relies on, in an order that does not depend on that of
  /// the questions.
  public func kernelFacts() -> [KernelFact] {
    var words: [KernelFact.Subject: String] = [:]
    for (question, answer) in answers {
      switch question.trace {
      case .choice: words[.answer(question)] = answer.words ?? ""
      case .number: words[.answer(question)] = answer.words
      case .type(let type): words.merge(type.facts(answer, layout: keptLayout)) { first, _ in first }
      case .names, .stated: break
      }
    }
    return words.map { KernelFact(subject: $0.key, words: $0.value) }.sorted { $0.subject.order < $1.subject.order }
  }

  private func keptLayout(_ record: RecordReference) -> RecordLayout? {
    guard case .layout(let layout)? = answers[.type(.layout(of: record))] else { return nil }
    return layout
  }
}
