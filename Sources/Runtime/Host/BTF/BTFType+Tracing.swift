import TraceLang

/// Which functions programs of type tracing can attach to by their types (Kernel: kernel/bpf/btf.c, btf_distill_func_proto).
extension BTFType {
  /// MAX_BPF_FUNC_ARGS (Kernel: include/linux/bpf.h).
  private static let maximumArguments = 12
  /// Bytes of an argument.
  private static let maximumSize = 16

  /// Of a function.
  func isTraceable(takingStructs: Bool) -> Bool {
    guard let prototype = object.type(target), prototype.kind == .functionPrototype,
      prototype.count <= Self.maximumArguments, prototype.hasScalarResult
    else { return false }
    return (0..<prototype.count).allSatisfy { index in
      // A last argument of no type is "...".
      guard let type = object.underlying(prototype.parameter(index).type) else { return false }
      return type.isScalar || takingStructs && type.kind == .structure && (1...Self.maximumSize).contains(type.size)
    }
  }

  /// Of a prototype: whether its result is a scalar or void.
  private var hasScalarResult: Bool { object.underlying(target)?.isScalar ?? true }

  private var isScalar: Bool {
    switch kind {
    case .pointer: true
    case .integer, .enumeration, .enumeration64: size <= Self.maximumSize
    case .array, .structure, .union, .forward, .typedef, .volatile, .const, .restrict, .function, .functionPrototype,
      .variable, .dataSection, .float, .declarationTag, .typeTag, .none:
      false
    }
  }
}

extension KernelTypes {
  /// Whether traced functions may have structs for arguments: from Linux 6.1 on, when the kernel began to keep that
  /// (Kernel: include/linux/bpf.h, struct btf_func_model).
  var takesStructArguments: Bool {
    find(.structure, "btf_func_model")?.layout?.members.contains { $0.name == "arg_flags" } ?? false
  }
}
