/// Finds keys that are read, tested or deleted although all keys the map is ever given are others.
struct UnsetKeys {
  private enum Key: Hashable {
    case integer(Int64)
    case string([UInt8])
    case tuple([Key])

    /// `nil` for a key that depends on the run.
    init?(_ value: TypedExpression) {
      if case .integer(let constant) = value.kind {
        self = .integer(constant)
      } else if case .string(let bytes) = value.kind {
        self = .string(bytes)
      } else if case .tuple(let parts) = value.kind {
        let keys = parts.compactMap(Key.init)
        guard keys.count == parts.count else { return nil }
        self = .tuple(keys)
      } else if case .convert(let inner) = value.kind, let key = Key(inner) {
        self = key
      } else {
        return nil
      }
    }
  }

  private let program: Program
  /// By map.
  private var written: [MapID: Set<Key>] = [:]
  /// Maps of which a key is not known before the run.
  private var open: Set<MapID> = []

  init(_ program: Program) {
    self.program = program
    var written: [MapID: Set<Key>] = [:]
    var open: Set<MapID> = []
    func write(_ place: Destination) {
      guard case .map(let map, let syntax?) = place else { return }
      if let key = Key(syntax) { written[map, default: []].insert(key) } else { open.insert(map) }
    }
    for probe in program.probes {
      probe.visitStatements { statement in
        switch statement.kind {
        case .assign(let place, _), .update(let place, _, _, _): write(place)
        case .aggregate(let map, let key, _), .copy(let map, let key, _, _, _): write(.map(map, key: key))
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
    self.open = open
  }

  func check(_ findings: inout Findings) {
    for probe in program.probes {
      probe.visitStatements { statement in
        guard case .copy(_, _, let map, let key?, _) = statement.kind else { return }
        look(map, key, "there is nothing to copy", &findings)
      }
      probe.visitExpressions { expression in
        if case .map(let map, let key?) = expression.kind { look(map, key, "reading it gives zero", &findings) }
        if case .call(.hasKey(let map, let key)) = expression.kind { look(map, key, "this is always false", &findings) }
        if case .call(.delete(let map, let key?)) = expression.kind {
          look(map, key, "there is nothing to delete", &findings)
        }
      }
    }
  }

  private func look(_ map: MapID, _ syntax: TypedExpression, _ consequence: String, _ findings: inout Findings) {
    guard !open.contains(map), let keys = written[map], let key = Key(syntax) else { return }
    let name = program.maps[map.index].name
    findings.look(
      at: syntax.range, for: .key,
      keys.contains(key) ? nil : .warning("\(name) never gets this key: \(consequence)", at: syntax.range))
  }
}
