/// `.BTF.ext`: which functions and source lines the code of each section stands for
/// (Kernel: Documentation/bpf/btf.rst, "The .BTF.ext section").
struct BTFExtension {
  /// A source position from an instruction on, as `struct bpf_line_info` keeps it.
  struct Line {
    let instruction: Int
    let file: UInt32
    let text: UInt32
    let position: UInt32
  }

  private struct Function {
    let start: Int
    let type: BTFWriter.TypeID
    let lines: [Line]
  }

  private var sections: [(name: String, functions: [Function])] = []

  /// Adds a function that begins `start` slots into a section; its lines count from there.
  mutating func add(section: String, start: Int, type: BTFWriter.TypeID, lines: [Line]) {
    let index = sections.firstIndex { $0.name == section } ?? sections.count
    if index == sections.count { sections.append((section, [])) }
    sections[index].functions.append(Function(start: start, type: type, lines: lines))
  }

  func bytes(_ writer: inout BTFWriter) -> [UInt8] {
    var functions: [UInt8] = []
    var lines: [UInt8] = []
    functions.append(word: UInt32(ProgramBTF.functionRecordSize))
    lines.append(word: UInt32(ProgramBTF.lineRecordSize))
    for section in sections {
      let name = writer.string(section.name)
      let members = section.functions.sorted { $0.start < $1.start }
      functions.append(word: name)
      functions.append(word: UInt32(members.count))
      for function in members {
        functions.append(word: UInt32(function.start * 8))
        functions.append(word: function.type.number)
      }
      let count = members.reduce(0) { $0 + $1.lines.count }
      if count == 0 { continue }
      lines.append(word: name)
      lines.append(word: UInt32(count))
      for function in members {
        for line in function.lines {
          lines.append(word: UInt32((function.start + line.instruction) * 8))
          lines.append(word: line.file)
          lines.append(word: line.text)
          lines.append(word: line.position)
        }
      }
    }
    // Header: magic, version, flags, its own length, and offset and length of both parts.
    var result: [UInt8] = [0x9f, 0xeb, 1, 0]
    for word in [24, 0, functions.count, functions.count, lines.count] { result.append(word: UInt32(word)) }
    return result + functions + lines
  }
}

extension ProgramBTF {
  /// The records of `lineInfo` with their strings.
  var lines: [(instruction: Int, file: String, text: String, position: UInt32)] {
    stride(from: 0, to: lineInfo.count - Self.lineRecordSize + 1, by: Self.lineRecordSize).map { record in
      (
        Int(lineInfo.word(at: record)), string(at: lineInfo.word(at: record + 4)),
        string(at: lineInfo.word(at: record + 8)), lineInfo.word(at: record + 12)
      )
    }
  }

  /// A string of the types' string section, whose offset the header gives at byte 16.
  private func string(at offset: UInt32) -> String {
    let start = Int(types.word(at: 4)) + Int(types.word(at: 16)) + Int(offset)
    return String(decoding: types.dropFirst(start).prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension [UInt8] {
  /// The little-endian 32-bit number at an offset; 0 behind the end.
  fileprivate func word(at offset: Int) -> UInt32 {
    guard offset >= 0, offset + 4 <= count else { return 0 }
    return (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32($1 * 8) }
  }
}
