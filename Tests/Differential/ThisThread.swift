import Glibc
import ReferenceInterpreter
import TestSupport

/// The running thread as programs that run in it see it.
enum ThisThread {
  static var surroundings: Surroundings {
    var surroundings = Surroundings()
    surroundings.pid = UInt32(getpid())
    surroundings.uid = getuid()
    surroundings.gid = getgid()
    if let tid = (try? FileContents.text("/proc/thread-self/stat"))?.prefix(while: { $0 != " " }) {
      surroundings.tid = UInt32(tid) ?? 0
    }
    surroundings.comm = (try? FileContents.bytes("/proc/thread-self/comm"))?.filter { $0 != UInt8(ascii: "\n") } ?? []
    surroundings.memory = SampleMemory.read
    return surroundings
  }
}
