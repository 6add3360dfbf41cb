import Glibc
import Testing

@testable import Codegen

@Suite struct DifferentialTests {
  static let contexts: [[UInt64]] = [
    [0, 0, 0, 0], [1, 2, 3, 4], [.max, 1 << 63, 0x8000_0000, 0x7fff_ffff],
    [0x0123_4567_89ab_cdef, 0xdead_beef, 65536, 255],
  ]

  static let optionSets = [
    BackendOptions(isV4: false, isOptimizing: false, isVerifying: true),
    BackendOptions(isV4: true, isOptimizing: false, isVerifying: true),
    BackendOptions(isV4: false, isOptimizing: true, isVerifying: true),
    BackendOptions(isV4: true, isOptimizing: true, isVerifying: true),
  ]

  @Test(arguments: 0..<UInt64(160)) func machineCodeComputesWhatTheIRSays(seed: UInt64) throws {
    let module = RandomIR.module(seed: seed, size: 10 + Int(seed % 8) * 20)
    let expected: [UInt64]
    do {
      expected = try Self.contexts.map { try IRInterpreter.run(module, context: $0) }
    } catch IRInterpreter.Failure.tooManySteps {
      return
    }
    for options in Self.optionSets {
      let object = try compile(module, options: options)
      for (context, result) in zip(Self.contexts, expected) {
        #expect(try BPFInterpreter.run(object.instructions, context: context) == result)
      }
    }
  }

  @Test(.enabled(if: Kernel.isAvailable, "needs root to load programs"), arguments: 0..<UInt64(60))
  func kernelAcceptsAndComputesWhatTheIRSays(seed: UInt64) throws {
    let module = RandomIR.module(seed: seed, size: 10 + Int(seed % 8) * 10)
    for options in Self.optionSets {
      let object = try compile(module, options: options)
      let program = try Kernel.load(object.instructions)
      defer { close(program) }
      for context in Self.contexts {
        let expected = UInt32(truncatingIfNeeded: try IRInterpreter.run(module, context: context))
        #expect(try Kernel.run(program, context: context) == expected)
      }
    }
  }
}
