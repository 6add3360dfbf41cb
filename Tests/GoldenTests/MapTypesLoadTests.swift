import CLibBPF
import Glibc
import TestSupport
import Testing
import TraceLang

@testable import Codegen
@testable import Runtime

@Suite(.enabled(if: getuid() == 0, "needs root to create BPF maps")) struct MapTypesLoadTests {
  private func bundle(_ script: String, _ host: HostTarget) throws -> Bundle {
    try Compiler(target: host).compile(SourceFile(name: "script.bt", text: script)).bundle
  }

  /// The BTF types the kernel knows of each map, "name key value".
  private func types(_ bundle: Bundle, _ host: HostTarget) throws -> [String] {
    try Loader(bundle: bundle, host: host).loadMaps().map { map in
      var info = bpf_map_info()
      var size = UInt32(MemoryLayout<bpf_map_info>.size)
      #expect(bpf_obj_get_info_by_fd(map.fd, &info, &size) == 0)
      return "\(map.spec.name) \(info.btf_key_type_id != 0) \(info.btf_value_type_id != 0)"
    }
  }

  private static let script = "BEGIN { @a = 1; @h[pid, comm] = (1, true); @c[comm] = count(); printf(\"x\"); }"

  @Test("maps of the script have types in the kernel, others have none") func typed() throws {
    let host = try HostTarget()
    let types = try types(bundle(Self.script, host), host)
    #expect(
      Set(types).isSuperset(of: [
        "swtrace_data true true", "AT_h true true", "AT_c true true", "swtrace_events false false",
      ]))
  }

  @Test("types that the kernel refuses are left out") func refused() throws {
    let host = try HostTarget()
    var bundle = try bundle(Self.script, host)
    let pair = try #require(bundle.mapTypes?.pair(ofMap: 0))
    bundle.mapTypes = MapTypes(types: [1, 2, 3], pairs: bundle.maps.map { _ in pair })
    #expect(try types(bundle, host).allSatisfy { $0.hasSuffix("false false") })
    // A type of another size.
    let wrong = MapTypes.Pair(key: 1, value: 1)
    let good = try #require(try self.bundle("BEGIN { @b[1] = 1; }", host).mapTypes)
    bundle.mapTypes = MapTypes(types: good.types, pairs: bundle.maps.map { _ in wrong })
    #expect(try types(bundle, host).count == bundle.maps.count)
  }
}
