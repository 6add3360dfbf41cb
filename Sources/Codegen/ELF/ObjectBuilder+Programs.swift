import TraceLang

extension ObjectBuilder {
  /// Adds each program once for each section that its hooks ask for, and what it calls to `.text`.
  mutating func addPrograms() throws(BundleError) {
    var sections: [String: ELFWriter.SectionID] = [:]
    var text: TextSection?
    for (index, spec) in bundle.programs.enumerated() {
      var names: [String] = []
      for hook in bundle.hooks where hook.program == index {
        guard let name = spec.load.sectionName(hook.point) else {
          throw BundleError("an object cannot say where '\(hook.title)' attaches")
        }
        if !names.contains(name) { names.append(name) }
      }
      let pieces = try spec.object.pieces()
      for name in names {
        let section = sections[name] ?? elf.addSection(name, .code, alignment: 8)
        sections[name] = section
        if pieces.count > 1, text == nil { text = makeText() }
        try add(spec, pieces, to: section, name, text)
      }
    }
  }

  /// The section of functions that programs call.
  private struct TextSection {
    let section: ELFWriter.SectionID
    let symbol: ELFWriter.SymbolID
  }

  private mutating func makeText() -> TextSection {
    let section = elf.addSection(".text", .code, alignment: 8)
    let symbol = elf.addSymbol(
      ELFWriter.Symbol(name: "", kind: .section, isGlobal: false, section: section, offset: 0, size: 0))
    return TextSection(section: section, symbol: symbol)
  }

  private mutating func add(
    _ spec: ProgramSpec, _ pieces: [ProgramPiece], to section: ELFWriter.SectionID, _ sectionName: String,
    _ text: TextSection?
  ) throws(BundleError) {
    // Where each function's code begins in its section, in slots; all are known before calls are made to them.
    var starts: [Int] = []
    for (number, piece) in pieces.enumerated() {
      let place = number == 0 ? section : text?.section ?? section
      starts.append(elf.append(piece.bytes, to: place) / 8)
    }
    for (number, piece) in pieces.enumerated() {
      let isProgram = number == 0
      let place = isProgram ? section : text?.section ?? section
      let name = unique(isProgram ? spec.name : "\(spec.name)_\(piece.function.name)")
      _ = elf.addSymbol(
        ELFWriter.Symbol(
          name: name, kind: .function, isGlobal: isProgram, section: place, offset: starts[number] * 8,
          size: piece.bytes.count))
      functionLines.add(
        section: isProgram ? sectionName : ".text", start: starts[number],
        type: functionType(name, piece.function, isProgram: isProgram), lines: lines(of: spec, piece))
      for relocation in spec.object.relocations where piece.range.contains(relocation.instruction) {
        let offset = (starts[number] + relocation.instruction - piece.range.lowerBound) * 8
        let map: Int
        let addend: Int
        switch relocation.target {
        case .map(let index): (map, addend) = (index, 0)
        case .mapValue(let index, let offset): (map, addend) = (index, offset)
        case .kernelFunction(let function):
          throw BundleError("an object cannot hold the program: it calls '\(function.rawValue)' of the kernel")
        }
        // libbpf says what the immediate is of, and takes the place in a section from the first slot.
        elf.editSlot(at: offset, in: place) {
          $0.source = 0
          $0.immediate = Int32(truncatingIfNeeded: addend)
        }
        elf.editSlot(at: offset + 8, in: place) { $0.immediate = 0 }
        elf.addRelocation(
          ELFWriter.Relocation(offset: offset, symbol: mapSymbols[map], kind: .wideImmediate), to: place)
      }
      for reference in piece.references {
        guard let text else { continue }
        // libbpf: bpf_object__reloc_code; calls count slots from the section's start less one, addresses count bytes.
        let target = starts[reference.piece]
        let offset = (starts[number] + reference.instruction - piece.range.lowerBound) * 8
        elf.editSlot(at: offset, in: place) {
          $0.immediate = Int32(truncatingIfNeeded: reference.isCall ? target - 1 : target * 8)
        }
        elf.addRelocation(
          ELFWriter.Relocation(offset: offset, symbol: text.symbol, kind: reference.isCall ? .call : .wideImmediate),
          to: place)
      }
    }
  }

  private mutating func functionType(
    _ name: String, _ function: ProgramObject.FunctionInfo, isProgram: Bool
  ) -> BTFWriter.TypeID {
    let context = types.writer.pointer(to: .void)
    let long = types.integer(.int64)
    let parameters = (0..<function.parameterCount).map {
      BTFWriter.Parameter(name: isProgram ? "ctx" : "a\($0)", type: isProgram ? context : long)
    }
    let prototype = types.writer.functionPrototype(returning: isProgram ? types.integer(.int32) : long, parameters)
    return types.writer.function(name, prototype: prototype, isProgram ? .global : .static)
  }

  /// The source lines of a function, by slot from its start.
  private mutating func lines(of spec: ProgramSpec, _ piece: ProgramPiece) -> [BTFExtension.Line] {
    guard let information = spec.typeInformation else { return [] }
    return information.lines.filter { piece.range.contains($0.instruction) }.map {
      BTFExtension.Line(
        instruction: $0.instruction - piece.range.lowerBound, file: types.writer.string($0.file),
        text: types.writer.string($0.text), position: $0.position)
    }
  }
}

/// One function of a program, as it stands in the program's code.
private struct ProgramPiece {
  /// Another function that an instruction refers to.
  struct Reference {
    let instruction: Int
    let piece: Int
    let isCall: Bool
  }

  let function: ProgramObject.FunctionInfo
  let range: Range<Int>
  let bytes: [UInt8]
  let references: [Reference]
}

extension ProgramObject {
  /// The program and the functions it calls, apart.
  fileprivate func pieces() throws(BundleError) -> [ProgramPiece] {
    var pieces: [ProgramPiece] = []
    for (number, function) in functions.enumerated() {
      let end = number + 1 < functions.count ? functions[number + 1].instruction : instructions.count
      let range = function.instruction..<end
      var bytes: [UInt8] = []
      for slot in instructions[range] { bytes.append(word64: slot) }
      pieces.append(
        ProgramPiece(function: function, range: range, bytes: bytes, references: try references(in: range)))
    }
    return pieces
  }

  private func references(in range: Range<Int>) throws(BundleError) -> [ProgramPiece.Reference] {
    var references: [ProgramPiece.Reference] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let instruction: MachineInstruction
      do throws(DecodingError) {
        instruction = try MachineInstruction(
          instructions[index], index + 1 < instructions.count ? instructions[index + 1] : nil)
      } catch {
        throw BundleError("an object cannot hold the program: instruction \(index) is none (\(error))")
      }
      var reference: (distance: Int32, isCall: Bool)?
      if case .call(.function(let distance)) = instruction { reference = (distance, true) }
      if case .loadImmediate(_, .function(let distance)) = instruction { reference = (distance, false) }
      if let reference {
        let target = index + 1 + Int(reference.distance)
        guard let piece = functions.firstIndex(where: { $0.instruction == target }) else {
          throw BundleError("an object cannot hold the program: instruction \(index) refers to no function")
        }
        references.append(ProgramPiece.Reference(instruction: index, piece: piece, isCall: reference.isCall))
      }
      index += instruction.slotCount
    }
    return references
  }
}
