import TraceLang

/// What a function may be like for programs of type tracing to attach to it.
struct TrampolineLimits {
  /// How many registers its arguments may take, or words where some lie on the stack.
  let words: Int
  /// Whether there may be structs among them.
  let takesStructs: Bool
}

/// Tells which functions of one object programs of type tracing can attach to (Kernel: kernel/bpf/btf.c,
/// btf_distill_func_proto). What it learns of a type it keeps: thousands of functions share some hundreds of types.
struct TraceableTypes {
  /// How a type is passed.
  private struct Passing {
    /// 0 for what cannot be an argument.
    let words: UInt8
    /// Whether it can be a result.
    let isScalar: Bool
  }

  /// Bytes of an argument.
  private static let maximumSize = 16
  /// What every program calls, so that the kernel lets none of them attach to it (Kernel: kernel/bpf/verifier.c,
  /// btf_id_deny).
  private static let denied = [
    "migrate_disable", "migrate_enable", "rcu_read_unlock_strict", "preempt_count_add", "preempt_count_sub",
    "__rcu_read_lock", "__rcu_read_unlock",
  ]

  private let object: BTFObject
  private let limits: TrampolineLimits
  private let deniedIDs: [UInt32]
  /// By type; `nil` for what nobody asked for.
  private var passings: [Passing?]

  init(_ object: BTFObject, _ limits: TrampolineLimits) {
    self.object = object
    self.limits = limits
    object.expectFunctions()
    deniedIDs = Self.denied.compactMap { object.find(.function, $0)?.id }
    passings = Array(repeating: nil, count: Int(object.endID))
  }

  /// Whether there is a function of that name that they can attach to.
  mutating func contain(functionNamed name: UnsafeRawBufferPointer) -> Bool {
    guard let function = object.find(.function, name), !deniedIDs.contains(function.id),
      let prototype = object.type(function.target), prototype.kind == .functionPrototype,
      prototype.target == 0 || passing(of: prototype.target).isScalar
    else { return false }
    var words = 0
    for index in 0..<prototype.count {
      // A last argument of no type is "...".
      let passing = passing(of: prototype.parameter(index).type)
      guard passing.words > 0 else { return false }
      words += Int(passing.words)
    }
    return words <= limits.words
  }

  private mutating func passing(of id: UInt32) -> Passing {
    guard passings.indices.contains(Int(id)) else { return Passing(words: 0, isScalar: false) }
    if let known = passings[Int(id)] { return known }
    let passing = askedPassing(of: id)
    passings[Int(id)] = passing
    return passing
  }

  private func askedPassing(of id: UInt32) -> Passing {
    // What is const void, say, is no argument, but the result of a function without one.
    guard let type = object.underlying(id) else { return Passing(words: 0, isScalar: true) }
    guard type.isScalar || limits.takesStructs && type.kind == .structure, let size = object.size(of: type.id),
      (1...Self.maximumSize).contains(size)
    else { return Passing(words: 0, isScalar: type.isScalar) }
    return Passing(words: UInt8((size + 7) / 8), isScalar: type.isScalar)
  }
}

extension BTFType {
  fileprivate var isScalar: Bool {
    switch kind {
    case .pointer, .integer, .enumeration, .enumeration64: true
    case .array, .structure, .union, .forward, .typedef, .volatile, .const, .restrict, .function, .functionPrototype,
      .variable, .dataSection, .float, .declarationTag, .typeTag, .none:
      false
    }
  }
}

extension KernelTypes {
  /// Those of some functions that programs of type tracing can attach to.
  /// - Parameter texts: `KernelFunction.text` of each.
  func traceable(_ texts: [String]) -> [String] {
    if texts.isEmpty { return [] }
    let limits = trampolineLimits
    var kernel = object(named: KernelFunction.kernel).map { TraceableTypes($0, limits) }
    var modules: [String: TraceableTypes?] = [:]
    return texts.filter { text in
      var text = text
      return text.withUTF8 { text in
        let text = UnsafeRawBufferPointer(text)
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
          return kernel?.contain(functionNamed: text) ?? false
        }
        let module = String(decoding: text[..<colon], as: UTF8.self)
        if modules[module] == nil { modules[module] = .some(object(named: module).map { TraceableTypes($0, limits) }) }
        let name = UnsafeRawBufferPointer(rebasing: text[(colon + 1)...])
        return modules[module]??.contain(functionNamed: name) ?? false
      }
    }
  }

  /// Told by what else came with the same release.
  private var trampolineLimits: TrampolineLimits {
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
