import Testing
import TraceLang

@testable import Codegen

@Suite struct MapTypesTests {
  @Test func scriptWithoutMapsHasNone() throws {
    #expect(try BuiltScript(#"BEGIN { printf("hi\n"); exit(); }"#).bundle.mapTypes == nil)
  }

  @Test func hashAndDataMapsAreDescribedAndServicesAreNot() throws {
    let bundle = try BuiltScript(#"BEGIN { @a = 1; @b[pid] = comm; printf("x"); }"#).bundle
    let types = try #require(bundle.mapTypes)
    let described = bundle.maps.indices.filter { types.pair(ofMap: $0) != nil }.map { bundle.maps[$0].name }
    #expect(Set(described) == ["AT_b", "swtrace_data"])
  }

  @Test(
    .enabled(if: Kernel.isAvailable, "needs root to load BTF"),
    arguments: [
      "BEGIN { @ = 1; }", "BEGIN { @a[pid] = 1; @s[comm, 1] = \"x\"; }", "BEGIN { @t = (1, (int8)2, \"abc\"); }",
      "BEGIN { @c = count(); @m[pid] = min(3); @x[pid] = max(-3); @v[1] = avg(2); @w = stats(1); }",
      "BEGIN { @h = hist(1); @l[pid] = lhist(1, 0, 10, 2); }",
      "BEGIN { @p[probe] = 1; @k = kptr(4); @u[pid] = usym(1); }",
      "BEGIN { @i[ntop(1)] = cgroup_path(1); @m[macaddr((int8[6])\"abcde\")] = strerror(1); }",
      "BEGIN { @s[username] = syscall_name(1); }",
      "BEGIN { @n[pid] = (true, pid); @d = strftime(\"%s\", nsecs); @y = buf(\"abc\", 3); }",
    ]) func kernelTakesTheTypes(script: String) throws
  {
    let bundle = try BuiltScript(script).bundle
    _ = try Kernel.loadBTF(#require(bundle.mapTypes).types)
  }
}
