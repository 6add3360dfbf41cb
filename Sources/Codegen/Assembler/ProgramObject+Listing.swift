extension ProgramObject {
  /// The program as text, an instruction a line with its slot's number; functions and changes of source line stand
  /// between them. Slots that are not instructions show as their number.
  public func listing(sourceLine: (SourceLine) -> String? = { _ in nil }) -> String {
    var text = ""
    var index = 0
    var nextFunction = functions[...]
    var nextLine = lines[...]
    var relocation = relocations[...]
    while index < instructions.count {
      if let function = nextFunction.first, function.instruction == index {
        nextFunction.removeFirst()
        text += "\(function.name):\n"
      }
      if let info = nextLine.first, info.instruction == index {
        nextLine.removeFirst()
        if let line = sourceLine(info.line) { text += "; \(line)\n" }
      }
      let second = index + 1 < instructions.count ? instructions[index + 1] : nil
      guard let instruction = try? MachineInstruction(instructions[index], second) else {
        text += "\(padded(index)) .quad \(instructions[index])\n"
        index += 1
        continue
      }
      var shown = "\(instruction)"
      if let target = relocation.first, target.instruction == index {
        relocation.removeFirst()
        switch instruction {
        case .loadImmediate(let register, _): shown = "\(register) = \(target.target) ll"
        case .call: shown = "call \(target.target)"
        case .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket, .loadAcquire, .store,
          .storeRelease, .atomic, .jump, .jumpLong, .mayJump, .branch, .exit:
          break
        }
      }
      text += "\(padded(index)) \(shown)\n"
      index += instruction.slotCount
    }
    return text
  }

  private func padded(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: " ", count: max(0, 4 - digits.count)) + digits + ":"
  }
}

extension ProgramObject.Relocation.Target: CustomStringConvertible {
  public var description: String {
    switch self {
    case .map(let index): "map[\(index)]"
    case .mapValue(let index, let offset): "map[\(index)][0]+\(offset)"
    case .kernelFunction(let function): function.rawValue
    }
  }
}
