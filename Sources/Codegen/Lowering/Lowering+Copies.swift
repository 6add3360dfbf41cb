import TraceLang

// Entries of aggregations given to other ones. Both maps are hashes whose entries lie alike, with all CPUs' values in
// them.
extension Lowering {
  /// `@m[key] = @n[at]`, or `+=`.
  mutating func copy(
    _ map: MapID, _ key: TypedExpression?, from source: MapID, _ sourceKey: TypedExpression?, merges: Bool
  ) {
    guard case .aggregation(let aggregation, .hash(let hash)) = plan.views[map.index].content,
      case .aggregation(_, .hash(let sourceHash)) = plan.views[source.index].content, hash.values == sourceHash.values
    else {
      impossible("a copy between entries that do not lie alike")
      return
    }
    let key = keyAddress(key)
    let sourceKey = keyAddress(sourceKey)
    let entry = lookup(inMap: sourceHash.map, sourceKey)
    choose(.ne, .value(entry), .constant(0)) { lowering in
      if merges {
        lowering.merge(entry, aggregation, into: map, hash, at: key)
      } else {
        lowering.store(map, hash.map, key, .value(entry))
      }
    } otherwise: { lowering in
      if !merges { _ = lowering.builder.call(.mapDeleteElement, [lowering.mapReference(hash.map), key]) }
    }
  }

  /// Adds what is in all slots of an entry to the current CPU's slot of another one.
  private mutating func merge(
    _ entry: Value, _ aggregation: Aggregation, into map: MapID, _ hash: MapView.Hash, at key: Operand
  ) {
    let isAtomic = plan.needsAtomicUpdates[map.index]
    let cpus = target.machine.possibleCPUs
    withEntry(map, hash.map, at: key) { lowering, merged in
      switch hash.values {
      case .slots(let stride):
        let places = (0..<cpus).map { SlotPlace(base: entry, offset: $0 * stride) }
        let slot = lowering.currentCPU(merged, stride, of: cpus)
        aggregation.code.merge(places, into: slot, isAtomic: isAtomic, in: &lowering)
      case .shared:
        aggregation.code.merge(
          [SlotPlace(base: entry, offset: 0)], into: merged, isAtomic: true, in: &lowering)
      case .perCPU: lowering.impossible("an entry of one CPU is merged")
      }
    }
  }
}
