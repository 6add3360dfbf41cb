import Testing

@testable import TraceLang

/// Where the arguments of USDT probes are, as the assemblers of both architectures write it.
@Suite struct USDTOperandTests {
  private func text(_ arguments: String, _ architecture: Machine.Architecture) -> String {
    let saved = architecture.facts.registers
    func name(_ register: USDTOperand.Register) -> String {
      let (word, byte) = (saved.names[register.offset / 8], register.offset % 8)
      return "\(word)\(byte == 0 ? "" : "+\(byte)")/\(register.type.isSigned ? "-" : "")\(register.type.bits)"
    }
    func variable(_ name: String) -> BinaryVariable? {
      ["counter", ".hidden", "a+1"].contains(name)
        ? BinaryVariable(name: name, address: 4096, size: 4, place: .relative) : nil
    }
    return USDTOperand.operands(of: arguments, architecture, variables: variable).map { operand in
      guard let operand else { return "?" }
      let size = "\(operand.type.isSigned ? "-" : "")\(operand.type.size) "
      switch operand.place {
      case .constant(let value): return size + "\(value)"
      case .register(let register): return size + name(register)
      case .address(let variable, let displacement): return size + "\(variable.name) + \(displacement)"
      case .memory(let variable, let base, let index, let displacement):
        let terms =
          (variable.map { [$0.name] } ?? []) + (base.map { [name($0)] } ?? [])
          + (index.map { ["\(name($0.register))*\($0.scale)"] } ?? [])
        return size + "[" + (terms + ["\(displacement)"]).joined(separator: " + ") + "]"
      }
    }.joined(separator: ", ")
  }

  @Test(
    "x86-64",
    arguments: [
      ("-4@%edi 8@%rsi 1@%al 1@%ah -2@%ax", "-4 di/32, 8 si/64, 1 ax/8, 1 ax+1/8, -2 ax/16"),
      ("8@%r8 4@%r9d 2@%r10w 1@%r15b 1@%sil 8@%rbp", "8 r8/64, 4 r9/32, 2 r10/16, 1 r15/8, 1 si/8, 8 bp/64"),
      ("-8@$-5 4@$0x10 8@$18446744073709551615", "-8 -5, 4 16, 8 -1"),
      ("-4@-20(%rbp) 8@(%rax) 8@0x8(%rsp)", "-4 [bp/64 + -20], 8 [ax/64 + 0], 8 [sp/64 + 8]"),
      (
        "4@(%rdi,%rcx,8) 4@16(%rdi,%rcx) 4@8(,%rax,4)",
        "4 [di/64 + cx/64*8 + 0], 4 [di/64 + cx/64*1 + 16], 4 [ax/64*4 + 8]"
      ),
      ("", ""), ("   4@%eax  ", "4 ax/32"),
      (
        "4@counter(%rip) -4@counter+8(%rip) 8@.hidden-4(%rip) 1@a+1(%rip) 1@a+1+1(%rip)",
        "4 [counter + 0], -4 [counter + 8], 8 [.hidden + -4], 1 [a+1 + 0], 1 [a+1 + 1]"
      ),
      (
        "4@counter 4@counter+4 8@$counter 8@$counter-1 4@counter(,%rax,4) 4@counter+4(%rdi)",
        "4 [counter + 0], 4 [counter + 4], 8 counter + 0, 8 counter + -1, 4 [counter + ax/64*4 + 0], 4 [counter + di/64 + 4]"
      ),
    ]) func x86(arguments: String, expected: String)
  {
    #expect(text(arguments, .x86_64) == expected)
  }

  @Test(
    "arm64",
    arguments: [
      ("-4@w0 8@x1 8@sp 8@x30 4@wzr 8@xzr", "-4 r0/32, 8 r1/64, 8 sp/64, 8 r30/64, 4 0, 8 0"),
      ("-4@5 8@-7 4@#9", "-4 5, 8 -7, 4 9"),
      ("-4@[sp, 12] 8@[x29, -8] 8@[x0] 8@[x2,#16]", "-4 [sp/64 + 12], 8 [r29/64 + -8], 8 [r0/64 + 0], 8 [r2/64 + 16]"),
      (
        "4@[x0, x1] 4@[x0, x1, lsl 2] 8@[x0, w1, sxtw 3] 1@[x0, w1, uxtw]",
        "4 [r0/64 + r1/64*1 + 0], 4 [r0/64 + r1/64*4 + 0], 8 [r0/64 + r1/-32*8 + 0], 1 [r0/64 + r1/32*1 + 0]"
      ),
    ]) func arm(arguments: String, expected: String)
  {
    #expect(text(arguments, .aarch64) == expected)
  }

  @Test(
    "what is of no known form is no operand, and nothing traps",
    arguments: [
      "4", "@", "4@", "3@%eax", "x@%eax", "8@%xmm0", "8f@%eax", "4@%e", "4@%r", "4@%r7", "4@%r16", "4@%r8x", "4@%xax",
      "4@unknown(%rip)", "4@counter+(%rip)", "4@counter+x(%rip)", "4@counter(%rip,%rax)", "4@(%rip)", "4@$unknown",
      "4@%fs:counter@tpoff", "4@8(%rip)", "4@%fs:8(%rax)", "4@(%rax", "4@()", "4@(,)", "4@(%rax,%rbx,3)",
      "4@(%rax,%rbx,2,1)",
      "4@$", "4@$-", "4@$--1", "4@$99999999999999999999", "-9223372036854775808@%eax", "4@1(", "4@)(",
    ]) func unknown(argument: String)
  {
    #expect(text(argument, .x86_64) == "?")
    _ = text(argument, .aarch64)
  }

  @Test(
    "what no arm64 assembler writes is no operand",
    arguments: [
      "4@x31", "4@w99", "4@v0", "4@[w0]", "4@[x0", "4@[x0, x1, lsl 9]", "4@[x0, w1, lsl 2]", "4@[x0, 1, 2]", "4@[]",
      "4@[,]",
    ]) func unknownARM(argument: String)
  {
    #expect(text(argument, .aarch64) == "?")
  }
}
