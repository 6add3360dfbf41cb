/// Functions of the kernel that programs call by their BTF ids (kfuncs; Kernel: Documentation/bpf/kfuncs.rst).
public enum CalledKernelFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// Whether a session program runs where the function returns (6.10). From 7.0 on it takes the context; before, nothing,
  /// and then what is in r1 does not matter (Kernel: kernel/trace/bpf_trace.c).
  case sessionIsReturn = "bpf_session_is_return"
}
