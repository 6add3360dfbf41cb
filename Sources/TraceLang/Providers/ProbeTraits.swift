extension RecordReference {
  /// The context of programs on functions and on instructions (Kernel: arch/*/include/asm/ptrace.h).
  static let registers = RecordReference.named("struct pt_regs")
  /// That of programs on perf events (Kernel: include/uapi/linux/bpf_perf_event.h).
  static let perfEvent = RecordReference.named("struct bpf_perf_event_data")
}

/// What code at an attach point may assume. Later stages ask this, never which provider it was.
public struct ProbeTraits: Hashable, Sendable {
  /// What `probetype` gives.
  public var typeName: String
  /// What `args` is, if anything.
  public var arguments: RecordReference?
  /// What `ctx` points to, if anything.
  public var context: RecordReference?
  /// What `argN` reads, if anything.
  public var words: ArgumentWords?
  /// What `retval` is, if anything.
  public var result: FunctionResult?
  /// Whether the probe is on a function, whose name `func` gives.
  public var hasFunctionName = false
  /// The path of the executable or library that the probe is in, if any.
  public var binary: String?
  /// Whether the program is given the registers that were saved when the probe fired.
  public var hasRegisters = false
  /// Where pointers that do not say it point to.
  public var space = AddressSpace.kernel
  public var pace = Pace.event
  /// Whether it may fire while a program at another attach point runs on the same CPU.
  public var mayInterrupt = true
  /// Whether the kernel may give the CPU to another task while the program runs, which then runs it, too.
  public var isPreemptible = false
  /// Whether the current task is what the probe is about: not so where swtrace itself runs the program.
  public var hasCurrentTask = true
  /// Whether `return` with a number is `exit` with it.
  public var exitsWithReturnedValue = false
  /// Whether the command of `-c` is all that is seen, as bpftrace has it: so for functions of programs and for perf events.
  public var followsCommand = false
  /// The member of `args` that is the number of the system call the probe fires at.
  public var syscallNumber: String?
  /// Whether the program stays in the kernel when swtrace ends: what it prints is text that is read from a file.
  public var isPinned = false
  /// What only some places let a program ask of the kernel.
  public var abilities: Abilities = []
  /// Whether any number of such attach points take one hook.
  public var sharesHook = false
  /// All types of program that a body here may become where it calls functions of the kernel.
  public var programTypes: [ProgramType]

  /// Helpers of the kernel that are not for every program.
  public struct Abilities: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The name of a `struct path`.
    public static let path = Abilities(rawValue: 1)
    /// The number of a socket.
    public static let socketCookie = Abilities(rawValue: 2)
    /// What the traced function returns, which then does not run.
    public static let override = Abilities(rawValue: 4)
    /// The bytes of a packet.
    public static let packetOutput = Abilities(rawValue: 8)
  }

  /// Whether it is on a function of a BPF program, whose arguments and result are not known here.
  var isOnProgram: Bool { hasFunctionName && !hasRegisters && arguments == nil }

  public enum ArgumentWords: Hashable, Sendable {
    /// The program's context, a word for each.
    case context
    /// The registers that functions are given arguments in.
    case registers
    /// What the probe says of itself: the type of each; `nil` for those that cannot be read.
    case operands([IntegerType?])

    /// The type of `argN`, by N, where each probe has its own.
    func types(of words: Set<Int>) -> [Int: IntegerType?] {
      guard case .operands(let types) = self else { return [:] }
      return Dictionary(uniqueKeysWithValues: words.filter(types.indices.contains).map { ($0, types[$0]) })
    }
  }

  public enum FunctionResult: Hashable, Sendable {
    /// The register that functions return in.
    case register
    /// Of the type that the kernel's function has by BTF; it lies after its arguments.
    case ofFunction(String)
  }

  /// How often it fires.
  public enum Pace: Int, Hashable, Sendable, Comparable {
    /// Once a run.
    case once
    /// At a slow, steady rate on one CPU.
    case timer
    /// As often as things happen, on all CPUs.
    case event

    public static func < (left: Pace, right: Pace) -> Bool { left.rawValue < right.rawValue }
  }

  init(typeName: String, programTypes: [ProgramType]) {
    self.typeName = typeName
    self.programTypes = programTypes
  }

  /// Only what the meaning of a body depends on, without what `args`, `argN` and `retval` are: attach points that are equal in this can share one.
  var meaning: ProbeTraits {
    var traits = ProbeTraits(typeName: typeName, programTypes: programTypes)
    traits.words = if case .operands = words { .operands([]) } else { words }
    traits.hasFunctionName = hasFunctionName
    traits.hasRegisters = hasRegisters
    traits.context = context
    traits.space = space
    traits.hasCurrentTask = hasCurrentTask
    traits.exitsWithReturnedValue = exitsWithReturnedValue
    traits.abilities = abilities
    traits.isPinned = isPinned
    return traits
  }

  /// Takes in another attach point of the same meaning.
  mutating func add(_ other: ProbeTraits) {
    pace = max(pace, other.pace)
    mayInterrupt = mayInterrupt || other.mayInterrupt
    isPreemptible = isPreemptible || other.isPreemptible
    if syscallNumber != other.syscallNumber { syscallNumber = nil }
    sharesHook = sharesHook && other.sharesHook
  }
}
