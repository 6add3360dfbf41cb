import TraceLang

extension Bundle {
  /// Whether addresses of processes are among what prints.
  public var printsUserSymbols: Bool {
    views.contains { $0.value.hasUserSymbols || $0.key?.hasUserSymbols == true }
      || actions.contains { action in
        switch action {
        case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _):
          format.segments.contains { segment in
            switch segment {
            case .argument(_, let field): field.type.hasUserSymbols
            case .literal: false
            }
          }
        case .print(let field): field.type.hasUserSymbols
        case .printMap, .printMapValue, .clear, .zero, .exit, .unwatch, .time, .join, .helperError, .lostUpdates: false
        }
      }
  }
}

extension Type {
  fileprivate var hasUserSymbols: Bool {
    switch self {
    case .symbolic(let symbol): symbol.facts.readsProcess
    case .stack(let stack): stack.isUser && stack.mode != .raw
    case .tuple(let elements): elements.contains { $0.type.hasUserSymbols }
    case .array(let element, _): element.hasUserSymbols
    case .void, .bool, .integer, .string, .buffer, .pointer, .record, .enumeration, .aggregation, .invalid:
      false
    }
  }
}
