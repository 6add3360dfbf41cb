import Glibc
import Testing

@testable import Codegen

@Suite struct KernelMapTests {
  /// Counts calls by command name in a hash, with a bounds-checked table in front and a spilled pointer across calls.
  static let counter = """
    function probe
    s0: 16 align 8
    s1: 16 align 8
    b0(%0: ctx):
      %1 = slot s0
      %2 = slot s1
      %3 = load u64 %0 + 8
      br ult %3, 64, b1, b9
    b1:
      %4 = mapvalue 1 + 0
      %5: value(1) = add %4, %3
      %6 = load u8 %5 + 0
      zero %1 + 0, 16 align 8
      %7 = call get_current_comm(%1, 16)
      %8 = map 0
      %9: value?(0) = call map_lookup_elem(%8, %1)
      br ne %9, 0, b5, b2
    b2:
      zero %2 + 0, 16 align 8
      %10 = call map_update_elem(%8, %1, %2, 1)
      %11: value?(0) = call map_lookup_elem(%8, %1)
      br ne %11, 0, b3, b4
    b3:
      jump b6(%11)
    b4:
      exit 1000
    b5:
      jump b6(%9)
    b6(%12: value(0)):
      %13 = call ktime_get_ns()
      %14 = call get_current_pid_tgid()
      %15 = call get_prandom_u32()
      %16 = call get_smp_processor_id()
      %17 = and %16, 1
      %18 = shl %17, 3
      %19: value(0) = add %12, %18
      %20 = load u64 %12 + 0
      %21 = add %20, 1
      store u64 %12 + 0, %21
      br ne %12, 0, b7, b8
    b7:
      %22 = sub %13, %13
      %23 = and %14, 0
      %24 = and %15, 0
      %25 = add %22, %23
      %26 = add %25, %24
      atomicadd u64 %19 + 0, %26
      atomicadd u64 %12 + 8, %3
      %27 = load u64 %12 + 0
      %28 = add %27, %6
      exit %28
    b8:
      exit 2000
    b9:
      exit 3000
    """

  @Test(.enabled(if: Kernel.isAvailable, "needs root to create maps"), arguments: DifferentialTests.optionSets)
  func kernelTakesMapPointersThroughChecksCallsAndJoins(options: BackendOptions) throws {
    let module = try IRParser.module(Self.counter)
    try IRVerifier.verify(module)
    let object = try compile(module, options: options)
    let maps = [
      try Kernel.createMap(kind: 1, keySize: 16, valueSize: 16, entries: 16),
      try Kernel.createMap(kind: 2, keySize: 4, valueSize: 64, entries: 1),
    ]
    defer { for map in maps { close(map) } }
    var code = object.instructions
    for relocation in object.relocations {
      var fields = InstructionFields(code[relocation.instruction])
      switch relocation.target {
      case .map(let map), .mapValue(let map, _): fields.immediate = maps[map]
      case .kernelFunction(let function): Issue.record("\(function)")
      }
      code[relocation.instruction] = fields.slot
    }
    let program = try Kernel.load(code)
    defer { close(program) }
    #expect(try Kernel.run(program, context: [0, 5]) == 1)
    #expect(try Kernel.run(program, context: [0, 63]) == 2)
    #expect(try Kernel.run(program, context: [0, 64]) == 3000)
  }
}
