import TraceLang

// What records ask for: each field lies where a record may have it, and prints as its type or conversion takes it.
extension BundleChecker {
  /// Arguments of one format at most.
  private static let maximumArguments = 1000

  func check(_ action: Action) throws(BundleFault) {
    switch action {
    case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _): try check(format)
    case .print(let field): try check(field, within: MapSpec.maximumSize)
    case .printMap(let view), .clear(let view), .zero(let view), .lostUpdates(let view): try check(view: view)
    case .printMapValue(let view, let key, let value):
      try check(view: view)
      let map = bundle.views[view]
      try require((key == nil) == (map.key == nil), "the map has a key, or has none")
      if let key {
        try check(key, within: MapSpec.maximumSize)
        try require(key.size == map.keySize, "its key is none of the map's")
      }
      try require(value.type == map.value && value.size == map.valueSize, "its value is none of the map's")
      try check(value, within: MapSpec.maximumSize)
    case .time(let format): try require(format.isText, "its format is no text")
    case .join(_, let capacity): try require((1...1 << 20).contains(capacity), "its strings have \(capacity) bytes")
    case .exit, .unwatch, .helperError: break
    }
  }

  private func check(view: Int) throws(BundleFault) {
    try require(bundle.views.indices.contains(view), "there is no view \(view)")
  }

  private func check(_ format: Format) throws(BundleFault) {
    try require(format.segments.count <= 2 * Self.maximumArguments + 1, "its format is too long")
    for segment in format.segments {
      switch segment {
      case .literal: break
      case .argument(let directive, let field):
        try check(field, within: MapSpec.maximumSize)
        try check(directive, field)
      }
    }
  }

  private func check(_ directive: FormatDirective, _ field: Field) throws(BundleFault) {
    let widths = 0...FormatString.maximumWidth
    try require(
      widths.contains(directive.width ?? 0) && widths.contains(directive.precision ?? 0)
        && [8, 16, 32, 64].contains(directive.lengthBits ?? 64), "a conversion is too wide")
    if let formula = directive.formula {
      try require(directive.conversion.isReal, "a conversion of whole numbers has a formula")
      guard case .tuple(let elements) = field.type, field.size == 8 * elements.count,
        elements.allSatisfy({ $0.type == .int64 || $0.type == .uint64 }), formula.isSound(elements: elements.count)
      else { throw BundleFault("a formula is none of the numbers it has") }
      return
    }
    let fits: Bool
    switch directive.conversion {
    case .decimal, .unsigned, .hex, .upperHex, .octal, .character, .pointer, .allocationFlags,
      .fixed, .exponent, .upperExponent, .general, .upperGeneral:
      // Widened to a register before they are sent, or as they are.
      fits = field.type.isScalar && [1, 2, 4, 8].contains(field.size)
    case .string: fits = true
    case .buffer, .escapedBuffer, .hexBuffer:
      if case .buffer(let capacity) = field.type { fits = field.size == 4 + capacity } else { fits = false }
    }
    try require(
      fits, "%\(directive.conversion.rawValue) does not print \(field.type.description) of \(field.size) bytes")
  }
}

extension Action {
  /// Whether it runs a command of the script's making.
  var runsCommands: Bool {
    switch self {
    case .system: true
    case .printf, .print, .printMap, .printMapValue, .clear, .zero, .exit, .unwatch, .time, .join, .cat, .message,
      .helperError,
      .lostUpdates:
      false
    }
  }
}
