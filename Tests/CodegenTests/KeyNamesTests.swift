import Testing
import TraceLang

@testable import Codegen

/// What parts of keys beside stacks are called.
@Suite struct KeyNamesTests {
  private func names(_ keys: String..., of map: String = "@") throws -> [String]? {
    let uses = keys.map { "\(map)[\($0)] = count();" }.joined(separator: " ")
    let bundle = try BuiltScript("tracepoint:syscalls:sys_enter_read { $x = 1; \(uses) }").bundle
    return try #require(bundle.views.first { $0.name == map }).keyNames
  }

  @Test("builtins and members give their names, other values none") func parts() throws {
    #expect(
      try names("comm, pid, kstack, args.fd, probe, $x, 7, tid + 1, curtask.pid")
        == ["comm", "pid", "", "fd", "probe", "", "", "", "pid"])
    #expect(try names("kstack") == [""])
    #expect(try names("(uint8)pid, ustack") == ["pid", ""])
  }

  @Test("uses of a map that differ leave no name") func differing() throws {
    #expect(try names("pid, kstack, tid", "tid, kstack, tid") == ["", "", "tid"])
  }

  @Test("maps without stacks have none, nor those whose keys come in one piece") func none() throws {
    #expect(try names("pid, comm") == nil)
    let whole =
      "tracepoint:syscalls:sys_enter_read { $key = (pid, kstack); @[$key] = count(); @[1, kstack] = count(); }"
    #expect(try BuiltScript(whole).bundle.views[0].keyNames == nil)
  }
}
