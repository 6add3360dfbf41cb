/// What operations do to maps and stack slots.
struct MemoryEffects {
  struct Effect {
    var everything = false
    var maps: Set<Int> = []
    var slots: Set<Slot> = []

    mutating func merge(_ other: Effect) {
      everything = everything || other.everything
      if !other.maps.isEmpty { maps.formUnion(other.maps) }
      if !other.slots.isEmpty { slots.formUnion(other.slots) }
    }

    /// Whether a lookup in a map by a key in a slot may give something else afterwards.
    func changes(map: Int, slot: Slot) -> Bool { everything || maps.contains(map) || slots.contains(slot) }
  }

  private let slots: SlotUses
  private let types: [ValueType]

  init(_ function: Function) {
    slots = SlotUses(function)
    types = function.valueTypes
  }

  /// The map and the key's slot of a lookup whose key nothing changes unseen.
  func lookupOperands(_ operation: Operation) -> (map: Int, slot: Slot)? {
    guard case .call(.mapLookupElement, let operands) = operation, operands.count == 2,
      case .value(let map) = operands[0], case .pointer(.mapReference(let index)) = types[map.index],
      case .value(let key) = operands[1], let place = slots.places[key.index], !slots.isUntracked[place.slot.index]
    else { return nil }
    return (index, place.slot)
  }

  func effect(of operation: Operation) -> Effect {
    var effect = Effect()
    if let written = operation.writtenPlace, let place = slots.places[written.base.index] {
      effect.slots.insert(place.slot)
    }
    guard let arguments = operation.arguments else { return effect }
    guard case .call(let helper, _) = operation, !helper.runsCallback else {
      effect.everything = true
      return effect
    }
    for (index, operand) in arguments.enumerated() {
      guard case .value(let value) = operand else { continue }
      if case .pointer(.mapReference(let map)) = types[value.index], helper.changesMaps { effect.maps.insert(map) }
      if let place = slots.places[value.index], !helper.onlyReads(argument: index) { effect.slots.insert(place.slot) }
    }
    return effect
  }
}

extension Helper {
  /// Whether entries of the map among its arguments may come, go or move.
  var changesMaps: Bool { self == .mapUpdateElement || self == .mapDeleteElement || runsCallback }

  /// Whether it calls a function of the program.
  var runsCallback: Bool { self == .forEachMapElement || self == .loop }

  /// Whether the memory that an argument points to stays as it is.
  func onlyReads(argument index: Int) -> Bool {
    switch self {
    case .mapLookupElement, .mapDeleteElement, .mapLookupPerCPUElement: index == 1
    case .mapUpdateElement: index == 1 || index == 2
    case .ringBufferOutput, .sequenceWrite, .probeWriteUser: index == 1
    case .perfEventOutput, .skbOutput: index == 3
    case .sequencePrintf: index == 1 || index == 3
    case .strncmp: index == 0 || index == 2
    case .tracePrintk: true
    case .probeRead, .ktimeGetNanoseconds, .getPseudoRandom, .getSMPProcessorID, .tailCall, .getCurrentPIDTGID,
      .getCurrentUIDGID, .getCurrentComm, .getStackID, .getNUMANodeID, .probeReadString, .getSocketCookie,
      .getCurrentTask,
      .overrideReturn, .getStack, .getCurrentCgroupID, .sendSignal, .probeReadUser, .probeReadKernel,
      .probeReadUserString, .probeReadKernelString, .sendSignalThread, .jiffies64, .getNamespacePIDTGID,
      .ktimeGetBootNanoseconds, .ringBufferReserve, .ringBufferSubmit, .ringBufferDiscard, .getTaskStack, .dPath,
      .perCPUPointer, .thisCPUPointer, .getCurrentTaskBTF, .forEachMapElement, .getFunctionIP, .getAttachCookie,
      .taskPointerRegisters, .loop, .ktimeGetTAINanoseconds:
      false
    }
  }
}
