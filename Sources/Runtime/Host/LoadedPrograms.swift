import CLibBPF
import Glibc
import Symbolizer
import TraceLang

/// BPF programs that are in the kernel and have types.
enum LoadedPrograms {
  /// The functions of all programs that can be traced, by the programs' numbers.
  /// - Throws: when the kernel does not tell this user.
  static func functions() throws(TargetError) -> [ProgramFunction] {
    var found: [ProgramFunction] = []
    var id: UInt32 = 0
    while true {
      let code = -bpf_prog_get_next_id(id, &id)
      if code == ENOENT { return found }
      if code == EPERM { throw TargetError("run as root: the kernel tells nobody else its BPF programs") }
      guard code == 0 else {
        throw TargetError("the kernel does not tell its BPF programs: \(String(cString: strerror(code)))")
      }
      // It may have ended since.
      guard let program = open(id) else { continue }
      found += typedFunctions(of: program.rawValue).map { ProgramFunction($0.name, ofProgram: id) }
    }
  }

  /// `nil` when there is no such program any more, or this user may not have it.
  static func open(_ id: UInt32) -> Descriptor? {
    let descriptor = bpf_prog_get_fd_by_id(id)
    return descriptor < 0 ? nil : Descriptor(descriptor)
  }

  /// Where a program has a function, in its own types; `nil` when it has none of that name.
  static func typeID(ofFunction name: String, of program: Int32) -> UInt32? {
    typedFunctions(of: program).first { $0.name == name }?.type
  }

  private static func typedFunctions(of program: Int32) -> [(name: String, type: UInt32)] {
    var information = bpf_prog_info()
    guard read(&information, of: program), information.btf_id != 0, isTraceable(information.type) else { return [] }
    var functions = [bpf_func_info](repeating: bpf_func_info(), count: Int(information.nr_func_info))
    let type = information.btf_id
    let isRead = functions.withUnsafeMutableBufferPointer { functions in
      information = bpf_prog_info()
      information.nr_func_info = UInt32(functions.count)
      information.func_info_rec_size = UInt32(MemoryLayout<bpf_func_info>.stride)
      information.func_info = UInt64(UInt(bitPattern: functions.baseAddress))
      return read(&information, of: program)
    }
    guard isRead, let types = btf__load_from_kernel_by_id(type) else { return [] }
    defer { btf__free(types) }
    return functions.prefix(Int(information.nr_func_info)).compactMap { function in
      guard let type = btf__type_by_id(types, function.type_id),
        let name = btf__name_by_offset(types, type.pointee.name_off)
      else { return nil }
      return (String(cString: name), function.type_id)
    }
  }

  /// Programs that are attached to functions themselves are not (Kernel: kernel/bpf/verifier.c,
  /// bpf_check_attach_target, "Cannot recursively attach").
  private static func isTraceable(_ type: UInt32) -> Bool {
    type != BPF_PROG_TYPE_TRACING.rawValue && type != BPF_PROG_TYPE_EXT.rawValue
  }

  private static func read(_ information: inout bpf_prog_info, of program: Int32) -> Bool {
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    return bpf_obj_get_info_by_fd(program, &information, &size) == 0
  }
}
