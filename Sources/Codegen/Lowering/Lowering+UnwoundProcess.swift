import TraceLang

// The process whose frames a program finds: its registers, and what user space knows of it.
extension Lowering {
  // MARK: - Tasks

  /// The current task, as the verifier knows it or as a number.
  enum CurrentTask {
    case typed(Value)
    case address(Operand)
  }

  mutating func currentTask() -> CurrentTask {
    guard target.has(.currentTaskBTF) else { return .address(.value(builder.call(.getCurrentTask, []))) }
    return .typed(builder.call(.getCurrentTaskBTF, [], .pointer(.kernelObject)))
  }

  private func offset(ofTask member: String) -> (offset: Int, bits: Int)? {
    guard let layout = target.layout(of: .named("struct task_struct")),
      let found = layout.members.first(where: { $0.name == member })
    else { return nil }
    return (found.offset, size(of: found.type) * 8)
  }

  /// A number, or a pointer as one, in a task.
  mutating func field(_ name: String, of task: CurrentTask) -> Operand {
    guard let (offset, bits) = offset(ofTask: name) else { return impossible("a task without \(name)") }
    switch task {
    case .typed(let object): return builder.load(bits, object, offset)
    case .address(let start):
      return read(bits, signed: false, at: builder.arithmetic(.add, start, .constant(Int64(offset))), .kernel)
    }
  }

  private mutating func leader(of task: CurrentTask) -> CurrentTask {
    switch task {
    case .typed(let object):
      guard let (offset, _) = offset(ofTask: "group_leader") else { break }
      return .typed(
        builder.define(
          .pointer(.kernelObject), .load(bits: 64, signed: false, base: object, offset: offset)))
    case .address: break
    }
    return .address(field("group_leader", of: task))
  }

  mutating func takeRegisters(of task: CurrentTask, _ walk: Walk) {
    let facts = target.machine.architecture.facts
    let unwinding = facts.unwinding
    var wanted: [(String, Walk.Word)] = [
      (unwinding.programCounter, .pc), (unwinding.stackPointer, .sp), (unwinding.framePointer, .fp),
    ]
    if let link = unwinding.linkRegister { wanted.append((link, .link)) }
    set(.back, .constant(0), walk)
    if target.has(.taskRegisters), case .typed(let object) = task {
      let registers = builder.call(.taskPointerRegisters, [.value(object)], .pointer(.kernelObject))
      for (name, word) in wanted {
        guard let offset = facts.registers.offset(of: name) else { continue }
        set(word, builder.load(64, registers, offset), walk)
      }
      return
    }
    let size = target.layout(of: .named("struct pt_regs"))?.size ?? 0
    let end = builder.arithmetic(
      .add, field("stack", of: task), .constant(Int64(unwinding.kernelStackSize - size)))
    for (name, word) in wanted {
      guard let offset = facts.registers.offset(of: name) else { continue }
      let place = builder.arithmetic(.add, end, .constant(Int64(offset)))
      let value = read(64, signed: false, at: place, .kernel)
      set(word, value, walk)
    }
  }

  // MARK: - Processes

  /// Takes what is known of the current process; one that is new, or runs another image since, is asked for.
  mutating func findProcess(_ task: CurrentTask, _ walk: Walk) {
    let number = builder.arithmetic(.lshr, .value(builder.call(.getCurrentPIDTGID, [])), .constant(32))
    set(.process, number, walk)
    set(.image, builder.arithmetic(.and, field("self_exec_id", of: task), .constant(0xffff_ffff)), walk)
    set(.processStart, field("start_boottime", of: leader(of: task)), walk)
    set(.areaCount, .constant(0), walk)
    set(.bytes, .constant(0), walk)
    let known = lookup(inMap: walk.storage.processes, address(of: .process, walk))
    let isCurrent = ifFound(
      known,
      then: { lowering in
        let given = lowering.builder.load(64, known, UnwindStorage.Process.start)
        lowering.when(.eq, given, .constant(0)) { lowering in
          // User space read it before anybody asked.
          let (start, image) = (lowering.get(.processStart, walk), lowering.get(.image, walk))
          lowering.builder.emit(.store(bits: 64, base: known, offset: UnwindStorage.Process.start, start))
          lowering.builder.emit(.store(bits: 32, base: known, offset: UnwindStorage.Process.image, image))
        }
        let differs = lowering.difference(of: known, walk)
        return lowering.choose(
          .eq, differs, .constant(0),
          then: { lowering in
            let first = lowering.builder.load(32, known, UnwindStorage.Process.firstArea)
            lowering.set(.firstArea, first, walk)
            lowering.set(.areaCount, lowering.builder.load(32, known, UnwindStorage.Process.areaCount), walk)
            return lowering.builder.load(32, known, UnwindStorage.Process.state)
          }, otherwise: { _ in .constant(0) })
      }, otherwise: { _ in .constant(0) })
    when(.eq, isCurrent, .constant(Int64(UnwindStorage.State.requested.rawValue))) { lowering in
      lowering.set(.stop, .constant(Int64(UnwindStop.newProcess.rawValue)), walk)
      lowering.store(lowering.get(.pc, walk), at: .constant(0), walk)
      lowering.set(.count, .constant(1), walk)
      lowering.request(walk)
    }
  }

  /// 0 where an entry is of the image that the current process runs.
  private mutating func difference(of known: Value, _ walk: Walk) -> Operand {
    let start = builder.load(64, known, UnwindStorage.Process.start)
    let image = builder.load(32, known, UnwindStorage.Process.image)
    let other = builder.arithmetic(.xor, start, get(.processStart, walk))
    return builder.arithmetic(.or, other, builder.arithmetic(.xor, image, get(.image, walk)))
  }

  /// Nanoseconds after which a process is asked for again that nothing came for.
  private static let patience: Int64 = 100_000_000

  /// Asks for the process, unless that was done just before.
  mutating func request(_ walk: Walk) {
    typealias Process = UnwindStorage.Process
    let now = builder.call(.ktimeGetNanoseconds, [])
    let known = lookup(inMap: walk.storage.processes, address(of: .process, walk))
    let next = builder.arithmetic(.add, .value(now), .constant(Self.patience))
    let isDue = ifFound(
      known,
      then: { lowering in
        let differs = lowering.difference(of: known, walk)
        return lowering.choose(
          .eq, differs, .constant(0),
          then: { lowering in
            let due = lowering.builder.load(64, known, Process.nextRequest)
            return lowering.choose(
              .ult, .value(now), due, then: { _ in .constant(0) },
              otherwise: { lowering in
                lowering.builder.emit(.store(bits: 64, base: known, offset: Process.nextRequest, next))
                return .constant(1)
              })
          }, otherwise: { _ in .constant(2) })
      }, otherwise: { _ in .constant(2) })
    when(.eq, isDue, .constant(2)) { lowering in
      let entry = lowering.builder.slot(size: Process.size)
      lowering.builder.emit(.zero(base: entry, offset: 0, size: Process.size, alignment: 8))
      let (start, image) = (lowering.get(.processStart, walk), lowering.get(.image, walk))
      lowering.builder.emit(.store(bits: 64, base: entry, offset: Process.start, start))
      lowering.builder.emit(.store(bits: 32, base: entry, offset: Process.image, image))
      lowering.builder.emit(.store(bits: 64, base: entry, offset: Process.nextRequest, next))
      _ = lowering.builder.call(
        .mapUpdateElement,
        [
          lowering.mapReference(walk.storage.processes), lowering.address(of: .process, walk), .value(entry),
          .constant(0),
        ])
    }
    when(.ne, isDue, .constant(0)) { $0.sendRequest(walk) }
  }

  private mutating func sendRequest(_ walk: Walk) {
    typealias Request = UnwindStorage.Request
    let record = builder.call(
      .ringBufferReserve, [mapReference(walk.storage.requests), .constant(Int64(Request.size)), .constant(0)],
      .pointer(.recordOrNull))
    when(.ne, .value(record), .constant(0)) { lowering in
      let (process, image, start) = (
        lowering.get(.process, walk), lowering.get(.image, walk), lowering.get(.processStart, walk)
      )
      lowering.builder.emit(.store(bits: 32, base: record, offset: Request.process, process))
      lowering.builder.emit(.store(bits: 32, base: record, offset: Request.image, image))
      lowering.builder.emit(.store(bits: 64, base: record, offset: Request.start, start))
      _ = lowering.builder.call(.ringBufferSubmit, [.value(record), .constant(0)])
    }
  }
}
