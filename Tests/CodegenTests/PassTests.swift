import Testing

@testable import Codegen

/// Each test gives the text of a function's blocks before and after one pass.
@Suite struct PassTests {
  private func expect(
    _ pass: any Pass, turns before: String, into after: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let header = "function f\n"
    var function = try IRParser.function(header + before)
    try IRVerifier.verify(function)
    pass.run(&function)
    let text = String(IRPrinter.text(function).dropFirst(header.count))
    #expect(text == after + "\n", sourceLocation: location)
    var cleaned = function
    DeadCodeElimination().run(&cleaned)
    try IRVerifier.verify(cleaned)
  }

  // MARK: Simplification

  @Test func constantsFold() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = const 6
          %2 = mul %1, 7
          %3 = sub %2, 2
          exit %3
        """,
      into: """
        b0(%0: ctx):
          %1 = const 6
          %2 = mul 6, 7
          %3 = sub 42, 2
          exit 40
        """)
  }

  @Test func multiplicationAndDivisionByPowersOfTwoAreShifts() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = mul %0, 8
          %2 = udiv %0, 16
          %3 = umod %0, 32
          %4 = add %1, %2
          %5 = add %4, %3
          exit %5
        """,
      into: """
        b0(%0: int):
          %1 = shl %0, 3
          %2 = lshr %0, 4
          %3 = and %0, 31
          %4 = add %1, %2
          %5 = add %4, %3
          exit %5
        """)
  }

  @Test func signedDivisionOfANaturalNumberIsUnsigned() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = and %0, 1023
          %2 = sdiv %1, 10
          exit %2
        """,
      into: """
        b0(%0: int):
          %1 = and %0, 1023
          %2 = udiv %1, 10
          exit %2
        """)
  }

  @Test func shiftThereAndBackIsOneShiftOrAMask() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = shl %0, 52
          %2 = lshr %1, 52
          %3 = and %0, 255
          %4 = shl %3, 16
          %5 = lshr %4, 8
          %6 = lshr %4, 20
          %7 = shl %0, 8
          %8 = lshr %7, 8
          %9 = add %2, %5
          %10 = add %9, %6
          %11 = add %10, %8
          exit %11
        """,
      into: """
        b0(%0: int):
          %1 = shl %0, 52
          %2 = and %0, 4095
          %3 = and %0, 255
          %4 = shl %3, 16
          %5 = shl %3, 8
          %6 = lshr %3, 4
          %7 = shl %0, 8
          %8 = lshr %7, 8
          %9 = add %2, %5
          %10 = add %9, %6
          %11 = add %10, %8
          exit %11
        """)
  }

  @Test func additionsOfConstantsAreOne() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = add %0, 8
          %2 = sub %1, 3
          exit %2
        """,
      into: """
        b0(%0: int):
          %1 = add %0, 8
          %2 = add %0, 5
          exit %2
        """)
  }

  @Test func maskThatKeepsAllBitsGoes() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = load u8 %0 + 0
          %2 = and %1, 255
          %3 = zext16 %2
          exit %3
        """,
      into: """
        b0(%0: ctx):
          %1 = load u8 %0 + 0
          %2 = and %1, 255
          %3 = zext16 %1
          exit %1
        """)
  }

  @Test func maskThatTheVerifierNeedsStays() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = call get_smp_processor_id()
          %2 = and %1, 3
          exit %2
        """,
      into: """
        b0(%0: ctx):
          %1 = call get_smp_processor_id()
          %2 = and %1, 3
          exit %2
        """)
  }

  @Test func branchOnAComparisonIsABranchOnItsOperands() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: int):
          %1 = cmp slt %0, 5
          br eq %1, 0, b1, b2
        b1:
          exit 1
        b2:
          exit 2
        """,
      into: """
        b0(%0: int):
          %1 = cmp slt %0, 5
          br slt %0, 5, b2, b1
        b1:
          exit 1
        b2:
          exit 2
        """)
  }

  @Test func nullCheckOfAPointerThatIsNeverNullFolds() throws {
    try expect(
      Simplification(),
      turns: """
        b0(%0: ctx):
          %1 = mapvalue 0 + 8
          br eq %1, 0, b1, b2
        b1:
          exit 1
        b2:
          exit 2
        """,
      into: """
        b0(%0: ctx):
          %1 = mapvalue 0 + 8
          jump b2
        b1:
          exit 1
        b2:
          exit 2
        """)
  }

  // MARK: Control flow

  @Test func nullCheckOfWhatOneWayFoundNullIsNotRepeated() throws {
    try expect(
      NullCheckThreading(),
      turns: """
        b0(%0: ctx):
          %1: kernel = load u64 %0 + 0
          br eq %1, 0, b2(0), b1
        b1:
          %2: kernel = load u64 %1 + 8
          jump b2(%2)
        b2(%3: kernel):
          br eq %3, 0, b4(0), b3
        b3:
          %4 = load s32 %3 + 16
          jump b4(%4)
        b4(%5: int):
          exit %5
        """,
      into: """
        b0(%0: ctx):
          %1: kernel = load u64 %0 + 0
          br eq %1, 0, b4(0), b1
        b1:
          %2: kernel = load u64 %1 + 8
          jump b2(%2)
        b2(%3: kernel):
          br eq %3, 0, b4(0), b3
        b3:
          %4 = load s32 %3 + 16
          jump b4(%4)
        b4(%5: int):
          exit %5
        """)
  }

  @Test func nullCheckStaysWhereItsPointerIsReadOnBothSides() throws {
    let text = """
      b0(%0: ctx):
        %1: kernel = load u64 %0 + 0
        br eq %1, 0, b2(0), b1
      b1:
        %2: kernel = load u64 %1 + 8
        jump b2(%2)
      b2(%3: kernel):
        br eq %3, 0, b3, b4
      b3:
        store u64 %0 + 0, %3
        jump b4
      b4:
        exit 0
      """
    try expect(NullCheckThreading(), turns: text, into: text)
  }

  @Test func jumpsThreadThroughABranchThatTheirArgumentDecides() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          br eq %0, 1, b1, b2
        b1:
          jump b3(1)
        b2:
          jump b3(0)
        b3(%1: int):
          br ne %1, 0, b4, b5
        b4:
          exit 10
        b5:
          exit 20
        """,
      into: """
        b0(%0: int):
          br eq %0, 1, b4, b5
        b1:
          jump b4
        b2:
          jump b5
        b3(%1: int):
          br ne %1, 0, b4, b5
        b4:
          exit 10
        b5:
          exit 20
        """)
  }

  @Test func parameterWithOneSourceIsThatSource() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          br eq %0, 1, b1, b2
        b1:
          call ktime_get_ns()
          jump b3(%0)
        b2:
          jump b3(%0)
        b3(%1: int):
          %2 = add %1, 1
          exit %2
        """,
      into: """
        b0(%0: int):
          br eq %0, 1, b1, b3(%0)
        b1:
          call ktime_get_ns()
          jump b3(%0)
        b2:
          jump b3(%0)
        b3(%1: int):
          %2 = add %0, 1
          exit %2
        """)
  }

  @Test func blockWithOnePredecessorJoinsIt() throws {
    try expect(
      ControlFlowSimplification(),
      turns: """
        b0(%0: int):
          jump b1(%0)
        b1(%1: int):
          %2 = add %1, 1
          exit %2
        """,
      into: """
        b0(%0: int):
          %2 = add %0, 1
          exit %2
        b1:
          unreachable
        """)
  }

  // MARK: Value numbering

  @Test func pureHelpersAndContextLoadsAreCalledOnce() throws {
    try expect(
      ValueNumbering(),
      turns: """
        b0(%0: ctx):
          %1 = call get_current_pid_tgid()
          %2 = load u64 %0 + 8
          %3 = call get_current_pid_tgid()
          %4 = load u64 %0 + 8
          %5 = add %1, %2
          %6 = add %4, %3
          %7 = add %5, %6
          exit %7
        """,
      into: """
        b0(%0: ctx):
          %1 = call get_current_pid_tgid()
          %2 = load u64 %0 + 8
          %5 = add %1, %2
          %7 = add %5, %5
          exit %7
        """)
  }

  private static let twoLookups = """
    s0: 8 align 8
    b0(%0: ctx):
      %1 = slot s0
      store u64 %1 + 0, 7
      %2 = map 0
      %3: value?(0) = call map_lookup_elem(%2, %1)
    MIDDLE
      %5: value?(0) = call map_lookup_elem(%2, %1)
      br eq %5, 0, b1, b2
    b1:
      exit 0
    b2:
      %6 = load u64 %5 + 0
      exit %6
    """

  @Test func lookupOfTheSameKeyIsOne() throws {
    try expect(
      ValueNumbering(), turns: Self.twoLookups.replacing("MIDDLE\n", with: ""),
      into: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          store u64 %1 + 0, 7
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          br eq %3, 0, b1, b2
        b1:
          exit 0
        b2:
          %6 = load u64 %3 + 0
          exit %6
        """)
  }

  @Test(arguments: [
    "  store u64 %1 + 0, 8", "  %4 = call map_delete_elem(%2, %1)", "  %4 = call map_update_elem(%2, %1, %1, 0)",
    "  %4 = call get_current_comm(%1, 8)",
  ]) func lookupAfterAChangeOfMapOrKeyStays(change: String) throws {
    let text = Self.twoLookups.replacing("MIDDLE", with: change)
    try expect(ValueNumbering(), turns: text, into: text)
  }

  @Test func lookupAfterABranchThatMayDeleteStays() throws {
    let text = """
      s0: 8 align 8
      b0(%0: ctx):
        %1 = slot s0
        store u64 %1 + 0, 7
        %2 = map 0
        %3: value?(0) = call map_lookup_elem(%2, %1)
        br eq %3, 0, b2, b1
      b1:
        %4 = call map_delete_elem(%2, %1)
        jump b2
      b2:
        %5: value?(0) = call map_lookup_elem(%2, %1)
        br eq %5, 0, b3, b3
      b3:
        exit 0
      """
    try expect(ValueNumbering(), turns: text, into: text)
  }

  @Test func equalKeysShareASlot() throws {
    try expect(
      KeySlotMerging(),
      turns: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          %4 = slot s1
          store u64 %4 + 0, %0
          %5 = call map_delete_elem(%2, %4)
          exit %5
        """,
      into: """
        s0: 8 align 8
        s1: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, %0
          %2 = map 0
          %3: value?(0) = call map_lookup_elem(%2, %1)
          %4 = slot s0
          %5 = call map_delete_elem(%2, %4)
          exit %5
        """)
  }

  // MARK: Branches

  @Test func secondNullCheckFolds() throws {
    try expect(
      BranchCorrelation(),
      turns: """
        b0(%0: ctx, %1: value?(0)):
          br eq %1, 0, b1, b2
        b1:
          exit 0
        b2:
          br ne %1, 0, b3, b1
        b3:
          exit 1
        """,
      into: """
        b0(%0: ctx, %1: value?(0)):
          br eq %1, 0, b1, b2
        b1:
          exit 0
        b2:
          jump b3
        b3:
          exit 1
        """)
  }

  @Test func weakerBoundFoldsAndStrongerStays() throws {
    try expect(
      BranchCorrelation(),
      turns: """
        b0(%0: int):
          br ult %0, 8, b1, b4
        b1:
          br ult %0, 16, b2, b4
        b2:
          br ult %0, 4, b3, b4
        b3:
          exit 1
        b4:
          exit 0
        """,
      into: """
        b0(%0: int):
          br ult %0, 8, b1, b4
        b1:
          jump b2
        b2:
          br ult %0, 4, b3, b4
        b3:
          exit 1
        b4:
          exit 0
        """)
  }

  // MARK: Slots

  @Test func slotOfOneNumberIsAValue() throws {
    try expect(
      SlotPromotion(),
      turns: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          store u64 %1 + 0, 0
          br eq %0, 0, b1, b2
        b1:
          store u64 %1 + 0, %0
          jump b2
        b2:
          %2 = load u64 %1 + 0
          exit %2
        """,
      into: """
        s0: 8 align 8
        b0(%0: int):
          %1 = slot s0
          br eq %0, 0, b1, b2(0)
        b1:
          jump b2(%0)
        b2(%3: int):
          exit %3
        """)
  }

  @Test func storesThatAreOverwrittenGo() throws {
    try expect(
      DeadStoreElimination(),
      turns: """
        s0: 24 align 8
        b0(%0: ctx):
          %1 = slot s0
          zero %1 + 0, 24 align 8
          store u64 %1 + 0, 1
          store u64 %1 + 0, 2
          %2 = call get_current_comm(%1, 24)
          exit %2
        """,
      into: """
        s0: 24 align 8
        b0(%0: ctx):
          %1 = slot s0
          zero %1 + 8, 16 align 8
          store u64 %1 + 0, 2
          %2 = call get_current_comm(%1, 24)
          exit %2
        """)
  }

  @Test func slotsThatDoNotMeetShareMemory() throws {
    try expect(
      SlotColoring(),
      turns: """
        s0: 8 align 8
        s1: 16 align 8
        s2: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          %2 = slot s1
          %3 = slot s2
          zero %3 + 0, 8 align 8
          %4 = call get_current_comm(%1, 8)
          %5 = call get_current_comm(%2, 16)
          %6 = call get_current_comm(%3, 8)
          exit 0
        """,
      into: """
        s0: 16 align 8
        s1: 8 align 8
        b0(%0: ctx):
          %1 = slot s0
          %2 = slot s0
          %3 = slot s1
          zero %3 + 0, 8 align 8
          %4 = call get_current_comm(%1, 8)
          %5 = call get_current_comm(%2, 16)
          %6 = call get_current_comm(%3, 8)
          exit 0
        """)
  }

  // MARK: The rest

  @Test func unusedValuesParametersBlocksAndSlotsGo() throws {
    try expect(
      DeadCodeElimination(),
      turns: """
        s0: 8 align 8
        b0(%0: ctx):
          %1 = load u64 %0 + 0
          %2 = slot s0
          store u64 %2 + 0, %1
          jump b2(%1)
        b1:
          exit 1
        b2(%3: int):
          br eq 1, 1, b2(%3), b3
        b3:
          exit 0
        """,
      into: """
        s0: 8 align 8
        b0(%0: ctx):
          jump b1
        b1:
          br eq 1, 1, b1, b2
        b2:
          exit 0
        """)
  }

  @Test func arithmeticThatIsTheSameInEveryRoundLeavesTheLoop() throws {
    try expect(
      LoopInvariantMotion(),
      turns: """
        b0(%0: int):
          jump b1(0)
        b1(%1: int):
          br ult %1, 10, b2, b3
        b2:
          %2 = mul %0, 12
          %3 = add %1, %2
          jump b1(%3)
        b3:
          exit %1
        """,
      into: """
        b0(%0: int):
          %2 = mul %0, 12
          jump b1(0)
        b1(%1: int):
          br ult %1, 10, b2, b3
        b2:
          %3 = add %1, %2
          jump b1(%3)
        b3:
          exit %1
        """)
  }

  @Test func whatAPointerMovesByStaysBehindItsBound() throws {
    let text = """
      b0(%0: int):
        %1 = mapvalue 0 + 0
        jump b1(0)
      b1(%2: int):
        br ult %2, 10, b2, b4
      b2:
        br ult %0, 8, b3, b4
      b3:
        %3 = shl %0, 3
        %4: value(0) = add %1, %3
        %5 = load u64 %4 + 0
        %6 = add %2, %5
        jump b1(%6)
      b4:
        exit 0
      """
    try expect(LoopInvariantMotion(), turns: text, into: text)
  }

  // MARK: Narrow loads

  @Test func loadsReadTheBytesThatAreWanted() throws {
    try expect(
      LoadNarrowing(),
      turns: """
        b0(%0: value(0)):
          %1 = load u64 %0 + 8
          %2 = and %1, 255
          %3 = load u32 %0 + 16
          %4 = lshr %3, 16
          %5 = load s64 %0 + 24
          %6 = shl %5, 20
          %7 = lshr %6, 52
          %8 = load u64 %0 + 32
          store u16 %0 + 40, %8
          %9 = add %2, %4
          %10 = add %9, %7
          exit %10
        """,
      into: """
        b0(%0: value(0)):
          %1 = load u8 %0 + 8
          %2 = and %1, 255
          %11 = load u16 %0 + 18
          %3 = shl %11, 16
          %4 = lshr %3, 16
          %12 = load u16 %0 + 28
          %5 = shl %12, 32
          %6 = shl %12, 52
          %7 = and %12, 4095
          %8 = load u16 %0 + 32
          store u16 %0 + 40, %8
          %9 = add %1, %11
          %10 = add %9, %7
          exit %10
        """)
  }

  @Test func loadsOfBitsAcrossTheMiddleAndFromTheContextStay() throws {
    let text = """
      b0(%0: ctx):
        %1 = mapvalue 0 + 0
        %2 = load u64 %0 + 8
        %3 = and %2, 255
        %4 = load u64 %1 + 8
        %5 = and %4, 6442450944
        %6 = load u64 %1 + 16
        %7 = add %6, 1
        %8 = add %7, %5
        %9 = add %8, %3
        exit %9
      """
    try expect(LoadNarrowing(), turns: text, into: text)
  }

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
}
