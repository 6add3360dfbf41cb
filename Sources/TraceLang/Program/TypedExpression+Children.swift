extension TypedExpression {
  /// The expressions directly inside this one, in order of evaluation; statements of blocks are not among them.
  public var children: [TypedExpression] {
    switch kind {
    case .integer, .string, .variable, .context: []
    case .map(_, let key), .step(.map(_, let key), _, _), .address(.map(_, let key)): key.map { [$0] } ?? []
    case .step(.variable, _, _), .address(.variable): []
    case .member(let base, _), .dereference(let base), .element(let base, _), .convert(let base), .negate(let base),
      .complement(let base), .not(let base):
      [base]
    case .index(let left, let right), .arithmetic(_, let left, let right, _), .pointerOffset(let left, let right, _),
      .compare(_, let left, let right, _), .and(let left, let right), .or(let left, let right):
      [left, right]
    case .tuple(let parts): parts
    case .ternary(let condition, let then, let otherwise): [condition, then, otherwise]
    case .call(let function): function.arguments
    case .block(_, let value): [value]
    }
  }
}

extension ValueFunction {
  public var arguments: [TypedExpression] {
    switch self {
    case .string(let source, let length), .buffer(let source, let length): [source] + (length.map { [$0] } ?? [])
    case .kernelSymbol(let value), .userSymbol(let value), .strftime(_, let value), .byteSwap(let value): [value]
    case .hasKey(_, let key): [key]
    case .delete(_, let key): key.map { [$0] } ?? []
    case .length: []
    case .stringsEqual(let left, let right, _), .valuesEqual(let left, let right): [left, right]
    case .library(let function): function.arguments
    }
  }
}

extension ValueFunction {
  /// Whether calling it does something besides giving a value; what its arguments do is not asked.
  public var hasEffect: Bool {
    switch self {
    case .delete: true
    case .library(let function): function.hasEffect
    case .string, .buffer, .kernelSymbol, .userSymbol, .strftime, .hasKey, .length, .stringsEqual, .valuesEqual,
      .byteSwap:
      false
    }
  }
}

extension Message {
  /// How its values print, where the script says so.
  var format: FormatString? {
    switch self {
    case .printf(let format, _), .cat(let format, _), .system(let format, _), .report(_, let format, _): format
    case .kernelTrace, .print, .printMap, .printMapValue, .clear, .zero, .unwatch, .exit, .time, .join: nil
    }
  }

  /// The expressions whose values the message carries.
  public var values: [TypedExpression] {
    switch self {
    case .printf(_, let values), .cat(_, let values), .system(_, let values), .report(_, _, let values),
      .kernelTrace(_, let values):
      values
    case .print(let value), .join(let value, _): [value]
    case .printMap(_, let top, let divisor): [top, divisor].compactMap { $0 }
    case .printMapValue(_, let key): key.map { [$0] } ?? []
    case .unwatch(let address): [address]
    case .exit(let status): status.map { [$0] } ?? []
    case .clear, .zero, .time: []
    }
  }
}

extension TypedExpression {
  /// Whether computing it changes anything.
  public var hasEffects: Bool {
    if case .step = kind { return true }
    if case .block = kind { return true }
    if case .call(let function) = kind, function.hasEffect { return true }
    return children.contains(where: \.hasEffects)
  }

  /// Whether it is the same value in every run.
  var isConstant: Bool {
    switch kind {
    case .integer, .string: true
    case .tuple(let parts): parts.allSatisfy(\.isConstant)
    case .variable, .map, .context, .member, .address, .dereference, .index, .element, .convert, .negate, .complement,
      .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      false
    }
  }
}
