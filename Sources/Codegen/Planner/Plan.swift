import TraceLang

/// The planner's decisions: where each map lives, which programs there are and what each of them runs.
public struct Plan: Hashable, Sendable {
  /// BPF maps in the bundle's order.
  public var maps: [MapSpec] = []
  /// The storage of each map of the program, by `MapID`.
  public var views: [MapView] = []
  /// By `MapID`: whether aggregations into it must be atomic because one program may interrupt another.
  public var needsAtomicUpdates: [Bool] = []
  /// By `MapID`: whether entries mostly stay, so that an assignment does well to look for one first.
  public var keepsEntries: [Bool] = []
  public var programs: [PlannedProgram] = []
  /// The array map all directly addressed storage lies in.
  public var dataMap: Int?
  /// The frozen array map of constants.
  public var constantsMap: Int?
  public var ringBuffer: Int?
  public var words = SharedWords()
  public var pendingActions: [PendingAction] = []
  /// A word that is always 0 and that the verifier cannot know to be.
  public var opaqueZero: MapView.Place?
  /// Offset in the constants of each glob's `accepting` table.
  public var globTables: [GlobStates: Int] = [:]
  /// Offset in the constants of each table's texts, which are apart by `TextTable.capacity` rounded up to 8.
  public var textTables: [TextTable: Int] = [:]
  public var stacks: [StackStorage] = []
  /// What programs find frames of processes by.
  public var unwinding: UnwindStorage?
  /// What programs tell by which processes' addresses they take.
  public var sightings: SightingStorage?
  /// The map of perf events that packets are sent by.
  public var packetMap: Int?
  /// Offset in the constants of zeros, enough for any map value.
  public var zeros: Int?
}

/// One BPF program and the hooks it is attached to.
public struct PlannedProgram: Hashable, Sendable {
  public var name: String
  public var title: String
  public var placement: Placement
  public var points: [Hook.Point]
  /// What each of the points is for, where they differ.
  public var pointTitles: [String] = []
  public var entry: Entry
  /// The attach points that it runs for.
  public var served: [Served]

  /// An attach point: the index of its probe and that of its name.
  public struct Served: Hashable, Sendable {
    public let probe: Int
    public let name: Int
  }

  /// What `probe` and `func` give, as indices in the table of names.
  public enum Names: Hashable, Sendable {
    case constants(probe: Int, function: Int)
    /// `AttachPoint.cookie` of the hook that fired.
    case cookie
  }

  public struct Body: Hashable, Sendable {
    /// Index in `Program.probes`.
    public var probe: Int
    public var names: Names
  }

  /// How the program finds out what to run.
  public enum Entry: Hashable, Sendable {
    /// One probe's body.
    case single(probe: Int, names: Names)
    /// One body where a function begins, another where it returns.
    case session(entry: Body, exit: Body)
    /// The bodies of all probes on syscall entry or exit, told apart by the syscall's number.
    case syscalls(SyscallEntry)
  }
}

/// A program on the raw tracepoint `sys_enter` or `sys_exit`.
public struct SyscallEntry: Hashable, Sendable {
  public enum Side: String, Hashable, Sendable {
    case enter, exit
  }

  public var side: Side
  public var registers: Registers
  /// One for each block of the script, in order.
  public var blocks: [Block]
  /// The largest syscall number any block wants.
  public var maximumNumber: Int

  /// How the saved registers of the call (`struct pt_regs`) are read.
  public enum Registers: String, Hashable, Sendable {
    case unused
    /// Directly, as the kernel knows the pointer's type.
    case typed
    /// Copied to the stack by helper.
    case copied
  }

  public struct Block: Hashable, Sendable {
    /// `Probe.block` of its probes.
    public var number: Int
    public var sections: [Section]
    public var dispatch: Dispatch
  }

  /// How a block finds out what to run for a number. A table is an offset in the constants, of a 16-bit entry for each
  /// number 0 ... maximum; 0 stands for a number that the block does not want.
  public enum Dispatch: Hashable, Sendable {
    /// The block wants one number.
    case one(Member)
    /// It has one section, and the table the name index + 1 of each number.
    case names(table: Int)
    /// The table has the section's ordinal + 1 of each number.
    case sections(table: Int)
    /// Both; the second table is asked only for the name.
    case sectionsWithNames(table: Int, names: Int)
  }

  public struct Section: Hashable, Sendable {
    public var probe: Int
    /// Syscall numbers and the name index of each.
    public var members: [Member]
  }

  public struct Member: Hashable, Sendable {
    public var number: Int
    public var nameIndex: Int
  }
}

extension Plan {
  /// The plan as text (`-d plan`).
  public func description(of program: Program) -> String {
    var text = ""
    for (index, (map, view)) in zip(program.maps, views).enumerated() {
      let key = map.key.map { "[\($0.description)]" } ?? ""
      text += "map \(map.name)\(key): \(map.value.description) in \(view.content.description(maps))"
      text += needsAtomicUpdates[index] ? ", atomic\n" : "\n"
    }
    for planned in programs {
      text += "program \(planned.name): \(planned.placement.load.description) for \(planned.title)\n"
      switch planned.entry {
      case .single(let probe, _): text += "  runs probe \(probe)\n"
      case .session(let entry, let exit): text += "  runs probe \(entry.probe), and \(exit.probe) at the return\n"
      case .syscalls(let entry):
        text += "  sys_\(entry.side.rawValue), registers \(entry.registers.rawValue)\n"
        for block in entry.blocks {
          for section in block.sections {
            let numbers = section.members.map { String($0.number) }
            text += "  runs probe \(section.probe) for syscalls \(numbers.joined(separator: ","))\n"
          }
        }
      }
      for point in planned.points { text += "  on \(point.description)\n" }
    }
    return text
  }
}

extension MapView.Content {
  func description(_ maps: [MapSpec]) -> String {
    switch self {
    case .plain(_, .hash(let map)): "\(maps[map].name) (hash of \(maps[map].maxEntries))"
    case .aggregation(_, .hash(let hash)):
      "\(maps[hash.map].name) (\(hash.values.description) of \(maps[hash.map].maxEntries))"
    case .plain(_, .cells(let cells)):
      "\(maps[cells.map].name)+\(cells.offset) (direct, \(cells.domain.description), \(cells.stride) bytes apart, "
        + "presence at +\(cells.presence))"
    case .aggregation(_, .slots(let slots)):
      "\(maps[slots.map].name)+\(slots.offset) (slots of \(slots.size) bytes, \(slots.cpuStride) a CPU, "
        + "\(slots.domain.description)\(slots.rest.map { ", others in \(maps[$0.map].name)" } ?? ""))"
    }
  }
}

extension MapView.Hash.Values {
  fileprivate var description: String {
    switch self {
    case .shared: "hash"
    case .slots(let stride): "hash with a slot a CPU, \(stride) bytes apart,"
    case .perCPU: "per-CPU hash"
    }
  }
}

extension MapView.Domain {
  var description: String {
    switch self {
    case .scalar: "scalar"
    case .probes(let base, let count): "by probe \(base)..<\(base + count)"
    case .integers(let count): "by integer 0..<\(count)"
    case .cpus(let count): "by CPU 0..<\(count)"
    case .keys(let keys): "by \(keys.count) constant keys"
    }
  }
}
