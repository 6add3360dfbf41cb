/// A name the language defines: a value such as `pid`, a function such as `printf`, an aggregation such as `count`.
///
/// It is a row in the file of its topic. The checker calls its rule; help, docs/stdlib.md and completions print the rest.
public struct Builtin: Sendable {
  public enum Kind: Sendable {
    /// Written without parentheses; empty ones may follow.
    case value
    case function
    /// Asks user space to do something when the record arrives.
    case action
    /// Can only be assigned to a map.
    case aggregation
  }

  typealias ValueCheck = @Sendable (inout Checker, BuiltinCall) -> TypedExpression
  typealias ActionCheck = @Sendable (inout Checker, BuiltinCall) -> Message?
  typealias AggregationCheck = @Sendable (inout Checker, BuiltinCall) -> (Aggregation, TypedExpression?)?

  /// The rule for what it takes and gives, which reports what is wrong with a call.
  enum Check: Sendable {
    case value(ValueCheck)
    case function(ValueCheck)
    case action(ActionCheck)
    case aggregation(AggregationCheck)
  }

  /// All names of the row: several where they are numbered, such as `arg0` to `arg9`.
  public let names: [String]
  let check: Check
  /// How many arguments it takes.
  public let arguments: ClosedRange<Int>
  /// As a prototype: `string str(pointer data [, length])`.
  public let signature: String
  /// One sentence.
  public let summary: String
  /// The probes that it means something in.
  public let places: BuiltinPlaces
  /// What it does that needs --unsafe, after its name: "runs commands".
  public let risk: String?
  /// A script that shows its use.
  public let example: String

  init(
    _ names: [String], _ check: Check, _ arguments: ClosedRange<Int>, _ signature: String, _ summary: String,
    in places: BuiltinPlaces = .everywhere, risk: String? = nil, example: String
  ) {
    self.names = names
    self.check = check
    self.arguments = arguments
    self.signature = signature
    self.summary = summary
    self.places = places
    self.risk = risk
    self.example = example
  }

  /// The upper bound of `arguments` for what takes any number of them.
  static let manyArguments = 129

  /// The first of its names.
  public var name: String { names[0] }

  /// Its names for a heading: "arg0 ... arg9".
  public var title: String { names.count == 1 ? name : "\(name) ... \(names[names.count - 1])" }

  public var kind: Kind {
    switch check {
    case .value: .value
    case .function: .function
    case .action: .action
    case .aggregation: .aggregation
    }
  }
}

// Rows, by kind.
extension Builtin {
  static func value(
    _ name: String, _ signature: String, _ summary: String, takes arguments: ClosedRange<Int> = 0...0,
    in places: BuiltinPlaces = .everywhere, example: String, check: @escaping ValueCheck
  ) -> Builtin {
    Builtin([name], .value(check), arguments, signature, summary, in: places, example: example)
  }

  /// Values whose names end in a number from 0 to 9, which the rule is given.
  static func values(
    _ prefix: String, _ signature: String, _ summary: String, in places: BuiltinPlaces, example: String,
    check: @escaping @Sendable (inout Checker, BuiltinCall, Int) -> TypedExpression
  ) -> Builtin {
    Builtin(
      (0...9).map { "\(prefix)\($0)" },
      .value { checker, call in check(&checker, call, Int(call.name.text.dropFirst(prefix.count)) ?? 0) },
      0...0, signature, summary, in: places, example: example)
  }

  static func function(
    _ name: String, _ arguments: ClosedRange<Int>, _ signature: String, _ summary: String,
    in places: BuiltinPlaces = .everywhere, risk: String? = nil, example: String, check: @escaping ValueCheck
  ) -> Builtin {
    Builtin([name], .function(check), arguments, signature, summary, in: places, risk: risk, example: example)
  }

  static func action(
    _ name: String, _ arguments: ClosedRange<Int>, _ signature: String, _ summary: String,
    in places: BuiltinPlaces = .readByUs, risk: String? = nil, example: String, check: @escaping ActionCheck
  ) -> Builtin {
    Builtin([name], .action(check), arguments, signature, summary, in: places, risk: risk, example: example)
  }

  static func aggregation(
    _ name: String, _ arguments: ClosedRange<Int>, _ signature: String, _ summary: String, example: String,
    check: @escaping AggregationCheck
  ) -> Builtin {
    Builtin([name], .aggregation(check), arguments, signature, summary, example: example)
  }
}
