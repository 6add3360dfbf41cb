/// A machine's answers to the questions that a compilation asked.
struct RecordedFacts {
  /// Raised when a file written before cannot be read any more.
  static let currentVersion = 2

  let machine: Machine
  let answers: [Question: Answer]

  /// In an order that the hash values of a run do not decide, so that the same answers give the same file and the same
  /// file gives the same message.
  var sorted: [(question: Question, answer: Answer)] {
    answers.map { (order: $0.key.description, question: $0.key, answer: $0.value) }
      .sorted { $0.order < $1.order }.map { ($0.question, $0.answer) }
  }
}

extension RecordedFacts: Codable {
  private enum CodingKeys: String, CodingKey {
    case version, machine, answers
  }

  private struct Entry: Codable {
    let question: Question
    let answer: Answer
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.currentVersion, forKey: .version)
    try container.encode(machine, forKey: .machine)
    try container.encode(sorted.map { Entry(question: $0.question, answer: $0.answer) }, forKey: .answers)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    machine = try container.decode(Machine.self, forKey: .machine)
    var answers: [Question: Answer] = [:]
    for entry in try container.decode([Entry].self, forKey: .answers) {
      guard answers.updateValue(entry.answer, forKey: entry.question) == nil else {
        throw DecodingError.dataCorruptedError(
          forKey: .answers, in: container, debugDescription: "it answers twice: \(entry.question.description)")
      }
    }
    self.answers = answers
  }
}
