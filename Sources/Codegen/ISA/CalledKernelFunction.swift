/// Functions of the kernel that programs call by their BTF ids (kfuncs; Kernel: Documentation/bpf/kfuncs.rst).
public enum CalledKernelFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// Whether a session program runs where the function returns (6.10). From 7.0 on it takes the context; before, nothing,
  /// and then what is in r1 does not matter (Kernel: kernel/trace/bpf_trace.c).
  case sessionIsReturn = "bpf_session_is_return"
  /// The task of a number in the initial PID namespace, which is to be released; 0 for none (6.2).
  case taskFromPID = "bpf_task_from_pid"
  case taskRelease = "bpf_task_release"
}
