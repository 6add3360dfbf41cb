import Glibc
import Testing

@testable import Runtime

/// A folder of a mounted hierarchy, and a group in it while a test runs.
private final class TemporaryGroup {
  let folder: String
  let inode: UInt64

  /// `nil` where there is no hierarchy to be written.
  init?() {
    let lines = (try? readFile("/proc/self/mountinfo")).map {
      String(decoding: $0, as: UTF8.self).split(separator: "\n")
    }
    let places = (lines ?? []).filter { $0.contains(" - cgroup") }.map { String($0.split(separator: " ")[4]) }
    let folders = places.map { "\($0)/swtrace-test-\(getpid())" }
    guard let folder = folders.first(where: { mkdir($0, 0o755) == 0 }) else { return nil }
    self.folder = folder
    mkdir("\(folder)/a b", 0o755)
    var status = stat()
    stat("\(folder)/a b", &status)
    inode = UInt64(status.st_ino)
  }

  deinit {
    rmdir("\(folder)/a b")
    rmdir(folder)
  }
}

@Suite struct CgroupTests {
  @Test("a group is found by its number, and no longer once it is gone") func number() throws {
    guard let group = TemporaryGroup() else { return }
    let paths = try #require(Cgroups().paths(of: group.inode, filter: "*"))
    #expect(paths.split(separator: ",").contains { $0.hasSuffix(":/swtrace-test-\(getpid())/a b") }, "\(paths)")
    rmdir("\(group.folder)/a b")
    #expect(Cgroups().paths(of: group.inode, filter: "*")?.contains("swtrace-test") != true)
  }
}
