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
      case .printMap, .printMapValue, .clear, .zero, .exit, .unwatch, .time, .join, .helperError, .lostUpdates: break
      }
    }
  }

  /// The members with those of anonymous structs and unions in their place, as C reaches them.
  private func named(_ members: [RecordLayout.Member]) -> [RecordLayout.Member] {
    members.flatMap { member -> [RecordLayout.Member] in
      guard member.name.isEmpty, case .record(let inner) = member.type, let nested = target.layout(of: inner) else {
        return [member]
      }
      return named(nested.members).map { $0.moved(by: member.offset) }
    }
  }

  private mutating func collect(_ type: Type) {
    if case .record(let reference) = type { collect(reference) }
    if case .enumeration(let reference, _) = type { collect(reference) }
    for element in type.elements { collect(element) }
  }

  private mutating func collect(_ reference: RecordReference) {
    guard !layouts.contains(where: { $0.reference == reference }), let layout = target.layout(of: reference) else {
      return
    }
    let members = named(layout.members)
    layouts.append(
      Bundle.PrintedLayout(
        reference: reference,
        layout: RecordLayout(name: layout.name, isUnion: layout.isUnion, size: layout.size, members: members)))
    for member in members { collect(member.type) }
  }

  private mutating func collect(_ reference: EnumReference) {
    guard !enums.contains(where: { $0.reference == reference }) else { return }
    enums.append(Bundle.PrintedEnum(reference: reference, enumerators: target.enumerators(of: reference)))
  }
}
