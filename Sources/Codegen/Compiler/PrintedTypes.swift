import TraceLang

/// Gathers the layouts of structs and the names of enums that user space prints.
struct PrintedTypes {
  let target: any Target
  private(set) var layouts: [Bundle.PrintedLayout] = []
  private(set) var enums: [Bundle.PrintedEnum] = []

  init(_ target: any Target) { self.target = target }

  mutating func collect(_ bundle: Bundle) {
    for view in bundle.views {
      collect(view.value)
      if let key = view.key { collect(key) }
    }
    for action in bundle.actions {
      switch action {
      case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _):
        for case .argument(_, let field) in format.segments { collect(field.type) }
      case .print(let field): collect(field.type)
      case .printMap, .printMapValue, .clear, .zero, .exit, .time, .join, .helperError, .lostUpdates: break
      }
    }
  }

  private mutating func collect(_ type: Type) {
    switch type {
    case .record(let reference):
      guard !layouts.contains(where: { $0.reference == reference }), let layout = target.layout(of: reference) else {
        return
      }
      layouts.append(Bundle.PrintedLayout(reference: reference, layout: layout))
      for member in layout.members { collect(member.type) }
    case .enumeration(let reference, _):
      guard !enums.contains(where: { $0.reference == reference }) else { return }
      enums.append(Bundle.PrintedEnum(reference: reference, enumerators: target.enumerators(of: reference)))
    case .array(let element, _): collect(element)
    case .tuple(let elements):
      for element in elements { collect(element.type) }
    case .void, .bool, .integer, .string, .buffer, .pointer, .probeName, .kernelSymbol, .userSymbol, .stack, .inet,
      .macAddress, .username, .timestamp, .cgroupPath, .errorName, .syscallName, .aggregation, .invalid:
      break
    }
  }
}
