import Glibc
import ReferenceInterpreter
import TestSupport
import TraceLang

/// The running thread as programs that run in it see it.
enum ThisThread {
  static func surroundings(on target: any Target) -> Surroundings {
    var surroundings = Surroundings()
    surroundings.pid = UInt32(getpid())
    surroundings.uid = getuid()
    surroundings.gid = getgid()
    if let tid = (try? FileContents.text("/proc/thread-self/stat"))?.prefix(while: { $0 != " " }) {
      surroundings.tid = UInt32(tid) ?? 0
    }
    surroundings.comm = (try? FileContents.bytes("/proc/thread-self/comm"))?.filter { $0 != UInt8(ascii: "\n") } ?? []
    let tasks = TaskMemory(process: surroundings.pid, target: target)
    surroundings.task = tasks.address
    surroundings.memory = { SampleMemory.read($0, $1, $2) ?? tasks.read($0, $1, $2) }
    return surroundings
  }
}
