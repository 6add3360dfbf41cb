import TestSupport
import Testing

@testable import Symbolizer

@Suite struct KernelCodeTests {
  private static let own = """
    ffffffff81000000 T _stext
    ffffffff81000000 T first
    ffffffff81100000 t second
    ffffffff81f00000 T _etext
    ffffffff82000000 D data

    """

  private func code(_ text: String) throws -> (KernelCode, TemporaryFolder) {
    let folder = try TemporaryFolder()
    return (KernelCode(KernelSymbols(path: try folder.file("kallsyms", text))), folder)
  }

  private func described(_ code: KernelCode, _ address: UInt64) -> String {
    code.frame(of: address).map { "\($0.name ?? "?")+\($0.offset) [\($0.module?.description ?? "")]" } ?? "-"
  }

  @Test("functions of the kernel, of modules, programs and trampolines are known") func kinds() throws {
    let (code, folder) = try code(
      Self.own + """
        ffffffffc0000000 t hook\t[netfilter]
        ffffffffc0001000 t trampoline\t[__builtin__ftrace]
        ffffffffc0002000 t bpf_prog_6deef7357e7b4530_name\t[bpf]

        """)
    defer { withExtendedLifetime(folder) {} }
    #expect(described(code, 0xffff_ffff_810f_ffff) == "first+1048575 []")
    #expect(described(code, 0xffff_ffff_8120_0000) == "second+1048576 []")
    #expect(described(code, 0xffff_ffff_c000_0010) == "hook+16 [netfilter]")
    #expect(described(code, 0xffff_ffff_c000_1004) == "trampoline+4 [__builtin__ftrace]")
    #expect(described(code, 0xffff_ffff_c000_2008) == "bpf_prog_6deef7357e7b4530_name+8 [bpf]")
    #expect(described(code, 0xffff_ffff_c100_0000) == "-")
    #expect(described(code, 0x1000) == "-")
  }

  @Test("what the kernel loads later is found") func loaded() throws {
    let (code, folder) = try code(Self.own)
    let address: UInt64 = 0xffff_ffff_c000_0010
    #expect(described(code, address) == "-")
    _ = try folder.file("kallsyms", Self.own + "ffffffffc0000000 t later\t[module]\n")
    let deadline = Deadline()
    while described(code, address) == "-", deadline.isAhead {}
    #expect(described(code, address) == "later+16 [module]")
  }
}
