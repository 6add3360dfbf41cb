/// An expression of a `Program`: it has its final type and needs no further rules to be computed.
public struct TypedExpression: Hashable, Sendable {
  public var kind: Kind
  public var type: Type
  public var range: SourceRange

  public init(_ kind: Kind, _ type: Type, _ range: SourceRange) {
    self.kind = kind
    self.type = type
    self.range = range
  }

  public indirect enum Kind: Hashable, Sendable {
    case integer(Int64)
    /// Without the terminating NUL; the type's capacity includes it.
    case string([UInt8])
    case variable(VariableID)
    /// The value of a map entry, zero where there is none; of an aggregating map its sum over all CPUs.
    case map(MapID, key: TypedExpression?)
    case context(ContextValue)
    /// A struct's member. The base is a pointer to the struct or the struct itself, which stands for its address.
    case member(TypedExpression, RecordLayout.Member)
    /// Where a variable or the value of a scalar map lies; the type is a pointer to what it holds.
    case address(Destination)
    /// The target of a pointer.
    case dereference(TypedExpression)
    /// An element of an array, which stands for its address, or of what a pointer points to.
    case index(TypedExpression, TypedExpression)
    /// An element of a tuple.
    case element(TypedExpression, Int)
    case tuple([TypedExpression])
    /// The value of the operand as `type`: integers are cut and extended, pointers change their target,
    /// strings their capacity, `bool` compares with zero; an integer and an array of integers of the same size
    /// are the same bytes, the first element the lowest.
    case convert(TypedExpression)
    case negate(TypedExpression)
    case complement(TypedExpression)
    case not(TypedExpression)
    /// Both operands have the same signedness as `signed`; pointers scale integers by `scale` bytes.
    case arithmetic(ArithmeticOperation, TypedExpression, TypedExpression, signed: Bool)
    case pointerOffset(TypedExpression, TypedExpression, scale: Int)
    case compare(Comparison, TypedExpression, TypedExpression, signed: Bool)
    case and(TypedExpression, TypedExpression)
    case or(TypedExpression, TypedExpression)
    case ternary(TypedExpression, then: TypedExpression, otherwise: TypedExpression)
    /// `++` and `--`; the value is that before (`isPrefix` false) or after the step of `amount`.
    case step(Destination, amount: Int64, isPrefix: Bool)
    case call(ValueFunction)
    case block([TypedStatement], TypedExpression)
  }
}

public enum ArithmeticOperation: String, Hashable, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case and = "&"
  case or = "|"
  case xor = "^"
  case shiftLeft = "<<"
  case shiftRight = ">>"
}

public enum Comparison: String, Hashable, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// What a running program knows of itself and its surroundings.
public enum ContextValue: Hashable, Sendable {
  case pid, tid, uid, gid, comm, cpu, rand, curtask, cgroup, numaID, jiffies
  case nanoseconds(Clock)
  /// Nanoseconds since swtrace attached its probes.
  case elapsed
  case probeName
  /// The traced function's name, as an index like that of `probeName`.
  case functionName
  /// Where the traced function of the kernel begins.
  case functionAddress
  /// The probe's arguments: a record that stands for its address.
  case arguments
  /// `argN`: a word of the context, or a register.
  case argument(Int)
  /// `sargN`: a word of the traced function's stack.
  case stackArgument(Int)
  /// What the traced function returns, from its register.
  case result

  public enum Clock: String, Hashable, Sendable {
    case monotonic, boot, tai
  }
}

/// What can be assigned to.
public indirect enum Destination: Hashable, Sendable {
  case variable(VariableID)
  case map(MapID, key: TypedExpression?)
}

/// Functions that give a value, with their arguments.
public enum ValueFunction: Hashable, Sendable {
  /// A NUL-terminated string at an address; the result type has the capacity. `length` counts the terminator.
  case string(TypedExpression, length: TypedExpression?)
  case buffer(TypedExpression, length: TypedExpression?)
  case kernelSymbol(TypedExpression)
  case userSymbol(TypedExpression)
  case strftime(format: Int, TypedExpression)
  case hasKey(MapID, TypedExpression)
  /// Deletes an entry; true when there was one. Without a key, of a scalar map.
  case delete(MapID, TypedExpression?)
  /// Entries in a map.
  case length(MapID)
  case stringsEqual(TypedExpression, TypedExpression, limit: Int)
  /// Whether two arrays, tuples or structs of one type hold the same values.
  case valuesEqual(TypedExpression, TypedExpression)
  case byteSwap(TypedExpression)
  case library(LibraryFunction)
}
