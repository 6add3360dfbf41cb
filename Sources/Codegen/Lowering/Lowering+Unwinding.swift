import TraceLang

// Frames of processes by tables (`UnwindStorage`): from the saved registers, each frame's rule gives the one before.
//
// What a step finds lies in per-CPU memory, of which the verifier knows nothing: it walks one step once where the kernel
// has loops by callback, and comes to states that it remembers where it walks through all of them. Searches halve without
// branching, so that neither multiplies.
extension Lowering {
  /// The state of a walk, in words of per-CPU memory.
  struct Walk {
    /// Where its words and its frames begin.
    let start: Int
    let frames: Int
    let limit: Int
    let storage: UnwindStorage

    enum Word: Int, CaseIterable {
      case count, pc, sp, fp, link
      /// Bytes that a row is looked for before the address: 1 for a return address, so that it is the call's.
      case back
      case stop
      // The area that the last frame was in.
      case start, bytes, kind, element, bias, firstRow, firstEntry
      // Those of the process.
      case firstArea, areaCount
      case process, image, processStart
      // The next return address that a probe has replaced: where the kernel notes it, and the stack pointer at the entry of
      // the function.
      case returnInstance, returnStack
      // Words that are read of the stack.
      case read0, read1, read2, read3, read4, read5, read6
    }

    static let size = Word.allCases.count * 8
  }

  /// Steps that kernels without loops by callback walk through.
  private static let maximumPlainSteps = 128
  private static let pageSize: Int64 = 4096

  /// Writes a process's frames, from the innermost on.
  /// - Returns: the bytes written; none where there is no process.
  mutating func unwind(to frames: Memory, limit: Int) -> Operand {
    guard let storage = plan.unwinding else { return impossible("the plan has nothing to unwind by") }
    let walk = Walk(
      start: perCPUMemory(size: Walk.size).offset, frames: frames.offset, limit: limit, storage: storage)
    set(.count, .constant(0), walk)
    set(.stop, .constant(0), walk)
    set(.kind, .constant(0), walk)
    let task = currentTask()
    when(.ne, field("mm", of: task), .constant(0)) { lowering in
      lowering.takeRegisters(of: task, walk)
      lowering.findReplacedReturns(of: task, walk)
      lowering.findProcess(task, walk)
      lowering.walk(walk)
      lowering.mark(walk)
    }
    return builder.arithmetic(.shl, get(.count, walk), .constant(3))
  }

  // MARK: - State

  /// In the function that is being built: each finds per-CPU memory itself.
  mutating func memory(of word: Walk.Word, _ walk: Walk) -> Memory {
    scratch.isUsed = true
    return Memory(base: scratch.base, offset: walk.start + word.rawValue * 8)
  }

  mutating func address(of word: Walk.Word, _ walk: Walk) -> Operand { address(memory(of: word, walk)) }

  mutating func get(_ word: Walk.Word, _ walk: Walk) -> Operand {
    let memory = memory(of: word, walk)
    return builder.load(64, memory.base, memory.offset)
  }

  mutating func set(_ word: Walk.Word, _ value: Operand, _ walk: Walk) {
    let memory = memory(of: word, walk)
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, value))
  }

  mutating func store(_ frame: Operand, at index: Operand, _ walk: Walk) {
    scratch.isUsed = true
    let place = builder.advance(scratch.base, by: scaled(index, by: 8))
    builder.emit(.store(bits: 64, base: place, offset: walk.frames, frame))
  }

  /// The last word tells why there are no more frames, where the outermost was not reached.
  private mutating func mark(_ walk: Walk) {
    when(.eq, get(.kind, walk), .constant(Int64(UnwindStorage.Kind.framePointers.rawValue))) { lowering in
      lowering.when(.ne, lowering.get(.stop, walk), .constant(0)) { lowering in
        // Code that keeps frame pointers has none in its outermost frame. Other code had to be taken for such.
        lowering.choose(
          .eq, lowering.get(.fp, walk), .constant(0), then: { $0.set(.stop, .constant(0), walk) },
          otherwise: { $0.set(.stop, .constant(Int64(UnwindStop.noRow.rawValue)), walk) })
      }
    }
    let (count, stop) = (get(.count, walk), get(.stop, walk))
    when(.ne, stop, .constant(0)) { lowering in
      lowering.when(.ult, count, .constant(Int64(walk.limit))) { lowering in
        let word = Int64(bitPattern: UnwindStorage.mark(.newProcess) & ~0xff)
        lowering.store(lowering.builder.arithmetic(.or, stop, .constant(word)), at: count, walk)
        lowering.set(.count, lowering.builder.arithmetic(.add, count, .constant(1)), walk)
      }
    }
  }

  // MARK: - Steps

  private mutating func walk(_ walk: Walk) {
    when(.eq, get(.stop, walk), .constant(0)) { lowering in
      lowering.repeatUntilStopped(walk.limit, plainLimit: Self.maximumPlainSteps) { lowering, stop in
        lowering.step(walk, stop: stop)
      }
    }
  }

  /// Ends the walk, and says why.
  private mutating func fail(
    _ reason: UnwindStop, when condition: Condition, _ a: Operand, _ b: Operand,
    _ walk: Walk, stop: BlockID, _ before: (inout Lowering) -> Void = { _ in }
  ) {
    let (failing, next) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(condition, a, b, then: failing, otherwise: next)
    builder.continueIn(failing)
    before(&self)
    set(.stop, .constant(Int64(reason.rawValue)), walk)
    builder.jump(to: stop)
    builder.continueIn(next)
  }

  /// Writes one frame and finds the one before.
  private mutating func step(_ walk: Walk, stop: BlockID) {
    let count = get(.count, walk)
    branch(to: stop, when: .uge, count, .constant(Int64(walk.limit)))
    store(get(.pc, walk), at: count, walk)
    let next = builder.arithmetic(.add, count, .constant(1))
    set(.count, next, walk)
    branch(to: stop, when: .uge, next, .constant(Int64(walk.limit)))
    let place = builder.arithmetic(.sub, get(.pc, walk), get(.back, walk))
    let distance = builder.arithmetic(.sub, place, get(.start, walk))
    when(.uge, distance, get(.bytes, walk)) { $0.findArea(of: place, walk, stop: stop) }
    let kind = get(.kind, walk)
    let rule = choose(
      .eq, kind, .constant(Int64(UnwindStorage.Kind.rows.rawValue)),
      then: { $0.rule(at: place, walk) },
      otherwise: { lowering in
        lowering.choose(
          .eq, kind, .constant(Int64(UnwindStorage.Kind.framePointers.rawValue)),
          then: { _ in .constant(Int64(UnwindRule.framePointers.bits ?? 0)) }, otherwise: { _ in .constant(0) })
      })
    apply(rule, walk, stop: stop)
  }

  /// The last of `count` things in ascending order, from `first` on, that is at most `key`; the first is.
  /// - Parameters:
  ///   - steps: as many as halve the largest count to 1; few of them do for most counts.
  ///   - value: of the thing at an index. It and the key are below 2^63.
  private mutating func lastAtMost(
    _ key: Operand, first: Operand, count: Operand, steps: Int, few: Int,
    _ value: (inout Lowering, _ index: Operand) -> Operand
  ) -> Operand {
    func halve(_ lowering: inout Lowering, _ start: Operand, _ count: Operand, _ steps: Int) -> (Operand, Operand) {
      var (start, count) = (start, count)
      for _ in 0..<steps {
        let half = lowering.builder.arithmetic(.lshr, count, .constant(1))
        let middle = lowering.builder.arithmetic(.add, start, half)
        let difference = lowering.builder.arithmetic(.sub, key, value(&lowering, middle))
        // All ones where the middle is above the key.
        let isAbove = lowering.builder.arithmetic(.ashr, difference, .constant(63))
        let taken = lowering.builder.arithmetic(
          .and, half, lowering.builder.arithmetic(.xor, isAbove, .constant(-1)))
        start = lowering.builder.arithmetic(.add, start, taken)
        count = lowering.builder.arithmetic(.sub, count, half)
      }
      return (start, count)
    }
    let (start, rest) = halve(&self, first, count, few)
    return choose(
      .ule, rest, .constant(1), then: { _ in start }, otherwise: { halve(&$0, start, rest, steps - few).0 })
  }

  private mutating func areaPlace(_ index: Operand, _ walk: Walk) -> Value {
    let bounded = builder.arithmetic(.and, index, .constant(Int64(UnwindStorage.maximumAreas - 1)))
    return builder.advance(dataAddress(walk.storage.areas, 0), by: scaled(bounded, by: UnwindStorage.Area.size))
  }

  /// Takes the area that an address lies in; one that the process has not had is asked for.
  private mutating func findArea(of place: Operand, _ walk: Walk, stop: BlockID) {
    typealias Area = UnwindStorage.Area
    let count = get(.areaCount, walk)
    fail(.noMapping, when: .eq, count, .constant(0), walk, stop: stop) { $0.request(walk) }
    let index = lastAtMost(
      builder.arithmetic(.and, place, .constant(.max)), first: get(.firstArea, walk), count: count, steps: 13, few: 6
    ) { lowering, index in
      let area = lowering.areaPlace(index, walk)
      return lowering.builder.load(64, area, Area.start)
    }
    let area = areaPlace(index, walk)
    let start = builder.load(64, area, Area.start)
    let bytes = builder.arithmetic(
      .mul, builder.load(32, area, Area.pages), .constant(Self.pageSize))
    let distance = builder.arithmetic(.sub, place, start)
    fail(.noMapping, when: .uge, distance, bytes, walk, stop: stop) { $0.request(walk) }
    set(.start, start, walk)
    set(.bytes, bytes, walk)
    set(.kind, builder.load(16, area, Area.kind), walk)
    set(.element, builder.load(16, area, Area.element), walk)
    set(.bias, builder.load(64, area, Area.bias), walk)
    set(.firstRow, builder.load(32, area, Area.firstRow), walk)
    set(.firstEntry, builder.load(32, area, Area.firstEntry), walk)
  }

  /// The rule of an address in the last area; 0 where there is none.
  private mutating func rule(at place: Operand, _ walk: Walk) -> Operand {
    typealias Storage = UnwindStorage
    let element = lookup(inMap: walk.storage.rows, address(of: .element, walk))
    return ifFound(
      element,
      then: { lowering in
        func bounded(_ lowering: inout Lowering, _ index: Operand, _ size: Int) -> Value {
          let index = lowering.builder.arithmetic(.and, index, .constant(Int64(Storage.elementSize / size - 1)))
          return lowering.builder.advance(element, by: lowering.scaled(index, by: size))
        }
        let relative = lowering.builder.arithmetic(.sub, place, lowering.get(.bias, walk))
        let page = lowering.builder.arithmetic(.udiv, relative, .constant(Int64(Storage.indexedBytes)))
        let inside = lowering.builder.arithmetic(.and, relative, .constant(Int64(Storage.indexedBytes - 1)))
        let entry = lowering.builder.arithmetic(.add, lowering.get(.firstEntry, walk), page)
        let low = lowering.builder.load(32, bounded(&lowering, entry, Storage.entrySize), 0)
        let after = lowering.builder.arithmetic(.add, entry, .constant(1))
        let high = lowering.builder.load(32, bounded(&lowering, after, Storage.entrySize), 0)
        // From the last row before these bytes on, which holds where they begin.
        let first = lowering.builder.arithmetic(
          .sub, lowering.builder.arithmetic(.add, lowering.get(.firstRow, walk), low), .constant(1))
        let count = lowering.builder.arithmetic(
          .add, lowering.builder.arithmetic(.sub, high, low), .constant(1))
        let row = lowering.lastAtMost(inside, first: first, count: count, steps: 9, few: 5) { lowering, index in
          lowering.builder.load(8, bounded(&lowering, index, Storage.rowSize), Storage.rowPlace)
        }
        let number = lowering.builder.load(16, bounded(&lowering, row, Storage.rowSize), 0)
        let rule = lowering.builder.advance(
          lowering.dataAddress(walk.storage.rules, 0), by: lowering.scaled(number, by: 4))
        return lowering.builder.load(32, rule, 0)
      }, otherwise: { _ in .constant(0) })
  }

  /// A field of a rule as a signed number of bytes.
  private mutating func offset(_ rule: Operand, _ bits: Range<Int>) -> Operand {
    let high = builder.arithmetic(.shl, rule, .constant(Int64(64 - bits.upperBound)))
    let number = builder.arithmetic(.ashr, high, .constant(Int64(64 - bits.count)))
    return builder.arithmetic(.shl, number, .constant(3))
  }

  /// Reads words of the process into the walk's memory, or ends the walk.
  private mutating func readStack(_ words: Int, at place: Operand, to word: Walk.Word, _ walk: Walk, stop: BlockID) {
    let result = builder.call(
      .probeReadUser, [address(of: word, walk), .constant(Int64(words * 8)), place])
    fail(.noMemory, when: .ne, .value(result), .constant(0), walk, stop: stop)
  }

  /// Finds the frame before by a rule.
  private mutating func apply(_ rule: Operand, _ walk: Walk, stop: BlockID) {
    let facts = target.machine.architecture.facts.unwinding
    let frame = builder.arithmetic(.and, rule, .constant(7))
    fail(.noRow, when: .eq, frame, .constant(Int64(UnwindRule.Frame.unknown.rawValue)), walk, stop: stop)
    branch(to: stop, when: .eq, frame, .constant(Int64(UnwindRule.Frame.outermost.rawValue)))
    choose(
      .eq, frame, .constant(Int64(UnwindRule.Frame.signal.rawValue)),
      then: { $0.leaveSignal(walk, stop: stop) },
      otherwise: { $0.leaveFunction(rule, frame, walk, stop: stop) })
    let pc = get(.pc, walk)
    guard facts.addressBits < 64 else { return branch(to: stop, when: .eq, pc, .constant(0)) }
    let bare = builder.arithmetic(.and, pc, .constant(1 << Int64(facts.addressBits) - 1))
    set(.pc, bare, walk)
    branch(to: stop, when: .eq, bare, .constant(0))
  }

  private mutating func leaveFunction(_ rule: Operand, _ frame: Operand, _ walk: Walk, stop: BlockID) {
    typealias Frame = UnwindRule.Frame
    let sp = get(.sp, walk)
    let offset = self.offset(rule, UnwindRule.offsetBits)
    let isAbove = builder.makeBlock(parameters: [.integer])
    func goOn(_ lowering: inout Lowering, with cfa: Operand) { lowering.builder.jump(to: isAbove, [cfa]) }
    let (byStack, others) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(.eq, frame, .constant(Int64(Frame.stackPointer.rawValue)), then: byStack, otherwise: others)
    builder.continueIn(byStack)
    goOn(&self, with: builder.arithmetic(.add, sp, offset))
    let (byLinkage, byFrame) = (builder.makeBlock(), builder.makeBlock())
    builder.continueIn(others)
    builder.branch(.eq, frame, .constant(Int64(Frame.linkage.rawValue)), then: byLinkage, otherwise: byFrame)
    builder.continueIn(byLinkage)
    // Entries are of 16 bytes, and push a word by an instruction that ends so many bytes on.
    let inside = builder.arithmetic(.and, get(.pc, walk), .constant(15))
    let isPushed = builder.arithmetic(
      .xor,
      builder.arithmetic(
        .ashr, builder.arithmetic(.sub, inside, builder.arithmetic(.ashr, offset, .constant(3))), .constant(63)),
      .constant(-1))
    let pushed = builder.arithmetic(.and, isPushed, .constant(8))
    goOn(&self, with: builder.arithmetic(.add, builder.arithmetic(.add, sp, .constant(8)), pushed))
    builder.continueIn(byFrame)
    let place = builder.arithmetic(.add, get(.fp, walk), offset)
    let (isRead, isPlain) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(.eq, frame, .constant(Int64(Frame.atFramePointer.rawValue)), then: isRead, otherwise: isPlain)
    builder.continueIn(isPlain)
    goOn(&self, with: place)
    builder.continueIn(isRead)
    readStack(1, at: place, to: .read0, walk, stop: stop)
    goOn(&self, with: get(.read0, walk))
    builder.continueIn(isAbove)
    let cfa = Operand.value(builder.function[isAbove].parameters[0])
    // A function that has pushed nothing, where calls do not either, has its caller's stack pointer.
    let isLeaf = target.machine.architecture.facts.unwinding.linkRegister != nil
    fail(.notAbove, when: isLeaf ? .ult : .ule, cfa, sp, walk, stop: stop)
    takeCaller(rule, cfa, walk, stop: stop)
    restoreReturn(toCallerAt: cfa, walk)
    set(.sp, cfa, walk)
    set(.back, .constant(1), walk)
  }

  /// Reads the caller's frame pointer and the return address.
  private mutating func takeCaller(_ rule: Operand, _ cfa: Operand, _ walk: Walk, stop: BlockID) {
    let other = offset(rule, UnwindRule.otherOffsetBits)
    let saved = builder.arithmetic(.and, builder.arithmetic(.lshr, rule, .constant(3)), .constant(3))
    let atFrame = builder.arithmetic(.add, cfa, other)
    guard target.machine.architecture.facts.unwinding.linkRegister == nil else {
      return takeLinkedCaller(rule, saved, atFrame, walk, stop: stop)
    }
    let (usual, others, done) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    // Mostly both lie side by side.
    let usualBits = UnwindRule.framePointers.bits ?? 0
    let mask: UInt32 = 0xffc0_0018
    builder.branch(
      .eq, builder.arithmetic(.and, rule, .constant(Int64(mask))), .constant(Int64(usualBits & mask)), then: usual,
      otherwise: others)
    builder.continueIn(usual)
    readStack(2, at: atFrame, to: .read0, walk, stop: stop)
    set(.fp, get(.read0, walk), walk)
    set(.pc, get(.read1, walk), walk)
    builder.jump(to: done)
    builder.continueIn(others)
    readStack(1, at: builder.arithmetic(.sub, cfa, .constant(8)), to: .read1, walk, stop: stop)
    when(.ne, saved, .constant(0)) { lowering in
      let place = lowering.choose(
        .eq, saved, .constant(Int64(UnwindRule.FramePointer.atFrame.rawValue)), then: { _ in atFrame },
        otherwise: { $0.builder.arithmetic(.add, $0.get(.fp, walk), other) })
      lowering.readStack(1, at: place, to: .read0, walk, stop: stop)
      lowering.set(.fp, lowering.get(.read0, walk), walk)
    }
    set(.pc, get(.read1, walk), walk)
    builder.jump(to: done)
    builder.continueIn(done)
  }

  /// Where calls leave the return address in a register, which functions save beside the frame pointer, or alone, or not.
  private mutating func takeLinkedCaller(
    _ rule: Operand, _ saved: Operand, _ place: Operand, _ walk: Walk, stop: BlockID
  ) {
    let isReturnSaved = builder.arithmetic(.and, rule, .constant(1 << Int64(UnwindRule.returnAddressBit)))
    choose(
      .eq, isReturnSaved, .constant(0),
      then: { lowering in
        lowering.set(.pc, lowering.get(.link, walk), walk)
      },
      otherwise: { lowering in
        lowering.readStack(2, at: place, to: .read0, walk, stop: stop)
        lowering.choose(
          .eq, saved, .constant(0),
          then: { $0.set(.pc, $0.get(.read0, walk), walk) },
          otherwise: { lowering in
            lowering.set(.fp, lowering.get(.read0, walk), walk)
            lowering.set(.pc, lowering.get(.read1, walk), walk)
          })
      })
    // It is the innermost function's alone.
    set(.link, .constant(0), walk)
  }

  /// Takes the registers that the kernel saved when it delivered a signal.
  private mutating func leaveSignal(_ walk: Walk, stop: BlockID) {
    let sp = get(.sp, walk)
    if target.machine.architecture.facts.unwinding.linkRegister == nil {
      // Kernel: struct ucontext at the stack pointer; rbp, rbx, rdx, rax, rcx, rsp and rip from byte 120 on
      // (arch/x86/include/uapi/asm/sigcontext.h).
      readStack(7, at: builder.arithmetic(.add, sp, .constant(120)), to: .read0, walk, stop: stop)
      set(.fp, get(.read0, walk), walk)
      set(.sp, get(.read5, walk), walk)
      set(.pc, get(.read6, walk), walk)
    } else {
      // struct rt_sigframe: 128 bytes of siginfo, then the ucontext, whose 31 registers begin at byte 184, followed by sp
      // and pc (arch/arm64/include/uapi/asm/sigcontext.h).
      readStack(4, at: builder.arithmetic(.add, sp, .constant(128 + 184 + 29 * 8)), to: .read0, walk, stop: stop)
      set(.fp, get(.read0, walk), walk)
      set(.link, get(.read1, walk), walk)
      set(.sp, get(.read2, walk), walk)
      set(.pc, get(.read3, walk), walk)
    }
    set(.back, .constant(0), walk)
  }
}
