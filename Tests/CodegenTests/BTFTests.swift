import Glibc
import Testing

@testable import Codegen

@Suite struct BTFTests {
  static let callback = """
    function program
    b0(%0: ctx):
      %1 = function 1 @0:1:1
      %2 = slot s0
      store u64 %2 + 0, 7
      %3 = call loop(4, %1, %2, 0) @0:2:5
      exit %3 @0:3:1
    function body
    b0(%0: int, %1: stack):
      exit 0 @0:2:9
    """.replacing("b0(%0: ctx):", with: "s0: 8 align 8\nb0(%0: ctx):")

  @Test func blobIsDeterministic() throws {
    let object = try compile(IRParser.module(Self.callback), options: BackendOptions())
    #expect(ProgramBTF(object) == ProgramBTF(object))
  }

  @Test func equalStringsAreKeptOnce() {
    var writer = BTFWriter()
    #expect(writer.string("a") == writer.string("a"))
    #expect(writer.string("b") == 3)
  }

  @Test(.enabled(if: Kernel.isAvailable, "needs root to load BTF"))
  func kernelTakesProgramWithCallbackAndLines() throws {
    let object = try compile(IRParser.module(Self.callback), options: BackendOptions())
    let btf = ProgramBTF(object, sourceLine: { "line \($0.line)" })
    let descriptor = try Kernel.loadBTF(btf.types)
    defer { close(descriptor) }
    let program = try Kernel.load(
      object.instructions,
      btf: Kernel.LoadedBTF(descriptor: descriptor, functions: btf.functionInfo, lines: btf.lineInfo))
    defer { close(program) }
    #expect(try Kernel.run(program, context: [0]) == 4)
  }
}
