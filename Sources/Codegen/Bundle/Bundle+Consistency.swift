import TraceLang

extension Bundle {
  /// Whether every index in it is that of something and every place lies in its map, so that running it stays within
  /// its own memory.
  var isConsistent: Bool {
    maps.allSatisfy(\.isConsistent) && programs.allSatisfy(isConsistent)
      && hooks.allSatisfy { programs.indices.contains($0.program) }
      && views.allSatisfy(isConsistent) && actions.allSatisfy(isConsistent)
      && isConsistent(lostEvents, size: 8) && isConsistent(startTime, size: 8)
      && isConsistent(cutLoops, size: 8)
      && (1...65536).contains(settings.possibleCPUs)
      && (0...1 << 30).contains(settings.logSize)
  }

  private func isConsistent(_ program: ProgramSpec) -> Bool {
    let object = program.object
    let size = object.instructions.count
    let information = program.typeInformation
    return object.relocations.allSatisfy { relocation in
      guard relocation.instruction >= 0, relocation.instruction < size - 1 else { return false }
      switch relocation.target {
      case .map(let map): return maps.indices.contains(map)
      case .mapValue(let map, let offset): return maps.indices.contains(map) && offset >= 0
      }
    } && object.functions.allSatisfy { (0..<size).contains($0.instruction) && (0...5).contains($0.parameterCount) }
      && (information?.functionInfo.count ?? 0) % ProgramBTF.functionRecordSize == 0
      && (information?.lineInfo.count ?? 0) % ProgramBTF.lineRecordSize == 0
  }

  private func isConsistent(_ place: MapView.Place?, size: Int) -> Bool {
    guard let place else { return true }
    return contains(map: place.map, offset: place.offset, size: size)
  }

  private func contains(map: Int, offset: Int, size: Int) -> Bool {
    guard maps.indices.contains(map), maps[map].flags.contains(.mappable) else { return false }
    return offset >= 0 && size >= 0 && offset <= maps[map].valueSize && size <= maps[map].valueSize - offset
  }

  private func isConsistent(_ view: MapView) -> Bool {
    guard isConsistent(view.lostUpdates, size: MapView.lostUpdatesSize),
      (0...MapSpec.maximumSize).contains(view.valueSize),
      (0...MapSpec.maximumSize).contains(view.keySize),
      view.keyFields.allSatisfy({ $0.fits(view.keySize) })
    else { return false }
    switch view.storage {
    case .hash(let hash): return isConsistent(view, hash)
    case .cells(let cells):
      guard (0...MapSpec.maximumSize).contains(cells.stride), isConsistent(cells.domain, view.keySize),
        (0...MapSpec.maximumSize / max(cells.stride, 1)).contains(cells.domain.count)
      else { return false }
      let last = max(cells.domain.count - 1, 0) * cells.stride
      return contains(map: cells.map, offset: cells.offset, size: last + view.valueSize)
        && contains(map: cells.map, offset: cells.presence, size: last + 1)
    case .slots(let slots):
      guard (0...MapSpec.maximumSize).contains(slots.cpuStride), (1...MapSpec.maximumSize).contains(slots.size),
        isConsistent(slots.domain, view.keySize),
        (0...MapSpec.maximumSize / slots.size).contains(slots.domain.count), slots.size >= view.valueSize
      else { return false }
      if let rest = slots.rest, !isConsistent(view, rest) { return false }
      guard contains(map: slots.map, offset: slots.presence, size: slots.domain.count) else { return false }
      let cpus = slots.cpuStride == 0 ? 0 : settings.possibleCPUs - 1
      return contains(
        map: slots.map, offset: slots.offset, size: cpus * slots.cpuStride + slots.domain.count * slots.size)
    }
  }

  private func isConsistent(_ view: MapView, _ hash: MapView.Hash) -> Bool {
    guard maps.indices.contains(hash.map) else { return false }
    let spec = maps[hash.map]
    guard spec.keySize >= view.keySize, spec.valueSize >= view.valueSize else { return false }
    switch hash.values {
    case .shared, .perCPU: return true
    case .slots(let stride): return stride >= view.valueSize && stride <= spec.valueSize / max(settings.possibleCPUs, 1)
    }
  }

  private func isConsistent(_ domain: MapView.Domain, _ keySize: Int) -> Bool {
    switch domain {
    case .scalar: true
    case .probes(let base, let count):
      base >= 0 && count >= 0 && count <= probeNames.count && base <= probeNames.count - count
    case .integers(let count), .cpus(let count): count >= 0
    case .keys(let keys): keys.allSatisfy { $0.count == keySize }
    }
  }

  private func isConsistent(_ action: Action) -> Bool {
    switch action {
    case .printf(let format), .cat(let format), .system(let format), .message(_, let format, _):
      format.segments.allSatisfy { segment in
        switch segment {
        case .literal: true
        case .argument(_, let field): field.fits(MapSpec.maximumSize)
        }
      }
    case .print(let field): field.fits(MapSpec.maximumSize)
    case .printMap(let view), .clear(let view), .zero(let view), .lostUpdates(let view): views.indices.contains(view)
    case .printMapValue(let view, let key, let value):
      views.indices.contains(view) && (key?.fits(MapSpec.maximumSize) ?? true) && value.fits(MapSpec.maximumSize)
    case .join(_, let capacity): (0...MapSpec.maximumSize).contains(capacity)
    case .exit, .time, .helperError: true
    }
  }
}

extension Field {
  fileprivate func fits(_ size: Int) -> Bool {
    offset >= 0 && self.size >= 0 && offset <= size && self.size <= size - offset
  }
}

extension MapSpec {
  /// More bytes than a key or a value of the kernel's maps may have.
  fileprivate static let maximumSize = 1 << 30

  fileprivate var isConsistent: Bool {
    let sizes = 0...Self.maximumSize
    guard sizes.contains(keySize), sizes.contains(valueSize), (0...Int(UInt32.max)).contains(maxEntries) else {
      return false
    }
    // What is mapped is all elements at once.
    let isMappable = (valueSize + 7) / 8 <= Self.maximumSize / max(maxEntries, 1)
    return initialValue.count <= valueSize && (isMappable || !flags.contains(.mappable))
  }
}
