import Testing

@testable import Codegen

/// Each test gives IR and the listing that the back end makes of it without passes.
@Suite struct BackendTests {
  private func expect(
    _ body: String, compilesTo listing: String, isV4: Bool = false, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let module = try IRParser.module("function f\n" + body)
    try IRVerifier.verify(module)
    let object = try compile(module, options: BackendOptions(isV4: isV4, isOptimizing: false))
    let lines = object.listing().split(separator: "\n").dropFirst().map { line in
      String(line.drop { $0 == " " })
    }
    #expect(lines.joined(separator: "\n") == listing, sourceLocation: location)
  }

  @Test func addressesAndConstantsFoldIntoAccesses() throws {
    try expect(
      """
      s0: 16 align 8
      b0(%0: ctx):
        %1 = slot s0
        %2: stack = add %1, 8
        store u32 %2 + 4, 7
        %3 = load u16 %0 + 24
        store u64 %1 + 0, %3
        exit 0
      """,
      compilesTo: """
        0: *(u32 *)(r10 - 4) = 7
        1: r0 = *(u16 *)(r1 + 24)
        2: *(u64 *)(r10 - 16) = r0
        3: r0 = 0
        4: exit
        """)
  }

  @Test func valuesThatOutliveCallsAreInPreservedRegisters() throws {
    try expect(
      """
      b0(%0: ctx):
        %1 = call get_current_pid_tgid()
        %2 = call ktime_get_ns()
        %3 = load u64 %0 + 8
        %4 = add %1, %2
        %5 = xor %4, %3
        exit %5
      """,
      compilesTo: """
        0: r6 = r1
        1: call get_current_pid_tgid#14
        2: r7 = r0
        3: call ktime_get_ns#5
        4: r5 = *(u64 *)(r6 + 8)
        5: r0 += r7
        6: r0 ^= r5
        7: exit
        """)
  }

  @Test func argumentsAreMadeWhereTheyAreWanted() throws {
    try expect(
      """
      s0: 8 align 8
      b0(%0: ctx):
        %1 = map 3
        %2 = slot s0
        store u64 %2 + 0, -1
        %3 = mapvalue 1 + 16
        %4 = call map_update_elem(%1, %2, %3, 0)
        exit %4
      """,
      compilesTo: """
        0: *(u64 *)(r10 - 8) = -1
        1: r1 = map[3] ll
        3: r2 = r10
        4: r2 += -8
        5: r3 = map[1][0]+16 ll
        7: r4 = 0
        8: call map_update_elem#2
        9: exit
        """)
  }

  @Test func nullCheckIsOnTheRegisterOfTheAccess() throws {
    try expect(
      """
      s0: 8 align 8
      b0(%0: ctx):
        %1 = map 0
        %2 = slot s0
        store u64 %2 + 0, 5
        %3: value?(0) = call map_lookup_elem(%1, %2)
        br eq %3, 0, b2, b1
      b1:
        atomicadd u64 %3 + 8, 1
        jump b2
      b2:
        exit 0
      """,
      compilesTo: """
        0: *(u64 *)(r10 - 8) = 5
        1: r1 = map[0] ll
        3: r2 = r10
        4: r2 += -8
        5: call map_lookup_elem#1
        6: if r0 == 0 goto +2
        7: r5 = 1
        8: lock *(u64 *)(r0 + 8) += r5
        9: r0 = 0
        10: exit
        """)
  }

  @Test func constantsThatDoNotFitAreMaterializedOrMoved() throws {
    try expect(
      """
      b0(%0: ctx):
        %1 = load u64 %0 + 0
        %2 = and %1, 4294967040
        %3 = xor %2, 1311768467463790320
        br ult %3, 2147483648, b1, b2
      b1:
        exit 1
      b2:
        exit 2
      """,
      compilesTo: """
        0: r0 = *(u64 *)(r1 + 0)
        1: w0 &= -256
        2: r5 = 1311768467463790320 ll
        4: r0 ^= r5
        5: if r0 > 2147483647 goto +2
        6: r0 = 1
        7: exit
        8: r0 = 2
        9: exit
        """)
  }

  @Test func signedDivisionNeedsVersion4() throws {
    let body = """
      b0(%0: int, %1: int):
        %2 = sdiv %0, %1
        exit %2
      """
    try expect(
      body,
      compilesTo: """
        0: r0 = r1
        1: r0 s/= r2
        2: exit
        """, isV4: true)
    try expect(
      body,
      compilesTo: """
        0: r0 = r1
        1: r0 s>>= 63
        2: r5 = r2
        3: r5 s>>= 63
        4: r1 ^= r0
        5: r1 -= r0
        6: r2 ^= r5
        7: r2 -= r5
        8: r1 /= r2
        9: r0 ^= r5
        10: r1 ^= r0
        11: r1 -= r0
        12: r0 = r1
        13: exit
        """)
  }

  @Test func copiesAndZeroesAreAsWideAsAligned() throws {
    try expect(
      """
      s0: 16 align 8
      b0(%0: ctx):
        %1 = slot s0
        zero %1 + 0, 16 align 8
        copy %1 + 0, %0 + 8, 12 align 4
        exit 0
      """,
      compilesTo: """
        0: *(u64 *)(r10 - 16) = 0
        1: *(u64 *)(r10 - 8) = 0
        2: r0 = *(u32 *)(r1 + 8)
        3: r5 = *(u32 *)(r1 + 12)
        4: *(u32 *)(r10 - 16) = r0
        5: *(u32 *)(r10 - 12) = r5
        6: r0 = *(u32 *)(r1 + 16)
        7: *(u32 *)(r10 - 8) = r0
        8: r0 = 0
        9: exit
        """)
  }

  @Test func loopNeedsNoMoves() throws {
    try expect(
      """
      b0(%0: int):
        jump b1(0, 0)
      b1(%1: int, %2: int):
        br ult %1, 10, b2, b3
      b2:
        %3 = add %2, %1
        %4 = add %1, 1
        jump b1(%4, %3)
      b3:
        exit %2
      """,
      compilesTo: """
        0: r5 = 0
        1: r0 = 0
        2: if r5 >= 10 goto +3
        3: r0 += r5
        4: r5 += 1
        5: goto -4
        6: exit
        """)
  }

  @Test func frameOverTheLimitNamesTheFunctionAndItsSize() throws {
    let module = try IRParser.module(
      """
      function probe
      s0: 600 align 8
      b0(%0: ctx):
        %1 = slot s0
        %2 = call get_current_comm(%1, 16)
        exit 0
      """)
    #expect(throws: BackendError.stackTooLarge(function: "probe", bytes: 600, limit: 512)) {
      try compile(module, options: BackendOptions())
    }
  }

  @Test func stackOfAProgramAndItsCallbackCountTogether() throws {
    let module = try IRParser.module(
      """
      function probe
      s0: 400 align 8
      b0(%0: ctx):
        %1 = slot s0
        %2 = call get_current_comm(%1, 16)
        %3 = callf 1(1)
        exit %3
      function inner
      s0: 200 align 8
      b0(%0: int):
        %1 = slot s0
        %2 = call get_current_comm(%1, 16)
        exit 0
      """)
    #expect(throws: BackendError.stackTooLarge(function: "probe", bytes: 640, limit: 512)) {
      try compile(module, options: BackendOptions())
    }
  }

  @Test func emptyFrameInAChainCountsAsTheKernelRoundsIt() throws {
    let module = try IRParser.module(
      """
      function probe
      s0: 512 align 8
      b0(%0: ctx):
        %1 = slot s0
        %2 = call get_current_comm(%1, 16)
        %3 = callf 1(1)
        exit %3
      function inner
      b0(%0: int):
        exit 0
      """)
    #expect(throws: BackendError.stackTooLarge(function: "probe", bytes: 544, limit: 512)) {
      try compile(module, options: BackendOptions())
    }
  }

  @Test func linesAreRunLengthEncoded() throws {
    let module = try IRParser.module(
      """
      function f
      b0(%0: ctx):
        %1 = load u64 %0 + 0 @0:1:1
        %2 = load u64 %0 + 8 @0:1:1
        %3 = add %1, %2 @0:2:3
        exit %3 @0:2:3
      """)
    let lines = try compile(module, options: BackendOptions()).lines
    #expect(lines.map(\.instruction) == [0, 2])
    #expect(lines.map(\.line.line) == [1, 2])
  }

  @Test func functionsThatNothingCallsAreLeftOut() throws {
    let module = try IRParser.module(
      "function f\nb0(%0: ctx):\n  exit 0\nfunction g\nb0(%0: int):\n  exit 1")
    #expect(try compile(module, options: BackendOptions()).functions.map(\.name) == ["f"])
  }

  @Test func compilingIsDeterministic() throws {
    for seed in 0..<UInt64(10) {
      let module = RandomIR.module(seed: seed, size: 80)
      let object = try compile(module, options: BackendOptions())
      #expect(try compile(module, options: BackendOptions()) == object)
    }
  }
}

@Suite struct ParallelMoveTests {
  private func text(_ moves: [(Location, Location)]) -> [String] {
    var parallel = ParallelMoves()
    for (source, destination) in moves { parallel.add(from: source, to: destination) }
    var result: [String] = []
    parallel.sequentialize { purpose in
      switch purpose {
      case .cycle: .register(.r9)
      case .transfer: .borrowed(.r8, slot: -64)
      }
    } emit: { code in
      if case .plain(let instruction) = code { result.append(instruction.description) }
    }
    return result
  }

  @Test func chainsGoFromTheirEnds() {
    #expect(
      text([(.register(.r1), .register(.r2)), (.register(.r2), .register(.r3))]) == ["r3 = r2", "r2 = r1"])
  }

  @Test func swapsGoThroughScratch() {
    #expect(
      text([(.register(.r1), .register(.r2)), (.register(.r2), .register(.r1))]) == ["r9 = r2", "r2 = r1", "r1 = r9"])
  }

  @Test func slotToSlotBorrowsARegister() {
    #expect(
      text([(.slot(-8), .slot(-16))]) == [
        "*(u64 *)(r10 - 64) = r8", "r8 = *(u64 *)(r10 - 8)", "*(u64 *)(r10 - 16) = r8", "r8 = *(u64 *)(r10 - 64)",
      ])
  }
}
