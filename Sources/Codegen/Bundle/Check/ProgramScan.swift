/// What a program's instructions are, as far as loading it depends on it.
struct ProgramScan {
  /// By instruction: whether it is an `ld_imm64` that a map may go into, and whether that is nothing without one.
  private(set) var takesMap: [Bool]
  private(set) var needsMap: [Bool]
  /// Instructions that call functions of the kernel by number.
  private(set) var kernelCalls: Set<Int> = []
  /// What it does to the machine besides observing it; `nil` for nothing.
  private(set) var effect: String?

  /// More instructions than the kernel takes (include/linux/bpf.h, BPF_COMPLEXITY_LIMIT_INSNS).
  private static let maximumCount = 1_000_000

  /// - Throws: when there are instructions that this program does not know, or that name what is not the bundle's.
  init(_ object: ProgramObject) throws(BundleFault) {
    guard (1...Self.maximumCount).contains(object.instructions.count) else {
      throw BundleFault("it has \(object.instructions.count) instructions")
    }
    // Those that the loader looks up are of `CalledKernelFunction`: they change nothing.
    var known: Set<Int> = []
    for relocation in object.relocations {
      if case .kernelFunction = relocation.target { known.insert(relocation.instruction) }
    }
    takesMap = Array(repeating: false, count: object.instructions.count)
    needsMap = takesMap
    let code: [MachineInstruction]
    do throws(DecodingError) {
      code = try MachineInstruction.decode(object.instructions)
    } catch {
      throw BundleFault("it has an instruction that is not known")
    }
    var index = 0
    for instruction in code {
      try note(instruction, at: index)
      index += instruction.slotCount
    }
    if !kernelCalls.isSubset(of: known) { effect = effect ?? "calls functions of the kernel" }
  }

  private mutating func note(_ instruction: MachineInstruction, at index: Int) throws(BundleFault) {
    switch instruction {
    case .loadImmediate(_, .number): takesMap[index] = true
    case .loadImmediate(_, .mapDescriptor), .loadImmediate(_, .mapValue):
      takesMap[index] = true
      needsMap[index] = true
    case .loadImmediate(_, .function): break
    case .loadImmediate(_, .mapIndex), .loadImmediate(_, .mapIndexValue), .loadImmediate(_, .btfVariable):
      throw BundleFault("instruction \(index) names something of the process that loads it")
    case .call(.helper(let number)):
      guard let helper = Helper(rawValue: number) else {
        effect = effect ?? "calls the kernel's helper \(number)"
        return
      }
      effect = effect ?? helper.effect
    case .call(.kernel): kernelCalls.insert(index)
    case .call(.function), .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket,
      .loadAcquire, .store, .storeRelease, .atomic, .jump, .jumpLong, .mayJump, .branch, .exit:
      break
    }
  }
}

extension Helper {
  /// What a call does to others than the script's own maps; `nil` for nothing.
  fileprivate var effect: String? {
    switch self {
    case .sendSignal, .sendSignalThread: "sends signals"
    case .overrideReturn: "changes what functions of the kernel return"
    case .probeWriteUser: "changes the memory of processes"
    case .tailCall: "runs other programs"
    case .mapLookupElement, .mapUpdateElement, .mapDeleteElement, .probeRead, .ktimeGetNanoseconds, .tracePrintk,
      .getPseudoRandom, .getSMPProcessorID, .getCurrentPIDTGID, .getCurrentUIDGID, .getCurrentComm, .getStackID,
      .getNUMANodeID,
      .probeReadString, .getSocketCookie, .perfEventOutput, .getCurrentTask, .getStack, .getCurrentCgroupID,
      .skbOutput, .probeReadUser,
      .probeReadKernel, .probeReadUserString, .probeReadKernelString, .jiffies64, .getNamespacePIDTGID,
      .ktimeGetBootNanoseconds, .sequencePrintf, .sequenceWrite, .ringBufferOutput, .ringBufferReserve,
      .ringBufferSubmit,
      .ringBufferDiscard,
      .getTaskStack, .dPath, .perCPUPointer, .thisCPUPointer, .getCurrentTaskBTF, .forEachMapElement, .getFunctionIP,
      .getAttachCookie, .taskPointerRegisters, .loop, .strncmp, .mapLookupPerCPUElement, .ktimeGetTAINanoseconds:
      nil
    }
  }
}
