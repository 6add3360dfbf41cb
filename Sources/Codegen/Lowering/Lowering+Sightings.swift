import TraceLang

// Processes whose addresses are taken (`SightingStorage`).
extension Lowering {
  /// Tells of the current process, unless it was told of just before.
  mutating func noteSighting() {
    guard let storage = plan.sightings else { return }
    // Where the kernel does not say what tasks have, all images of a process are one.
    let knowsTasks = target.layout(of: .named("struct task_struct")) != nil
    let image = knowsTasks ? field("mm", of: currentTask()) : .constant(1)
    when(.ne, image, .constant(0)) { $0.noteSighting(of: image, storage) }
  }

  private mutating func noteSighting(of image: Operand, _ storage: SightingStorage) {
    typealias Process = SightingStorage.Process
    let number = builder.arithmetic(.lshr, .value(builder.call(.getCurrentPIDTGID, [])), .constant(32))
    let key = builder.slot(size: 8)
    builder.emit(.store(bits: 64, base: key, offset: 0, number))
    let known = lookup(inMap: storage.processes, .value(key))
    let isDue = ifFound(
      known,
      then: { lowering in
        let last = lowering.builder.load(64, known, Process.image)
        return lowering.choose(
          .eq, last, image,
          then: { lowering in
            let count = lowering.builder.arithmetic(
              .add, lowering.builder.load(64, known, Process.count), .constant(1))
            lowering.builder.emit(.store(bits: 64, base: known, offset: Process.count, count))
            // 0 for powers of two.
            return lowering.builder.arithmetic(
              .and, count, lowering.builder.arithmetic(.sub, count, .constant(1)))
          },
          otherwise: { lowering in
            lowering.builder.emit(.store(bits: 64, base: known, offset: Process.image, image))
            lowering.builder.emit(.store(bits: 64, base: known, offset: Process.count, .constant(1)))
            return .constant(0)
          })
      },
      otherwise: { lowering in
        let entry = lowering.builder.slot(size: Process.size)
        lowering.builder.emit(.store(bits: 64, base: entry, offset: Process.image, image))
        lowering.builder.emit(.store(bits: 64, base: entry, offset: Process.count, .constant(1)))
        _ = lowering.builder.call(
          .mapUpdateElement,
          [lowering.mapReference(storage.processes), .value(key), .value(entry), .constant(0)])
        return .constant(0)
      })
    when(.eq, isDue, .constant(0)) { lowering in
      typealias Record = SightingStorage.Record
      let record = lowering.builder.call(
        .ringBufferReserve, [lowering.mapReference(storage.records), .constant(Int64(Record.size)), .constant(0)],
        .pointer(.recordOrNull))
      lowering.when(.ne, .value(record), .constant(0)) { lowering in
        lowering.builder.emit(.store(bits: 64, base: record, offset: Record.image, image))
        lowering.builder.emit(.store(bits: 64, base: record, offset: Record.process, number))
        _ = lowering.builder.call(.ringBufferSubmit, [.value(record), .constant(0)])
      }
    }
  }
}
