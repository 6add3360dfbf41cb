import CLibBPF
import SystemPackage

/// Which system call failed, as far as the reasons of its errors differ.
enum SystemCall: Hashable, Sendable {
  /// bpf(2) for a map, and for programs and links.
  case bpfMap, bpf
  /// perf_event_open(2) and its ioctls.
  case perfEvent
  case other

  /// ENOTSUPP (Kernel: include/linux/errno.h), which the C library does not know.
  static let notSupported: Int32 = 524

  /// What a user can do about an error other than a lack of rights; `nil` where the error says all.
  func remedy(for error: Errno) -> String? {
    switch (self, error) {
    case (_, .tooManyOpenFiles):
      "this process may have \(swtrace_file_limit()) files open: raise the limit with ulimit -n, or attach fewer probes"
    case (_, .tooManyOpenFilesInSystem):
      "all programs together have as many files open as fs.file-max allows: raise it, or end some of them"
    case (.bpfMap, .noMemory):
      "the kernel or this control group is out of memory: give maps fewer entries with config max_map_keys"
    case (.bpf, .noMemory): "the kernel or this control group is out of memory"
    case (_, .noMemory): "the machine, this control group or ulimit -v has no more memory to give"
    case (.bpfMap, .argListTooLong):
      "this is more than a map can hold: give it fewer entries with config max_map_keys, or smaller keys and values"
    case (.perfEvent, .noSpace): "all of the processor's counters are in use: end other programs that count or sample"
    case (.perfEvent, .resourceBusy): "another program holds the counter: end it first"
    case (.perfEvent, .noFunction): "this kernel was built without perf events (CONFIG_PERF_EVENTS)"
    case (.bpf, .argListTooLong): "this is more than the kernel takes as one program: shorten it, or split the script"
    case (.bpfMap, .noFunction), (.bpf, .noFunction):
      "a seccomp filter, such as a container's, hides bpf(2): run outside of it"
    case (.other, .noFunction): "this kernel is too old for it, or a seccomp filter hides it"
    case (.other, .resourceTemporarilyUnavailable):
      "there are as many processes as this user or control group may have: raise ulimit -u or pids.max, or end some"
    default: nil
    }
  }
}
