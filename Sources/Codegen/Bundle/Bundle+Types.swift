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
    if case .symbolic(let symbol) = self { return symbol.facts.readsProcess }
    if case .stack(let stack) = self { return stack.isUser && stack.mode.namesFrames }
    return elements.contains { $0.hasUserSymbols }
  }
}
