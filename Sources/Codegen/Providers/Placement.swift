import TraceLang

/// How one program of a body is loaded and finds its arguments: the only thing lowering asks of where it runs.
public struct Placement: Hashable, Sendable {
  public var load: Load
  public var arguments: ArgumentAccess = .record
  /// Frames between the program and the place it is attached to, for stacks to leave out.
  public var framesToSkip = 0
  /// How it learns which of its attach points fired.
  public var names = NameSource.program

  /// The virtual address, by its file, of the code that it is attached to, where it asks for places relative to that.
  public var codeAddress: UInt64?

  /// Where the indices of `probe` and `func` come from.
  public enum NameSource: Hashable, Sendable {
    /// The program is for one attach point wherever its body asks.
    case program
    /// Each hook has them in its cookie (`AttachPoint.cookie`), so that one program serves all.
    case cookie
  }

  init(_ load: Load, arguments: ArgumentAccess = .record, framesToSkip: Int = 0, names: NameSource = .program) {
    self.load = load
    self.arguments = arguments
    self.framesToSkip = framesToSkip
    self.names = names
  }
}

/// Where a program finds what `args` and `argN` stand for.
public enum ArgumentAccess: Hashable, Sendable {
  /// The context is the record.
  case record
  /// The context has a 64-bit word for each.
  case words
  /// The context is the saved registers at a function's entry or return.
  case registers
  /// Those of `raw_syscalls` from the words of the raw tracepoint: the saved registers and the number or result.
  case rawSyscall(SyscallEntry.Side)
  /// Each that the body reads has a place of its own, by its number; the context is the saved registers.
  case operands([Int: USDTOperand])
  /// Members of `args` that the body reads, by name; the context is the saved registers, which have `argN`.
  case parameters([String: ParameterPlace])
}

/// What a body asks of where it runs.
struct BodyUse {
  /// `args`.
  let usesArguments: Bool
  /// Members of `args`, where nothing but members is used; `nil` otherwise.
  let argumentMembers: Set<String>?
  /// It follows pointers among its arguments.
  let followsArguments: Bool
  /// It decides what the traced function returns.
  let overridesResult: Bool
  /// It calls functions of the kernel, which plain programs on raw tracepoints may not.
  let callsKernel: Bool
  /// The N of each `argN`.
  let words: Set<Int>
  /// The members of `args` that are parameters of a function of a binary.
  let parameters: Set<String>
  /// It asks for places that move with the probe's binary.
  let usesCodeAddress: Bool
}

/// A place that programs can be made for.
protocol PlannedPlace {
  /// How a program for a body is to be.
  func placement(for body: BodyUse, on target: any Target) -> Placement
  /// What such a program is attached to.
  func hook(_ placement: Placement) -> Hook.Point
  /// What a program that several places share is attached to; asked of the first of them, and all are of its kind.
  func hooks(for points: [AttachPoint], _ placement: Placement) throws(InternalError) -> [Hook.Point]
  /// A name for the kernel, where the probe's own is too long to tell much; `nil` for the probe's.
  var shortName: String? { get }
}

extension PlannedPlace {
  var shortName: String? { nil }

  func hooks(for points: [AttachPoint], _ placement: Placement) -> [Hook.Point] {
    points.map { $0.planned.hook(placement) }
  }
}

extension AttachPoint {
  /// What a hook tells its program of the attach point: the index of its name and, in the upper half, its function's.
  var cookie: UInt64 { UInt64(nameIndex) | UInt64(functionIndex ?? 0) << 32 }

  var planned: any PlannedPlace {
    switch kind {
    case .special(let place): place
    case .interval(let place): place
    case .profile(let place): place
    case .counted(let place): place
    case .ownSignal(let place): place
    case .watchpoint(let place): place
    case .tracepoint(let place): place
    case .rawTracepoint(let place): place
    case .uprobe(let place): place
    case .kprobe(let place): place
    case .fentry(let place): place
    case .iterator(let place): place
    case .usdt(let place): place
    case .trial(let place): place
    }
  }
}
