import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// Where in the code of programs probes may lie.
@Suite(
  .enabled(if: getuid() == 0, "needs root to load BPF programs"),
  .enabled(if: (try? Machine.host().architecture) == .x86_64, "needs code of x86"))
struct InstructionPlaceTests {
  /// `placed` has instructions of 1, 5, 7 and 1 bytes; `locked` and `vector` begin with what the kernel does not probe.
  private static let source = """
    void placed(void);
    void locked(int *);
    __asm__(".globl placed, locked, vector\\n"
            ".type placed, @function\\nplaced: nop; movl $0x90909090, %eax; leaq 0x10909090(%rip), %rcx; ret\\n"
            ".size placed, . - placed\\n"
            ".type locked, @function\\nlocked: lock incl (%rdi); ret\\n.size locked, . - locked\\n"
            ".globl _ZN2ns6lockedEv\\n.type _ZN2ns6lockedEv, @function\\n"
            "_ZN2ns6lockedEv: lock incl (%rdi); ret\\n.size _ZN2ns6lockedEv, . - _ZN2ns6lockedEv\\n"
            ".type vector, @function\\nvector: vmovd %esi, %xmm0; ret\\n.size vector, . - vector\\n"
            ".byte 0x90, 0xb8, 1, 2, 3, 4, 0xc3\\n");
    int main(void) { int n = 0; placed(); locked(&n); return n - 1; }
    """

  private static let program = Result { try TestProgram(source, options: ["-no-pie"]) }

  private func report(_ probe: String, _ options: String...) throws -> CommandResult {
    let path = try Self.program.get().path
    return try run(
      [Repository.swtrace, "--dry-run", "-q"] + options + ["-e", "\(probe.replacing("BIN", with: path)) { }"])
  }

  @Test("an offset at the start of an instruction is taken", arguments: [0, 1, 6, 13]) func starts(offset: Int) throws {
    let result = try report("uprobe:BIN:placed+\(offset)")
    #expect(result.errors == "" && result.ending == .exited(0))
  }

  @Test("one inside of an instruction damages the program and is refused, but with --unsafe", arguments: [2, 5, 7, 12])
  func inside(offset: Int) throws {
    let result = try report("uprobe:BIN:placed+\(offset)")
    let path = try Self.program.get().path
    let place = "placed+\(offset)"
    let column = 9 + path.utf8.count
    #expect(
      result.errors.contains(
        ":1:\(column)-\(column + place.utf8.count): ERROR: '\(place)' is inside of an instruction of '\(path)'"),
      "\(result.errors)")
    #expect(result.errors.contains("NOTE: --unsafe attaches it all the same"))
    #expect(result.ending == .exited(1))
    #expect(try report("uprobe:BIN:placed+\(offset)", "--unsafe").ending == .exited(0))
  }

  @Test("the same goes for addresses; where no function is, nothing is known") func addresses() throws {
    let program = try Self.program.get()
    let target = try HostTarget()
    func address(of name: String, _ offset: UInt64) throws -> String {
      let function = try #require(try target.functions(of: program.path, matching: name)?.first)
      return "0x" + String(function.offset + offset + 0x400000, radix: 16)
    }
    #expect(try report("uprobe:BIN:\(address(of: "placed", 6))").ending == .exited(0))
    #expect(try report("uprobe:BIN:\(address(of: "placed", 7))").errors.contains("is inside of an instruction"))
    // Behind the end of the last function.
    let unknown = try address(of: "vector", 6)
    let result = try report("uprobe:BIN:\(unknown)")
    #expect(
      result.errors.contains("no symbols of '\(program.path)' tell whether an instruction begins at '\(unknown)'"))
    #expect(result.ending == .exited(1))
    #expect(try report("uprobe:BIN:\(unknown)", "--unsafe").ending == .exited(0))
  }

  @Test("functions that begin with what the kernel does not probe are told by name, and left out of wildcards")
  func unprobed() throws {
    for name in ["locked", "vector", "cpp:\"ns::locked\""] {
      let result = try report("uprobe:BIN:\(name)")
      #expect(
        result.errors.contains(
          "ERROR: the kernel does not probe the instruction at '\(name.split(separator: "\"").last ?? "")'"),
        "\(result.errors)")
      #expect(result.ending == .exited(1))
    }
    let path = try Self.program.get().path
    let listed = try run([Repository.swtrace, "-l", "uprobe:\(path):*ed*"])
    #expect(listed.output == "uprobe:\(path):placed\n")
    let traced = try Swtrace.output("uprobe:\(path):*ed* { @[func] = count(); }", command: path)
    #expect(traced.output == "\n\n@[placed]: 1\n" && traced.errors == "")
  }

  @Test("all functions of the C library are probed at once") func library() throws {
    let result = try run(
      [Repository.swtrace, "--dry-run", "-q", "-e", "uprobe:libc:* { @ = count(); }"],
      environment: ["BPFTRACE_MAX_PROBES=100000"])
    #expect(result.errors == "" && result.ending == .exited(0))
  }

  @Test("a bundle that probes inside of an instruction needs --unsafe, also where the binary is another by now")
  func bundle() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/x.swb"
    let path = try Self.program.get().path
    let built = try run([Repository.swtrace, "build", "--unsafe", "-o", file, "-e", "uprobe:\(path):placed+2 { }"])
    #expect(built.ending == .exited(0), "\(built.errors)")
    let refused = try run([Repository.swtrace, "--dry-run", file])
    #expect(
      refused.errors.contains("'\(file)' probes where this machine's binary may have no instruction"),
      "\(refused.errors)")
    #expect(refused.ending == .exited(1))
    #expect(try run([Repository.swtrace, "--dry-run", "--unsafe", file]).ending == .exited(0))
  }
}
