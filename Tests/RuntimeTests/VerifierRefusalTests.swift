import Codegen
import SystemPackage
import Testing

@testable import Runtime

@Suite struct VerifierRefusalTests {
  private func refusal(_ errno: Errno, _ log: String, isLogCut: Bool = false) -> VerifierRefusal {
    let line = SourceLine(source: 0, line: 3, column: 7)
    let object = ProgramObject(
      instructions: [], relocations: [], lines: [.init(instruction: 0, line: line)], functions: [])
    return VerifierRefusal(title: "begin", object: object, errno: errno, log: log, isLogCut: isLogCut)
  }

  private static let advice =
    "the verifier follows each way through branches and each turn of loops: split the probe, bound loops lower, or"
    + " loop with `for` over a range, which needs no proof from Linux 5.17 on"

  @Test("a fault is told by the verifier's last words") func fault() {
    #expect(
      refusal(.permissionDenied, "0: (79) r0 = *(u64 *)(r3 +0)\nR3 !read_ok\nprocessed 1 insns\n").description
        == "line 3, column 7: the kernel refused the program of begin: R3 !read_ok")
  }

  @Test("a function that the kernel does not let a program call is told with where it may be called") func helper() {
    var code: [UInt64] = []
    MachineInstruction.call(.helper(Helper.dPath.rawValue)).encode(into: &code)
    let object = ProgramObject(instructions: code, relocations: [], lines: [], functions: [])
    let refusal = VerifierRefusal(
      title: "fentry:vmlinux:vfs_read", object: object, errno: .invalidArgument,
      log: "0: (85) call bpf_d_path#147\nhelper call is not allowed in probe\nprocessed 1 insns\n")
    #expect(
      refusal.description.hasPrefix(
        "the kernel refused the program of fentry:vmlinux:vfs_read: helper call is not allowed in probe; path() works in iter"
          + " probes (from Linux 5.12 on) and in fentry and fexit of functions that the kernel lists: vfs_truncate,"))
  }

  @Test("a function that the kernel has not got is told with the version that has it") func newHelper() {
    var code: [UInt64] = []
    MachineInstruction.call(.helper(Helper.getFunctionIP.rawValue)).encode(into: &code)
    let object = ProgramObject(instructions: code, relocations: [], lines: [], functions: [])
    let refusal = VerifierRefusal(
      title: "kprobe:ksys_read", object: object, errno: .invalidArgument,
      log: "0: (85) call unknown#173\ninvalid func unknown#173\nprocessed 1 insns\n")
    #expect(
      refusal.description
        == "the kernel refused the program of kprobe:ksys_read: invalid func unknown#173; func where a ksym_t is wanted needs"
        + " Linux 5.15, in fentry and fexit 5.17")
  }

  @Test("a loop too long for the verifier is told with what to do") func longLoop() {
    #expect(
      refusal(.argListTooLong, "0: (05) goto pc+0\nThe sequence of 8193 jumps is too complex.\nprocessed 9 insns\n")
        .description
        == "line 3, column 7: the kernel refused the program of begin: The sequence of 8193 jumps is too complex; "
        + Self.advice)
  }

  @Test("a log that was cut gives no reason", arguments: [Errno.argListTooLong, .badAddress]) func cut(errno: Errno) {
    #expect(
      refusal(errno, "0: (05) goto pc+0\n R0_w", isLogCut: true).description
        == "line 3, column 7: the kernel refused the program of begin: its log cannot hold all steps (\(errno)); "
        + Self.advice)
  }

  @Test("a log that was cut and kept its end gives the reason") func cutBeginning() {
    #expect(
      refusal(.noMemory, "0: (05) goto pc+0\nThe sequence of 8193 jumps is too complex.\n", isLogCut: true).description
        == "line 3, column 7: the kernel refused the program of begin: The sequence of 8193 jumps is too complex; "
        + Self.advice)
  }
}
