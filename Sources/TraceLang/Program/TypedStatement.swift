/// A statement of a `Program`.
public struct TypedStatement: Hashable, Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Hashable, Sendable {
    case assign(Destination, TypedExpression)
    /// `place operation= value`; the value has the place's type.
    case update(Destination, ArithmeticOperation, TypedExpression, signed: Bool)
    /// `@m[key] = count()`; the values of `hist`, `sum` and so on come after the key.
    case aggregate(MapID, key: TypedExpression?, value: TypedExpression?)
    /// `@m[key] = @n[at]`, or `+=` where it merges: all that an entry has gathered; both maps gather the same. Where
    /// there is no such entry, a copy takes the other one away and a merge does nothing.
    case copy(MapID, key: TypedExpression?, from: MapID, at: TypedExpression?, merges: Bool)
    /// Computes an expression for its effects.
    case evaluate(TypedExpression)
    case conditional(TypedExpression, then: [TypedStatement], otherwise: [TypedStatement])
    case whileLoop(TypedExpression, [TypedStatement])
    /// The body `count` times over.
    case unroll(Int, [TypedStatement])
    /// Integers from `start` up to but without `end`, both computed once.
    case forRange(VariableID, start: TypedExpression, end: TypedExpression, [TypedStatement])
    /// The entries of a map; the variable is a tuple of key and value.
    case forMap(VariableID, MapID, [TypedStatement])
    case breakLoop, continueLoop
    /// Ends this run of the probe's body.
    case finish
    case send(Message)
  }
}

/// What a program has printed or done; all but `kernelTrace` is asked of user space and asynchronous.
public enum Message: Hashable, Sendable {
  case printf(FormatString, [TypedExpression])
  case print(TypedExpression)
  case printMap(MapID, top: TypedExpression?, divisor: TypedExpression?)
  case printMapValue(MapID, key: TypedExpression?)
  case clear(MapID)
  case zero(MapID)
  /// Takes the watchpoints at an address away.
  case unwatch(TypedExpression)
  /// Ends tracing with an exit status and this run of the probe.
  case exit(TypedExpression?)
  case time(String)
  /// An array of user-space string pointers that ends with a null pointer.
  case join(TypedExpression, separator: String)
  case cat(FormatString, [TypedExpression])
  case system(FormatString, [TypedExpression])
  case report(Diagnostic.Severity, FormatString, [TypedExpression])
  /// A line of the kernel's own trace, which no user space is asked for.
  case kernelTrace(FormatString, [TypedExpression])
}
