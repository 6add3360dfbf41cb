import CLibBPF
import Codegen
import Glibc
import Runtime
import TestSupport
import Testing
import TraceLang

/// Every golden script as an ELF object, loaded by libbpf.
@Suite struct ObjectTests {
  private func bundle(_ script: GoldenScript, _ target: any Target) throws -> Bundle {
    let checked = try script.program(on: target)
    return try Compiler(target: target).compile(try #require(checked.program), sources: checked.sources).bundle
  }

  @Test(
    "libbpf loads the object of every script", .enabled(if: getuid() == 0, "needs root to load BPF programs"),
    arguments: GoldenScript.all)
  func loads(script: GoldenScript) throws {
    guard try script.runsHere else { return }
    let bundle = try bundle(script, try HostTarget())
    let object = try LoadedObject(ObjectFile.encode(bundle))
    #expect(object.failure == 0)
    #expect(Set(object.programs).isSuperset(of: bundle.programs.map(\.name)))
    // Every map of the bundle is there with its size, whatever the section it lies in.
    #expect(object.maps.map(\.valueSize).sorted() == bundle.maps.map(\.valueSize).sorted())
    #expect(object.maps.map(\.keySize).sorted() == bundle.maps.map(\.keySize).sorted())
  }

  @Test(
    "the kernel attaches, counts and shows source lines", .enabled(if: getuid() == 0, "needs root to load BPF programs")
  )
  func counts() throws {
    let script = "tracepoint:syscalls:sys_enter_getppid { @ = count(); }"
    let bundle = try Compiler(target: try HostTarget()).compile(SourceFile(name: "count.bt", text: script)).bundle
    let object = try LoadedObject(ObjectFile.encode(bundle))
    #expect(object.failure == 0)
    let links = object.attach()
    #expect(links.count == 1)
    for _ in 0..<5 { _ = getppid() }
    for link in links { bpf_link__destroy(link) }
    let data = try #require(object.value(ofMap: ".bss"))
    let words = data.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    #expect(words.reduce(0, +) >= 5)
    #expect(object.lines > 0)
  }

  @Test("a map whose initial value no section holds is refused") func initialValue() {
    var bundle = Bundle(settings: Bundle.Settings(possibleCPUs: 1))
    bundle.maps = [
      MapSpec(name: "m", kind: .array, keySize: 4, valueSize: 8, maxEntries: 2, initialValue: [1, 2, 3, 4, 5, 6, 7, 8])
    ]
    #expect(
      throws: BundleError("an object cannot hold the initial value of the map m, which is no single array")
    ) { try ObjectFile.encode(bundle) }
  }
}

/// An object that libbpf opened and loaded.
private final class LoadedObject {
  private let object: OpaquePointer
  /// What bpf_object__load returned.
  let failure: Int32

  init(_ bytes: [UInt8]) throws {
    libbpf_set_print { _, _, _ in 0 }
    object = try #require(bytes.withUnsafeBytes { bpf_object__open_mem($0.baseAddress, $0.count, nil) })
    failure = bpf_object__load(object)
  }

  deinit { bpf_object__close(object) }

  private var programPointers: [OpaquePointer] {
    Array(
      sequence(state: OpaquePointer?.none) { [object] state in
        state = bpf_object__next_program(object, state)
        return state
      })
  }

  private var mapPointers: [OpaquePointer] {
    Array(
      sequence(state: OpaquePointer?.none) { [object] state in
        state = bpf_object__next_map(object, state)
        return state
      })
  }

  var programs: [String] { programPointers.map { String(cString: bpf_program__name($0)) } }

  var maps: [(keySize: Int, valueSize: Int)] {
    mapPointers.map { (Int(bpf_map__key_size($0)), Int(bpf_map__value_size($0))) }
  }

  func attach() -> [OpaquePointer] { programPointers.compactMap { bpf_program__attach($0) } }

  func value(ofMap suffix: String) -> [UInt8]? {
    guard let map = mapPointers.first(where: { String(cString: bpf_map__name($0)).hasSuffix(suffix) }) else {
      return nil
    }
    var key: UInt32 = 0
    var value = [UInt8](repeating: 0, count: Int(bpf_map__value_size(map)))
    return bpf_map_lookup_elem(bpf_map__fd(map), &key, &value) == 0 ? value : nil
  }

  /// Source lines that the kernel knows of all programs.
  var lines: Int {
    programPointers.reduce(0) { sum, program in
      var info = bpf_prog_info()
      var size = UInt32(MemoryLayout<bpf_prog_info>.size)
      return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0 ? sum + Int(info.nr_line_info) : sum
    }
  }
}
