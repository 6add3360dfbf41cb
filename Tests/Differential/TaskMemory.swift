import TestSupport
import TraceLang

/// Stand-ins for the tasks that the kernel would show this thread: itself, its leader and the processes above, as far as
/// `/proc` tells of them. Their addresses are made up.
struct TaskMemory: Sendable {
  private struct Task: Sendable {
    var tgid: UInt32
    var leader: Int
    var parent: Int
  }

  private static let base: UInt64 = 0xffff_8880_0000_0000
  private static let distance: UInt64 = 1 << 20

  private var tasks: [Task] = []
  private let fields: [(name: String, offset: Int)]

  /// The running thread's.
  var address: UInt64 { Self.base }

  init(process: UInt32, target: any Target) {
    let members = target.layout(of: .named("struct task_struct"))?.members ?? []
    fields = ["tgid", "group_leader", "real_parent"].compactMap { name in
      members.first { $0.name == name }.map { (name, $0.offset) }
    }
    var ancestors = [process]
    while let last = ancestors.last, last != 0, ancestors.count < 64 { ancestors.append(Self.parent(of: last)) }
    tasks = [Task(tgid: process, leader: 1, parent: min(2, ancestors.count))]
    for (index, tgid) in ancestors.enumerated() {
      // The first task of all is its own parent.
      tasks.append(Task(tgid: tgid, leader: index + 1, parent: min(index + 2, ancestors.count)))
    }
  }

  private static func parent(of process: UInt32) -> UInt32 {
    let status = (try? FileContents.text("/proc/\(process)/status")) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
    return line.flatMap { UInt32($0.split(separator: "\t").last ?? "") } ?? 0
  }

  func read(_ place: UInt64, _ count: Int, _ space: AddressSpace) -> [UInt8]? {
    guard space != .user, place >= Self.base else { return nil }
    let (number, offset) = (place - Self.base).quotientAndRemainder(dividingBy: Self.distance)
    guard tasks.indices.contains(Int(clamping: number)), let field = fields.first(where: { $0.offset == Int(offset) })
    else { return nil }
    let task = tasks[Int(number)]
    let word: UInt64 =
      switch field.name {
      case "tgid": UInt64(task.tgid)
      case "group_leader": Self.base + UInt64(task.leader) * Self.distance
      default: Self.base + UInt64(task.parent) * Self.distance
      }
    return withUnsafeBytes(of: word.littleEndian) { Array($0.prefix(count)) }
  }
}
