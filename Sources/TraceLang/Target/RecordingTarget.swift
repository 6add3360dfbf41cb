/// Passes every question on to another target and remembers the answers: for a `RecordedTarget` to give again, and for
/// what a bundle must find again where it runs (`kernelFacts`).
public final class RecordingTarget: Target {
  private let source: any Target
  public let machine: Machine
  private(set) var answers: [Question: Answer] = [:]

  public init(_ source: any Target) {
    self.source = source
    machine = source.machine
  }

  public func answer(_ question: Question) throws(TargetError) -> Answer {
    if let known = answers[question] { return known }
    let answer = try source.answer(question)
    answers[question] = answer
    return answer
  }

  /// What was asked so far, in no order.
  public var questions: [Question] { Array(answers.keys) }

  /// What was asked so far and the answers, as JSON sorted by question; the same questions give the same bytes.
  public func encoded() throws(TargetError) -> [UInt8] {
    do {
      let facts = RecordedFacts(machine: machine, answers: answers)
      return try JSONCoder.encode(facts, .pretty(width: 160)) + [UInt8(ascii: "\n")]
    } catch {
      throw TargetError("the target cannot be written: \(error)")
    }
  }
}
