/// The BTF of one program and the arrays that go with it into BPF_PROG_LOAD.
public struct ProgramBTF: Hashable, Sendable, Codable {
  /// For BPF_BTF_LOAD.
  public let types: [UInt8]
  /// `struct bpf_func_info` records, 8 bytes each.
  public let functionInfo: [UInt8]
  /// `struct bpf_line_info` records, 16 bytes each.
  public let lineInfo: [UInt8]

  public static let functionRecordSize = 8
  public static let lineRecordSize = 16

  init(types: [UInt8], functionInfo: [UInt8], lineInfo: [UInt8]) {
    self.types = types
    self.functionInfo = functionInfo
    self.lineInfo = lineInfo
  }

  /// Describes a program's functions and, where `sourceLine` knows them, its source lines.
  ///
  /// The program itself is global and takes its context; what it calls is static, as callbacks must be.
  public init(
    _ object: ProgramObject, fileName: (SourceLine) -> String = { _ in "script.bt" },
    sourceLine: (SourceLine) -> String = { _ in "" }
  ) {
    var writer = BTFWriter()
    let long = writer.integer("long long", size: 8, isSigned: true)
    let int = writer.integer("int", size: 4, isSigned: true)
    let context = writer.pointer(to: .void)
    var functions: [UInt8] = []
    for (index, function) in object.functions.enumerated() {
      let parameters = (0..<function.parameterCount).map {
        BTFWriter.Parameter(name: index == 0 ? "ctx" : "a\($0)", type: index == 0 ? context : long)
      }
      let prototype = writer.functionPrototype(returning: index == 0 ? int : long, parameters)
      let name = ProgramBTF.identifier(function.name)
      let type = writer.function(name, prototype: prototype, index == 0 ? .global : .static)
      functions.append(word: UInt32(function.instruction))
      functions.append(word: type.number)
    }
    var lines: [UInt8] = []
    for info in object.lines {
      lines.append(word: UInt32(info.instruction))
      lines.append(word: writer.string(fileName(info.line)))
      lines.append(word: writer.string(sourceLine(info.line)))
      // Kernel: BPF_LINE_INFO_LINE_COL.
      lines.append(word: info.line.line << 10 | UInt32(min(info.line.column, 1023)))
    }
    types = writer.bytes()
    functionInfo = functions
    lineInfo = lines
  }

  /// A name that the kernel takes: a C identifier.
  static func identifier(_ name: String) -> String {
    let bytes = name.utf8.map { byte -> UInt8 in
      let lower = byte | 0x20
      let isLetter = lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
      let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      return isLetter || isDigit ? byte : UInt8(ascii: "_")
    }
    let text = String(decoding: bytes.prefix(120), as: UTF8.self)
    let startsWithDigit = bytes.first.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? true
    return startsWithDigit ? "_" + text : text
  }
}
