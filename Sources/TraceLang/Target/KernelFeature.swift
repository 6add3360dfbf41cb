/// What a kernel may or may not have; found by trying, not by version.
public enum KernelFeature: String, Hashable, Sendable, Codable, CaseIterable {
  case btf
  /// BPF_PROG_TYPE_TRACING with BPF_TRACE_RAW_TP (5.5).
  case tracingRawTracepoint
  /// bpf_ringbuf_* (5.8).
  case ringBuffer
  /// bpf_for_each_map_elem (5.13).
  case forEachMapElement
  /// bpf_get_current_task_btf (5.11).
  case currentTaskBTF
  /// bpf_get_attach_cookie (5.15).
  case attachCookie
  /// bpf_loop (5.17).
  case loop
  /// bpf_ktime_get_boot_ns (5.8).
  case bootTime
  /// bpf_ktime_get_tai_ns (6.1).
  case taiTime
  /// bpf_map_lookup_percpu_elem (5.19).
  case perCPULookup
  /// sdiv, smod, movsx, bswap and long jumps (6.6).
  case instructionSetV4
  /// BPF_TRACE_KPROBE_MULTI (5.18).
  case kprobeMulti
  /// BPF_TRACE_KPROBE_SESSION and `bpf_session_is_return` (6.10).
  case kprobeSession
  /// BPF_TRACE_UPROBE_MULTI (6.6).
  case uprobeMulti
  /// bpf_override_return for kprobes (CONFIG_BPF_KPROBE_OVERRIDE).
  case kprobeOverride
  /// bpf_probe_write_user, which a kernel that is locked down keeps from all programs.
  case userWrites
  /// Task storage maps from tracing programs (5.11).
  case taskStorage
}
