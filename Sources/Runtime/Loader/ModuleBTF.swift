import CLibBPF
import Glibc
import Symbolizer
import TraceLang

/// The BTF objects of modules as the kernel numbers them.
enum ModuleBTF {
  /// A descriptor of a module's own.
  /// - Throws: when the kernel has none of that name.
  static func open(_ module: String) throws(TargetError) -> Descriptor {
    var id: UInt32 = 0
    while bpf_btf_get_next_id(id, &id) == 0 {
      let object = bpf_btf_get_fd_by_id(id)
      guard object >= 0 else { continue }
      let descriptor = Descriptor(object)
      if name(of: object) == module { return descriptor }
    }
    throw TargetError("the kernel gives no type information of the module '\(module)'")
  }

  /// "vmlinux" or a module's; `nil` for what programs have brought.
  private static func name(of object: Int32) -> String? {
    var name = [CChar](repeating: 0, count: 64)
    var information = bpf_btf_info()
    let isRead = name.withUnsafeMutableBytes { bytes in
      information.name = UInt64(UInt(bitPattern: bytes.baseAddress))
      information.name_len = UInt32(bytes.count)
      var size = UInt32(MemoryLayout<bpf_btf_info>.size)
      return bpf_obj_get_info_by_fd(object, &information, &size) == 0
    }
    guard isRead, information.kernel_btf != 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
