import TraceLang

// Members of kernel objects that the verifier knows the type of are plain loads: those reached from the current task or
// from the arguments of a BTF-typed raw tracepoint by members alone (Kernel: btf_struct_walk in kernel/bpf/btf.c). A load
// through a bad pointer gives 0 there, as a failed read by helper does.
extension Lowering {
  /// An argument as a number. Of a typed program, a plain load would give a pointer, which arithmetic refuses.
  mutating func argumentWord(_ offset: Int) -> Operand {
    guard placement.load.isTyped else { return builder.load(64, entry.context, offset) }
    return read(64, signed: false, at: .value(builder.advance(entry.context, by: .constant(Int64(offset)))), .kernel)
  }

  /// A scalar member of a kernel object, or `nil` where the verifier would not follow.
  mutating func kernelMember(_ base: TypedExpression, _ member: RecordLayout.Member, _ type: Type) -> Operand? {
    guard member.bitField == nil, let integer = type.integer, isFollowed(base), hasPlainPath(base, member) else {
      return nil
    }
    return place(of: base).map { place in
      nonNull(place, .integer) { lowering in
        lowering.builder.define(
          .integer,
          .load(
            bits: integer.bits, signed: integer.isSigned, base: place.object, offset: place.offset + member.offset))
      }
    }
  }

  /// A member of the current task and the task itself, where loads are cheaper than helpers: in programs that run often
  /// enough to be worth a look into the kernel's types.
  mutating func taskMember(_ name: String) -> (task: Value, member: RecordLayout.Member)? {
    guard target.has(.currentTaskBTF), probe.traits.pace == .event else { return nil }
    let task = RecordReference.named("struct task_struct")
    guard let layout = target.layout(of: task), let member = layout.members.first(where: { $0.name == name }),
      member.bitField == nil, member.offset <= Self.maximumOffset
    else { return nil }
    return (builder.call(.getCurrentTaskBTF, [], .pointer(.kernelObject)), member)
  }

  /// The name of the thread with a number.
  mutating func writeTaskName(_ number: TypedExpression, to memory: Memory) {
    let name = target.layout(of: .named("struct task_struct"))?.members.first { $0.name == "comm" }
    guard let name else {
      impossible("a task without a name")
      return
    }
    let task = builder.call(.taskFromPID, [scalar(number)], .pointer(.kernelObject))
    choose(
      .ne, .value(task), .constant(0),
      then: {
        let place = $0.builder.advance(task, by: .constant(Int64(name.offset)))
        _ = $0.builder.call(.probeReadKernel, [$0.address(memory), .constant(16), .value(place)])
        _ = $0.builder.call(.taskRelease, [.value(task)])
      }, otherwise: { $0.write(Array("N/A".utf8) + [UInt8](repeating: 0, count: 13), to: memory) })
  }

  /// A number among the current task's own members.
  mutating func taskField(_ name: String) -> Operand? {
    guard let (task, member) = taskMember(name) else { return nil }
    return builder.load(size(of: member.type) * 8, task, member.offset)
  }

  /// The name of a path that the verifier knows as one: the way to it from the probe's arguments is by members alone.
  mutating func writePath(
    _ source: TypedExpression, capacity: Int, to memory: Memory, isPadded: Bool, at range: SourceRange
  ) {
    // Nothing is written where there is no path, and on kernels before 5.15 where its name is too long.
    zero(memory, size: capacity)
    guard let place = place(of: source) else {
      impossible("a path that the verifier does not know")
      return
    }
    when(.ne, .value(place.object), .constant(0)) {
      // The kernel leaves what it wrote on the way behind the end.
      let text = isPadded ? $0.temporary(size: Planner.words(capacity)) : memory
      if isPadded { $0.zero(text, size: capacity) }
      let path = $0.builder.advance(place.object, by: .constant(Int64(place.offset)))
      _ = $0.guardedCall(.dPath, [.value(path), $0.address(text), .constant(Int64(capacity))], at: range)
      if isPadded {
        _ = $0.builder.call(.probeReadKernelString, [$0.address(memory), .constant(Int64(capacity)), $0.address(text)])
      }
    }
  }

  /// The number of a socket that the verifier knows as one; 0 where there is none.
  mutating func socketCookie(_ socket: TypedExpression) -> Operand {
    guard var place = place(of: socket) else { return impossible("a socket that the verifier does not know") }
    place.mayBeNull = true
    return nonNull(place, .integer) { lowering in
      let object = lowering.builder.advance(place.object, by: .constant(Int64(place.offset)))
      return lowering.builder.call(.getSocketCookie, [.value(object)])
    }
  }

  /// Sends a packet by a perf event of this CPU, behind a `PacketHeader`: 0, or an error number below it.
  mutating func packetOutput(
    _ packet: TypedExpression, _ length: TypedExpression, _ offset: Int, _ file: Int
  ) -> Operand {
    guard var place = place(of: packet), let map = plan.packetMap else {
      return impossible("a packet that the verifier does not know")
    }
    place.mayBeNull = true
    let wanted = scalar(length)
    let longest = Operand.constant(LibraryFunction.longestPacket)
    let count = choose(.ule, wanted, longest, then: { _ in wanted }, otherwise: { _ in longest })
    return nonNull(place, .integer) { lowering in
      let object = lowering.builder.advance(place.object, by: .constant(Int64(place.offset)))
      let header = lowering.builder.slot(size: PacketHeader.size)
      let now = lowering.builder.call(.ktimeGetBootNanoseconds, [])
      lowering.builder.emit(.store(bits: 64, base: header, offset: PacketHeader.time, .value(now)))
      lowering.builder.emit(.store(bits: 32, base: header, offset: PacketHeader.file, .constant(Int64(file))))
      lowering.builder.emit(.store(bits: 32, base: header, offset: PacketHeader.start, .constant(Int64(offset))))
      lowering.builder.emit(.store(bits: 64, base: header, offset: PacketHeader.end, count))
      // Kernel: include/uapi/linux/bpf.h, BPF_F_CURRENT_CPU, BPF_F_CTXLEN_MASK.
      let flags = lowering.builder.arithmetic(
        .or, lowering.builder.arithmetic(.shl, count, .constant(32)), .constant(0xffff_ffff))
      return lowering.builder.call(
        .skbOutput,
        [
          .value(object), lowering.mapReference(map), flags, .value(header), .constant(Int64(PacketHeader.size)),
        ])
    }
  }

  private struct ObjectPlace {
    let object: Value
    var offset = 0
    /// Whether the verifier may think that the object is not there.
    var mayBeNull = false
  }

  /// Where a struct lies, given as itself or by a pointer to it; only for what `isFollowed`.
  private mutating func place(of base: TypedExpression) -> ObjectPlace? {
    switch base.kind {
    case .context(.curtask):
      return ObjectPlace(object: builder.call(.getCurrentTaskBTF, [], .pointer(.kernelObject)))
    case .member(let root, let member) where root.kind == .context(.arguments):
      let load = Operation.load(bits: 64, signed: false, base: entry.context, offset: member.offset)
      return ObjectPlace(object: builder.define(.pointer(.kernelObject), load), mayBeNull: true)
    case .member(let outer, let member):
      guard var place = place(of: outer) else { return nil }
      guard base.type.isScalar else {
        place.offset += member.offset
        return place
      }
      guard !place.mayBeNull else {
        let next = nonNull(place, .pointer(.kernelObject)) { lowering in
          lowering.follow(place, member)
        }
        return ObjectPlace(object: builder.value(next), mayBeNull: true)
      }
      return ObjectPlace(object: follow(place, member))
    case .integer, .string, .variable, .map, .context, .address, .dereference, .index, .element, .tuple, .convert,
      .negate,
      .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return nil
    }
  }

  private mutating func follow(_ place: ObjectPlace, _ member: RecordLayout.Member) -> Value {
    builder.define(
      .pointer(.kernelObject),
      .load(bits: 64, signed: false, base: place.object, offset: place.offset + member.offset))
  }

  /// What `load` gives where the object is there, else 0.
  private mutating func nonNull(
    _ place: ObjectPlace, _ type: ValueType, _ load: (inout Lowering) -> Value
  ) -> Operand {
    guard place.mayBeNull else { return .value(load(&self)) }
    return ifFound(place.object, type, then: { .value(load(&$0)) }, otherwise: { _ in .constant(0) })
  }

  // MARK: - What the verifier follows

  /// Whether the verifier knows the object that a struct, or a pointer to one, is or is in.
  private func isFollowed(_ base: TypedExpression) -> Bool {
    switch base.kind {
    case .context(.curtask): return target.has(.currentTaskBTF)
    case .member(let root, let member) where root.kind == .context(.arguments):
      guard entry.syscall == nil, placement.load.isTyped, member.location == nil else { return false }
      return isObjectPointer(member.type)
    case .member(let outer, let member):
      guard isFollowed(outer), hasPlainPath(outer, member) else { return false }
      if case .record = base.type { return true }
      return isObjectPointer(member.type)
    case .integer, .string, .variable, .map, .context, .address, .dereference, .index, .element, .tuple, .convert,
      .negate,
      .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return false
    }
  }

  private func isObjectPointer(_ type: Type) -> Bool {
    guard case .pointer(.record(.btf(object: 0, _, _)), .kernel) = type else { return false }
    return true
  }

  /// The largest offset of a load (Kernel: struct bpf_insn, off).
  private static let maximumOffset = Int(Int16.max) - 8

  /// Whether a member lies in its struct by structs alone: of a union's members the verifier takes the first that fits.
  private func hasPlainPath(_ base: TypedExpression, _ member: RecordLayout.Member) -> Bool {
    var offset = member.offset
    guard var current = base.type.recordOfMembers, offset <= Self.maximumOffset / 2 else { return false }
    while let layout = target.layout(of: current), !layout.isUnion {
      guard let holder = layout.members.last(where: { $0.offset <= offset && $0.bitField == nil }) else { return false }
      if holder.offset == offset, holder.name == member.name, holder.type == member.type { return true }
      guard case .record(let inner) = holder.type else { return false }
      current = inner
      offset -= holder.offset
    }
    return false
  }
}
