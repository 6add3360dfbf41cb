import TraceLang

// Functions of the standard library; those of strings and stacks are in files of their own.
extension Lowering {
  /// A function whose value fits a register.
  mutating func library(_ function: LibraryFunction) -> Operand {
    releasingMemory(of: function) { $0.value(of: function) }
  }

  /// Runs what computes a function and then gives the per-CPU memory it took to others; variables that its arguments
  /// assign keep theirs.
  private mutating func releasingMemory<Result>(
    of function: LibraryFunction, _ compute: (inout Lowering) -> Result
  ) -> Result {
    func assigns(_ expression: TypedExpression) -> Bool {
      if case .block = expression.kind { return true }
      return expression.children.contains(where: assigns)
    }
    if function.arguments.contains(where: assigns) { return compute(&self) }
    let start = scratch.used
    defer { scratch.used = start }
    return compute(&self)
  }

  private mutating func value(of function: LibraryFunction) -> Operand {
    switch function {
    case .stringLength(let text): return stringLength(text)
    case .stringIndex(let haystack, let needle): return stringIndex(haystack, needle)
    case .part(let part, let map, let key): return self.part(part, of: map, key)
    case .byte(let text, let position): return byte(of: text, at: position)
    case .writeUser(let place, let source, let count): return writeUser(place, source, count)
    case .compareBytes(let left, let right, let count): return compareBytes(left, right, count)
    case .globMatch(let text, let states): return globMatch(text, states)
    case .namespaceID(let namespace, let isThread): return namespaceID(namespace, isThread: isThread)
    case .userMode: return userMode()
    case .register(let offset): return builder.load(64, entry.context, offset)
    case .perCPUAddress(let symbol, let offsets, let cpu): return perCPUAddress(symbol, offsets, cpu)
    case .userAddress(let variable): return address(of: variable)
    case .softwareTAI:
      let now = builder.call(.ktimeGetBootNanoseconds, [])
      return builder.arithmetic(.add, .value(now), builder.load(64, address(of: .taiOffset), 0))
    case .signal(let number, let isThread):
      return .value(builder.call(isThread ? .sendSignalThread : .sendSignal, [scalar(number)]))
    case .stackDepth(let stack): return stackDepth(stack)
    case .socketCookie(let socket): return socketCookie(socket)
    case .packetOutput(let packet, let length, let offset, let file):
      return packetOutput(packet, length, offset, file)
    case .override(let result):
      let value = scalar(result)
      return .value(builder.call(.overrideReturn, [.value(entry.context), value]))
    case .bytes, .inet, .macAddress, .cgroupPath, .path, .stack, .concatenation, .text, .taskName:
      return impossible("a value of several words in a register")
    }
  }

  /// A function whose value lies in memory.
  mutating func write(_ function: LibraryFunction, to memory: Memory, isPadded: Bool, at range: SourceRange) {
    switch function {
    case .bytes(let bytes): write(bytes, to: memory)
    case .inet(let family, let address): writeAddress(address, family, to: memory)
    case .macAddress(let source):
      zero(memory, size: 8)
      if case .pointer(_, let space) = source.type {
        let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
        let place = scalar(source)
        _ = builder.call(helper, [address(memory), .constant(6), place])
      } else {
        write(source, to: memory, isPadded: false)
      }
    case .cgroupPath(let identifier, let filter):
      let value = scalar(identifier)
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, value))
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + 8, .constant(Int64(filter))))
    case .path(let source, let capacity):
      releasingMemory(of: function) {
        $0.writePath(source, capacity: capacity, to: memory, isPadded: isPadded, at: range)
      }
    case .stack(let type): releasingMemory(of: function) { $0.writeStack(type, to: memory) }
    case .concatenation(let first, let second):
      releasingMemory(of: function) { $0.writeConcatenation(first, second, to: memory) }
    case .text(let number, let table): writeText(of: number, table, to: memory)
    case .taskName(let number): writeTaskName(number, to: memory)
    case .signal, .override, .writeUser, .packetOutput: _ = library(function)
    case .stringLength, .stringIndex, .part, .byte, .compareBytes, .globMatch, .namespaceID, .userMode, .register,
      .perCPUAddress,
      .userAddress, .softwareTAI, .stackDepth, .socketCookie:
      impossible("a number in memory")
    }
  }

  /// 1 where the bytes could be written.
  private mutating func writeUser(_ place: TypedExpression, _ source: TypedExpression, _ count: Int) -> Operand {
    let destination = scalar(place)
    let memory = temporary(size: (count + 7) / 8 * 8)
    zero(memory, size: (count + 7) / 8 * 8)
    if case .pointer(_, let space) = source.type {
      let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
      _ = builder.call(helper, [address(memory), .constant(Int64(count)), scalar(source)])
    } else {
      let value = materialize(source, isPadded: true)
      copy(to: memory, from: value, size: min(count, size(of: source.type)))
    }
    let result = builder.call(.probeWriteUser, [destination, address(memory), .constant(Int64(count))])
    return .value(builder.define(.integer, .compare(.eq, .value(result), .constant(0))))
  }

  /// Constant bytes, in stores as wide as the memory's alignment allows.
  mutating func write(_ bytes: [UInt8], to memory: Memory) {
    var position = 0
    while position < bytes.count {
      var width = alignment(memory.advanced(by: position))
      while width > bytes.count - position { width /= 2 }
      var word: UInt64 = 0
      for index in 0..<width { word |= UInt64(bytes[position + index]) << UInt64(index * 8) }
      builder.emit(
        .store(bits: width * 8, base: memory.base, offset: memory.offset + position, .constant(Int64(bitPattern: word)))
      )
      position += width
    }
  }

  private mutating func writeAddress(_ address: TypedExpression, _ family: TypedExpression, to memory: Memory) {
    zero(memory, size: 24)
    let number = scalar(family)
    builder.emit(.store(bits: 32, base: memory.base, offset: memory.offset, number))
    if address.type.isScalar {
      let value = scalar(address)
      builder.emit(.store(bits: 32, base: memory.base, offset: memory.offset + 4, value))
    } else {
      let source = temporary(size: max(size(of: address.type), 8))
      write(address, to: source, isPadded: false)
      copy(to: memory.advanced(by: 4), from: source, size: min(size(of: address.type), 16))
    }
  }

  // MARK: - Surroundings

  /// Kernel: struct bpf_pidns_info { __u32 pid; __u32 tgid; }, left alone for a task of another namespace.
  private mutating func namespaceID(_ namespace: PIDNamespace, isThread: Bool) -> Operand {
    let memory = builder.slot(size: 8)
    builder.emit(.store(bits: 64, base: memory, offset: 0, .constant(0)))
    _ = builder.call(
      .getNamespacePIDTGID,
      [
        .constant(Int64(bitPattern: namespace.device)), .constant(Int64(bitPattern: namespace.inode)), .value(memory),
        .constant(8),
      ])
    return builder.load(32, memory, isThread ? 0 : 4)
  }

  /// The privilege in the saved registers.
  private mutating func userMode() -> Operand {
    let facts = target.machine.architecture.facts
    let mode = facts.userMode
    let level = builder.arithmetic(.and, register(mode.register), .constant(mode.mask))
    return .value(builder.define(.integer, .compare(.eq, level, .constant(mode.value))))
  }

  /// The kernel keeps each CPU's distance from a per-CPU symbol in an array (Kernel: __per_cpu_offset).
  private mutating func perCPUAddress(_ symbol: UInt64, _ offsets: UInt64, _ cpu: TypedExpression?) -> Operand {
    func address(_ lowering: inout Lowering, _ cpu: Operand) -> Operand {
      let place = lowering.builder.arithmetic(
        .add, lowering.scaled(cpu, by: 8), .constant(Int64(bitPattern: offsets)))
      let distance = lowering.read(64, signed: false, at: place, .kernel)
      return lowering.builder.arithmetic(.add, distance, .constant(Int64(bitPattern: symbol)))
    }
    guard let cpu else { return address(&self, .value(builder.call(.getSMPProcessorID, []))) }
    let number = scalar(cpu)
    return choose(
      .ult, number, .constant(Int64(target.machine.possibleCPUs)), then: { address(&$0, number) },
      otherwise: { _ in .constant(0) })
  }
}
