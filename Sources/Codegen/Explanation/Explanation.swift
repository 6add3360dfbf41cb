/// What a script will do to a machine and asks of it, told before it runs: the facts of its plan, for people (`text`) and as
/// JSON, whose members are those of these types.
public struct Explanation: Hashable, Sendable, Encodable {
  /// Its file, as messages name it.
  public var script: String
  /// The machine that it is compiled for.
  public var machine: String
  /// The attach points as they are written.
  public var probes: [Probe] = []
  /// BPF programs that are loaded; `nil` where that is not known.
  public var programs: Int?
  /// Places of the kernel that they are hooked to.
  public var hooks: Int?
  /// The script's maps.
  public var maps: [Map] = []
  /// What else is kept in the kernel.
  public var buffers: [Buffer] = []
  /// Bytes of kernel memory that all of it takes.
  public var memory: Int?
  /// What each block of the script looks at.
  public var reads: [Read] = []
  public var output = Output()
  /// What needs --unsafe.
  public var unsafe: [Deed] = []
  /// What may be lost, and when: "output, while more than 4 MB of it wait".
  public var losses: [String] = []
  public var needs = Needs()
  /// What could not be found out, and why.
  public var unknown: [Deed] = []

  /// An attach point as it is written.
  public struct Probe: Hashable, Sendable, Encodable {
    public var probe: String
    /// "file:line:columns"; `nil` of a bundle.
    public var place: String?
    /// What such probes fire at.
    public var fires: String?
    /// How many places it stands for; `nil` where the machine does not tell.
    public var count: Int?
    /// The first few of them.
    public var first: [String]
    public var mechanisms: [Mechanism]
    public var pace: Pace?
  }

  /// How often probes fire.
  public enum Pace: String, Hashable, Sendable, Encodable {
    case once
    /// At a steady rate.
    case timer
    /// As often as things happen, on all CPUs.
    case event
  }

  /// How places are hooked.
  public struct Mechanism: Hashable, Sendable, Encodable {
    public var mechanism: String
    /// Links or events of the kernel.
    public var hooks: Int
    public var programs: Int
  }

  public struct Map: Hashable, Sendable, Encodable {
    public var map: String
    public var key: String?
    public var value: String
    /// Where it is kept.
    public var kind: String
    public var entries: Int
    /// Bytes of kernel memory, those for all CPUs.
    public var memory: Int
    /// Whether it is a hash map all of whose entries take memory from the start.
    public var isPreallocated: Bool

    private enum CodingKeys: String, CodingKey {
      case map, key, value, kind, entries, memory
      case isPreallocated = "preallocated"
    }
  }

  public struct Buffer: Hashable, Sendable, Encodable {
    public var buffer: String
    public var memory: Int
  }

  /// What a block of the script looks at.
  public struct Read: Hashable, Sendable, Encodable {
    /// Its attach points.
    public var probe: String
    /// Builtins, members of `args`.
    public var values: [String]
    /// `user` and `kernel`, where it reads such memory.
    public var memory: [String]
    /// Bytes that a string has at most; `nil` where none is read.
    public var stringLimit: Int?
    /// "kernel stacks of up to 127 frames"
    public var stacks: [String]

    private enum CodingKeys: String, CodingKey {
      case probe, values, memory
      case stringLimit = "string_limit"
      case stacks
    }
  }

  public struct Output: Hashable, Sendable, Encodable {
    /// What is printed while it runs: "printf \"%s\\n\"".
    public var lines: [String] = []
    /// Maps that print when it ends.
    public var atEnd: [String] = []
    /// Formats of the paths that `cat` prints.
    public var files: [String] = []
    /// Formats of the commands that are run.
    public var commands: [String] = []
    /// Files of a BPF file system that stay.
    public var pinned: [String] = []

    private enum CodingKeys: String, CodingKey {
      case lines
      case atEnd = "at_end"
      case files, commands, pinned
    }
  }

  /// Something at a place of the script.
  public struct Deed: Hashable, Sendable, Encodable {
    /// "file:line:column"; `nil` for what is of no place.
    public var place: String?
    public var what: String

    public init(place: String?, what: String) {
      self.place = place
      self.what = what
    }
  }

  public struct Needs: Hashable, Sendable, Encodable {
    /// Capabilities that do instead of root.
    public var capabilities: [String] = []
    /// What the kernel has that the plan counts on: "BTF (5.4)".
    public var kernel: [String] = []
    /// What must be as it is on this machine: "struct task_struct".
    public var facts: [String] = []
  }
}
