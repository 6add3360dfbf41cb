/// A rewriting of one function that keeps what it computes.
public protocol Pass: Sendable {
  /// As in the text between passes: `dead-code`.
  var name: String { get }

  func run(_ function: inout Function)
}
