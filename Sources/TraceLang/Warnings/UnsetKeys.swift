/// Finds keys that are read, tested or deleted although all keys the map is ever given are others.
struct UnsetKeys {
  private enum Key: Hashable {
    case integer(Int64)
    case string([UInt8])
    case tuple([Key])

    /// `nil` for a key that depends on the run.
    init?(_ value: TypedExpression) {
      switch value.kind {
      case .integer(let constant): self = .integer(constant)
      case .string(let bytes): self = .string(bytes)
      case .tuple(let parts):
        let keys = parts.compactMap(Key.init)
        guard keys.count == parts.count else { return nil }
        self = .tuple(keys)
      case .convert(let inner):
        guard let key = Key(inner) else { return nil }
        self = key
      case .variable, .map, .context, .member, .dereference, .index, .element, .negate, .complement, .not, .arithmetic,
        .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
        return nil
      }
    }
  }

  private let program: Program
  /// By map; `nil` when a key is not known before the run.
  private var written: [MapID: Set<Key>?] = [:]

  init(_ program: Program) {
    self.program = program
    var written: [MapID: Set<Key>?] = [:]
    func write(_ place: Destination) {
      guard case .map(let map, let syntax?) = place else { return }
      guard let key = Key(syntax), let known = written[map, default: Set()] else {
        written[map] = .some(nil)
        return
      }
      written[map] = known.union([key])
    }
    for probe in program.probes {
      probe.visitStatements { statement in
        switch statement.kind {
        case .assign(let place, _), .update(let place, _, _, _): write(place)
        case .aggregate(let map, let key, _): write(.map(map, key: key))
        case .evaluate, .conditional, .whileLoop, .unroll, .forRange, .forMap, .breakLoop, .continueLoop, .finish,
          .send:
          break
        }
      }
      probe.visitExpressions { expression in
        if case .step(let place, _, _) = expression.kind { write(place) }
      }
    }
    self.written = written
  }

  func check(_ findings: inout Findings) {
    for probe in program.probes {
      probe.visitExpressions { expression in
        switch expression.kind {
        case .map(let map, let key?): look(map, key, "reading it gives zero", &findings)
        case .call(.hasKey(let map, let key)): look(map, key, "this is always false", &findings)
        case .call(.delete(let map, let key?)): look(map, key, "there is nothing to delete", &findings)
        default: break
        }
      }
    }
  }

  private func look(_ map: MapID, _ syntax: TypedExpression, _ consequence: String, _ findings: inout Findings) {
    guard let keys = written[map] ?? nil, let key = Key(syntax) else { return }
    let name = program.maps[map.index].name
    findings.look(
      at: syntax.range, for: .key,
      keys.contains(key) ? nil : .warning("\(name) never gets this key: \(consequence)", at: syntax.range))
  }
}
