/// What is asked of a machine: one of a topic's questions.
///
/// A topic's file holds its cases, what each of them promises (`QuestionTopic`) and the methods of `Target` that ask them.
public enum Question: Hashable, Sendable {
  case kernel(KernelQuestion)
  case tracepoint(TracepointQuestion)
  case function(FunctionQuestion)
  case type(TypeQuestion)
  case process(ProcessQuestion)
  case binary(BinaryQuestion)
  case debug(DebugQuestion)

  private var topic: any QuestionTopic {
    switch self {
    case .kernel(let question): question
    case .tracepoint(let question): question
    case .function(let question): question
    case .type(let question): question
    case .process(let question): question
    case .binary(let question): question
    case .debug(let question): question
    }
  }

  /// What is asked for, in words for messages that no other question has: "the record of tracepoint:sched:sched_switch".
  public var description: String { topic.description }

  /// The names in it, for a reader of a file that may name anything.
  public var names: [String] { topic.names }

  /// The answer of a machine that has nothing of what is asked for; every answer has its shape.
  public var nothing: Answer { topic.nothing }

  /// What becomes of the answer in compiled code, and so what a bundle must find again where it runs.
  public var trace: Trace { topic.trace }
}

/// What must be decided for each question of a topic.
protocol QuestionTopic: Hashable, Sendable, Codable {
  /// See `Question.description`.
  var description: String { get }
  /// See `Question.names`.
  var names: [String] { get }
  /// See `Question.nothing`.
  var nothing: Answer { get }
  /// See `Question.trace`.
  var trace: Trace { get }
}

/// What a bundle has of the answer to a question.
public enum Trace: Hashable, Sendable {
  /// The choice of code or a number in it, also where the machine has nothing of what was asked for.
  case choice
  /// A number in its code; what the machine does not have has become none.
  case number
  /// A type that the kernel may know by another number: it is found again by its name (`TypeQuestion.facts`).
  case type(TypeQuestion)
  /// Names that are looked up anew where it runs, or nothing but the end of compiling.
  case names
  /// What it states and checks on its own, or has with it: kernel features, the script's types.
  case stated
}

extension Question: Codable {
  private enum Topic: String, CodingKey {
    case kernel, tracepoint, function, type, process, binary, debug
  }

  /// A topic and its question: {"kernel": {"has": {"feature": "btf"}}}.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Topic.self)
    switch self {
    case .kernel(let question): try container.encode(question, forKey: .kernel)
    case .tracepoint(let question): try container.encode(question, forKey: .tracepoint)
    case .function(let question): try container.encode(question, forKey: .function)
    case .type(let question): try container.encode(question, forKey: .type)
    case .process(let question): try container.encode(question, forKey: .process)
    case .binary(let question): try container.encode(question, forKey: .binary)
    case .debug(let question): try container.encode(question, forKey: .debug)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Topic.self)
    let topics = container.allKeys
    guard let topic = topics.first, topics.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a question has one topic"))
    }
    self =
      switch topic {
      case .kernel: .kernel(try container.decode(KernelQuestion.self, forKey: .kernel))
      case .tracepoint: .tracepoint(try container.decode(TracepointQuestion.self, forKey: .tracepoint))
      case .function: .function(try container.decode(FunctionQuestion.self, forKey: .function))
      case .type: .type(try container.decode(TypeQuestion.self, forKey: .type))
      case .process: .process(try container.decode(ProcessQuestion.self, forKey: .process))
      case .binary: .binary(try container.decode(BinaryQuestion.self, forKey: .binary))
      case .debug: .debug(try container.decode(DebugQuestion.self, forKey: .debug))
      }
  }
}
