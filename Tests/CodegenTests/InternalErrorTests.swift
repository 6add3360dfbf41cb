import Testing
import TraceLang

@testable import Codegen

/// What the compiler says where one of its stages meets what an earlier one should have refused.
@Suite struct InternalErrorTests {
  /// The file and the reason of a message with a line between them; `nil` for any other.
  private func parts(_ message: String) -> [Substring]? {
    let parts = message.split(separator: ":", maxSplits: 2)
    guard parts.count == 3, Int(parts[1]) != nil else { return nil }
    return [parts[0], parts[2]]
  }

  @Test("an internal error names the file and the line that made it") func place() {
    let (error, line) = (InternalError("this cannot be"), #line)
    #expect(error.description == "internal error at CodegenTests/InternalErrorTests.swift:\(line): this cannot be")
  }

  @Test("a program that no check lets through is refused where it is lowered") func lowering() throws {
    var compiler = Compiler(target: try BuiltScript.recordedTarget())
    compiler.frontEnd.warns = false
    let checked = compiler.check(SourceFile(name: "script.bt", text: #"begin { print("x"); }"#))
    var program = try #require(checked.program)
    let range = program.probes[0].body[0].range
    program.probes[0].body.append(
      TypedStatement(.evaluate(TypedExpression(.string([0x78]), .int64, range)), range))
    let error = #expect(throws: CompileError.self) { try compiler.compile(program, sources: checked.sources) }
    #expect(error?.range == range)
    #expect(
      error.flatMap { parts($0.message) } == [
        "internal error at Codegen/Lowering+Expressions.swift", " text or a tuple in a register",
      ])
  }

  @Test("code that breaks a rule is refused where instructions are chosen for it") func selection() {
    let module = Module(functions: [Function(name: "f", parameters: [.pointer(.context)])])
    let error = #expect(throws: BackendError.self) { try compile(module, options: BackendOptions()) }
    #expect(
      error.flatMap { parts($0.description) } == [
        "internal error at Codegen/Selector+Instructions.swift",
        " the code of f is malformed: a block without an end",
      ])
  }
}
