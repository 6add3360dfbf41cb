import TraceLang

extension Bundle {
  /// Bytes of payload that doing an action reads at least; a record with less is not one of it.
  ///
  /// What programs send is up to them: the check of a bundle cannot tell.
  public func payloadSize(of action: Action) -> Int {
    switch action {
    case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _):
      format.segments.reduce(0) { size, segment in
        switch segment {
        case .literal: size
        case .argument(_, let field): max(size, field.end)
        }
      }
    case .print(let field): field.end
    case .printMap: 16
    case .printMapValue(let view, let key, let value):
      max(keyEnd(key, view), views[view].value == value.type ? 0 : value.end)
    case .exit, .unwatch, .join, .helperError: 8
    case .clear, .zero, .time, .lostUpdates: 0
    }
  }

  /// The end of a key that is looked up in a view's storage.
  private func keyEnd(_ key: Field?, _ view: Int) -> Int {
    guard let key else { return 0 }
    return key.offset + max(key.size, views[view].keySize, views[view].content.hash.map { maps[$0.map].keySize } ?? 0)
  }
}

extension Field {
  fileprivate var end: Int { offset + size }
}
