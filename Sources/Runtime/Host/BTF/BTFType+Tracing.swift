import TraceLang

/// What a function may be like for programs of type tracing to attach to it.
struct TrampolineLimits {
  /// How many registers its arguments may take, or words where some lie on the stack.
  let words: Int
  /// Whether there may be structs among them.
  let takesStructs: Bool
}

/// Kernel: kernel/bpf/btf.c, btf_distill_func_proto.
extension BTFType {
  /// Bytes of an argument.
  private static let maximumSize = 16

  /// Of a function.
  func isTraceable(within limits: TrampolineLimits) -> Bool {
    guard let prototype = object.type(target), prototype.kind == .functionPrototype, prototype.hasScalarResult else {
      return false
    }
    var words = 0
    for index in 0..<prototype.count {
      // A last argument of no type is "...".
      guard let type = object.underlying(prototype.parameter(index).type),
        type.isScalar || limits.takesStructs && type.kind == .structure,
        let size = object.size(of: type.id), (1...Self.maximumSize).contains(size)
      else { return false }
      words += (size + 7) / 8
    }
    return words <= limits.words
  }

  /// Of a prototype: whether its result is a scalar or void.
  private var hasScalarResult: Bool { object.underlying(target)?.isScalar ?? true }

  private var isScalar: Bool {
    switch kind {
    case .pointer, .integer, .enumeration, .enumeration64: true
    case .array, .structure, .union, .forward, .typedef, .volatile, .const, .restrict, .function, .functionPrototype,
      .variable, .dataSection, .float, .declarationTag, .typeTag, .none:
      false
    }
  }
}

extension KernelTypes {
  /// Told by what else came with the same release.
  var trampolineLimits: TrampolineLimits {
    // Kernel: include/linux/bpf.h, struct btf_func_model, keeps from 6.1 on which arguments are structs.
    let takesStructs = find(.structure, "btf_func_model")?.layout?.members.contains { $0.name == "arg_flags" } ?? false
    #if arch(x86_64)
      // MAX_BPF_FUNC_ARGS, where arguments may lie on the stack (Kernel: arch/x86/net/bpf_jit_comp.c of 6.6).
      return TrampolineLimits(
        words: enumerator(named: "BPF_TRACE_UPROBE_MULTI") == nil ? 6 : 12, takesStructs: takesStructs)
    #else
      // Kernel: arch/arm64/net/bpf_jit_comp.c.
      return TrampolineLimits(words: 8, takesStructs: takesStructs)
    #endif
  }
}
