import CLibBPF
import Codegen
import Glibc
import Symbolizer

/// A BPF map in the kernel; mapped into this process when its specification allows.
struct LoadedMap {
  let spec: MapSpec
  let descriptor: Descriptor
  /// All elements of a mappable array, each rounded up to 8 bytes.
  let mapping: Mapping?

  var fd: Int32 { descriptor.rawValue }

  /// What the kernel is told of the map's keys and values.
  struct Types {
    let btf: Descriptor
    let pair: MapTypes.Pair
  }

  init(_ spec: MapSpec, descriptor: Descriptor, mapping: Mapping?) {
    self.spec = spec
    self.descriptor = descriptor
    self.mapping = mapping
  }

  /// - Parameter types: left out where the kernel does not take them for a map of this kind.
  init(creating spec: MapSpec, types: Types? = nil) throws(RuntimeError) {
    self.spec = spec
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.map_flags = spec.flags.rawValue
    var fd: Int32 = -1
    if let types {
      options.btf_fd = UInt32(types.btf.rawValue)
      options.btf_key_type_id = types.pair.key
      options.btf_value_type_id = types.pair.value
      fd = Self.create(spec, &options)
      options.btf_fd = 0
      options.btf_key_type_id = 0
      options.btf_value_type_id = 0
    }
    if fd < 0 { fd = Self.create(spec, &options) }
    guard fd >= 0 else {
      if -fd == E2BIG, spec.keySize > Self.oldMaximumKeySize {
        throw .unavailable(
          "this kernel takes map keys of \(Self.oldMaximumKeySize) bytes and those of \(Self.title(of: spec)) have \(spec.keySize):"
            + " shorten them with config max_strlen or str(text, size); Linux 5.11 has no limit")
      }
      if -fd == ENOMEM || -fd == E2BIG, spec.maxEntries > 1 {
        throw .unavailable(
          "the kernel has no memory for the map \(Self.title(of: spec)) of \(spec.maxEntries) keys with values of \(spec.valueSize) bytes:"
            + " lower max_map_keys or the size of its values")
      }
      throw .failure(doing: "create the map \(Self.title(of: spec))", code: -fd, of: .bpfMap)
    }
    descriptor = Descriptor(fd)
    if !spec.initialValue.isEmpty { try Self.write(spec.initialValue, to: fd, of: spec) }
    if spec.isFrozen, bpf_map_freeze(fd) != 0 {
      throw .failure(doing: "freeze the map \(Self.title(of: spec))", code: errno, of: .bpfMap)
    }
    guard spec.flags.contains(.mappable) else {
      mapping = nil
      return
    }
    let isReadOnly = spec.isFrozen || spec.flags.contains(.readOnlyForPrograms)
    let count = Page.roundUp((spec.valueSize + 7) / 8 * 8 * spec.maxEntries)
    guard
      let mapping = Mapping(descriptor: fd, count: count, protection: isReadOnly ? PROT_READ : PROT_READ | PROT_WRITE)
    else { throw .failure(doing: "map \(Self.title(of: spec)) into memory", code: errno) }
    self.mapping = mapping
  }

  private static func create(_ spec: MapSpec, _ options: inout bpf_map_create_opts) -> Int32 {
    bpf_map_create(
      bpf_map_type(rawValue: spec.kind.rawValue), spec.name, UInt32(spec.keySize), UInt32(spec.valueSize),
      // One event for each CPU.
      spec.kind == .perfEventArray ? UInt32(max(libbpf_num_possible_cpus(), 1)) : UInt32(spec.maxEntries), &options)
  }

  /// A script's map as the script names it; the kernel takes no '@'.
  private static func title(of spec: MapSpec) -> String {
    spec.name.hasPrefix("AT_") ? "@" + spec.name.dropFirst(3) : spec.name
  }

  /// Kernel: kernel/bpf/hashtab.c before 5.11, which kept keys to MAX_BPF_STACK.
  private static let oldMaximumKeySize = 512

  /// Writes element 0; a value shorter than the map's is filled up with zeros.
  private static func write(_ value: [UInt8], to fd: Int32, of spec: MapSpec) throws(RuntimeError) {
    var key: UInt32 = 0
    let padded = value + [UInt8](repeating: 0, count: max(0, spec.valueSize - value.count))
    guard bpf_map_update_elem(fd, &key, padded, 0) == 0 else {
      throw .failure(doing: "write the initial value of the map \(title(of: spec))", code: errno, of: .bpfMap)
    }
  }
}
