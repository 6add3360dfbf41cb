import Glibc
import Symbolizer
import TestSupport
import Testing

@testable import Runtime

@Suite struct X86InstructionTests {
  private static func lengths(_ bytes: [UInt8], is64Bit: Bool = true) -> [Int] {
    var (lengths, rest): ([Int], ArraySlice<UInt8>) = ([], bytes[...])
    while let instruction = X86Instruction(rest, is64Bit: is64Bit), !rest.isEmpty {
      lengths.append(instruction.length)
      rest = rest.dropFirst(instruction.length)
    }
    return lengths
  }

  private static let prefixes: Set<Substring> = [
    "lock", "rep", "repne", "xacquire", "xrelease", "data16", "addr32", "addr16", "cs", "ds", "es", "fs", "gs", "ss",
    "rex64",
  ]

  /// LLVM's length of an instruction with its prefixes, some of which it takes for instructions of their own; 0 for none.
  private static func length(_ bytes: ArraySlice<UInt8>, _ llvm: LLVM) -> (Int, String) {
    var (sum, text) = (0, "")
    while true {
      let (length, words) = llvm.instruction(bytes.dropFirst(sum))
      if length == 0 { return (0, "") }
      sum += length
      text += words
      if !words.split(whereSeparator: { " \t".contains($0) }).allSatisfy(Self.prefixes.contains) { return (sum, text) }
    }
  }

  /// The whole code of libraries that every machine has.
  @Test(
    "instructions are as long as LLVM says", .enabled(if: LLVM(.x86, triple: "x86_64") != nil, "needs libLLVM"),
    arguments: ["libc", "libm", "libstdc++", "bash"])
  func agreement(name: String) throws {
    let llvm = try #require(LLVM(.x86, triple: "x86_64"))
    guard let path = BinaryFiles.paths(of: name).first, let file = openRegularFile(path),
      let elf = ELFFile(descriptor: file.rawValue), elf.machine == 62, let text = elf.section(named: ".text")
    else { return }
    let code = elf.contents(of: text, atMost: 3 << 20).bytes
    let symbols = try #require(ELFSymbols(descriptor: file.rawValue))
    var (place, checked) = (0, 0)
    while place < code.count {
      let bytes = code[place..<min(place + X86Instruction.maximumLength, code.count)]
      let (length, words) = Self.length(bytes, llvm)
      // Data between functions.
      guard length > 0 else {
        place += 1
        continue
      }
      let ours = X86Instruction(bytes, is64Bit: true)?.length
      if ours != length {
        let function = symbols.function(atFileOffset: text.offset + UInt64(place))
        Issue.record(
          "\(path) \(function?.name ?? ""): \(Array(bytes)) is \(words) of \(length) bytes, not \(ours ?? 0)")
        return
      }
      place += length
      checked += 1
    }
    #expect(checked > 10_000)
  }

  /// What compilers seldom make: random operands after every opcode of every map, with every prefix.
  @Test(
    "so are those of random bytes", .enabled(if: LLVM(.x86, triple: "x86_64") != nil, "needs libLLVM"),
    arguments: [true, false])
  func randomBytes(is64Bit: Bool) throws {
    let llvm = try #require(LLVM(.x86, triple: is64Bit ? "x86_64" : "i386"))
    var random = SplitMix(seed: 7)
    let prefixes: [[UInt8]] = [[], [0x66], [0xF3], [0xF2], [0x67]] + (is64Bit ? [[0x48], [0x41], [0x66, 0x44]] : [])
    let escapes: [[UInt8]] = [
      [], [0x0F], [0x0F, 0x38], [0x0F, 0x3A], [0xC5, 0xF8], [0xC4, 0xE2, 0x79], [0xC4, 0xE3, 0xFD],
    ]
    // LLVM counts no prefix of operand size before one of these.
    let laterPrefixes: Set<UInt8> = [0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3]
    var checked = 0
    for prefix in prefixes {
      for escape in escapes where escape.first ?? 0 < 0xC0 || prefix.isEmpty {
        for opcode in UInt8.min...UInt8.max {
          if escape.isEmpty, laterPrefixes.contains(opcode) || is64Bit && opcode & 0xF0 == 0x40 { continue }
          for _ in 0..<8 {
            let operands = (0..<12).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let bytes = (prefix + escape + [opcode] + operands).prefix(X86Instruction.maximumLength)
            let (length, words) = Self.length(bytes, llvm)
            if length == 0 { continue }
            let ours = X86Instruction(bytes, is64Bit: is64Bit)?.length
            #expect(ours == length, "\(bytes.map { String($0, radix: 16) }) is \(words)")
            checked += 1
          }
        }
      }
    }
    #expect(checked > 15_000)
  }

  @Test("those after a prefix that uprobes refuse, and others that they refuse, are known") func probed() {
    func isProbed(_ bytes: UInt8..., is64Bit: Bool = true) -> Bool? {
      X86Instruction(bytes, is64Bit: is64Bit)?.canBeProbed
    }
    // push %rbp; endbr64; sub $8, %rsp
    #expect(isProbed(0x55) == true)
    #expect(isProbed(0xF3, 0x0F, 0x1E, 0xFA) == true)
    #expect(isProbed(0x48, 0x83, 0xEC, 0x08) == true)
    // lock decl (%rdi); vmovd %esi, %xmm0; hlt; int3
    #expect(isProbed(0xF0, 0xFF, 0x0F) == false)
    #expect(isProbed(0xC5, 0xF9, 0x6E, 0xC6) == false)
    #expect(isProbed(0xF4) == false)
    #expect(isProbed(0xCC) == false)
    // vzeroupper; syscall; pshufb %xmm1, %xmm0
    #expect(isProbed(0xC5, 0xF8, 0x77) == true)
    #expect(isProbed(0x0F, 0x05) == false)
    #expect(isProbed(0x66, 0x0F, 0x38, 0x00, 0xC1) == false)
    // inc %eax, which is a prefix in code of 64 bits.
    #expect(isProbed(0x40, is64Bit: false) == true)
  }

  @Test("what is cut off, or no instruction, is none") func none() {
    #expect(X86Instruction([], is64Bit: true) == nil)
    #expect(X86Instruction([0xE8, 1, 2, 3], is64Bit: true) == nil)
    #expect(X86Instruction([0x48], is64Bit: true) == nil)
    #expect(X86Instruction([0x06], is64Bit: true) == nil)
    #expect(X86Instruction([UInt8](repeating: 0x66, count: 20), is64Bit: true) == nil)
    #expect(Self.lengths([0x06, 0x90], is64Bit: false) == [1, 1])
    #expect(Self.lengths([0xC8, 1, 0, 2, 0x90]) == [4, 1])
  }

  @Test("no bytes make it read beyond them") func damaged() {
    var random = SplitMix(seed: 3)
    for _ in 0..<200_000 {
      let bytes = (0..<Int(random.next() % 18)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for is64Bit in [true, false] {
        guard let instruction = X86Instruction(bytes, is64Bit: is64Bit) else { continue }
        #expect(1...15 ~= instruction.length && instruction.length <= bytes.count)
      }
    }
  }
}
