import TestSupport
import Testing

@testable import Codegen

@Suite struct PassManagerTests {
  @Test(arguments: 0..<UInt64(60)) func everyPassKeepsRandomFunctionsWellFormed(seed: UInt64) throws {
    let module = RandomIR.module(seed: seed, size: 60)
    for function in module.functions {
      var function = function
      var violation: IRViolation?
      PassManager().run(&function) { pass, after in
        var after = after
        DeadCodeElimination().run(&after)
        do throws(IRViolation) { try IRVerifier.verify(after) } catch { violation = violation ?? error }
      }
      #expect(violation == nil)
    }
  }

  @Test func everyPassHasASuiteOfItsName() throws {
    let sources = Repository.root + "/Sources/Codegen/Passes"
    let passes = try FileContents.names(in: sources, extension: "swift").filter {
      try FileContents.text("\(sources)/\($0).swift").contains("struct \($0): Pass {")
    }
    let suites = FileContents.names(in: Repository.root + "/Tests/CodegenTests/Passes", extension: "swift")
    #expect(!passes.isEmpty)
    #expect(passes.filter { !suites.contains($0 + "Tests") } == [])
  }
}
