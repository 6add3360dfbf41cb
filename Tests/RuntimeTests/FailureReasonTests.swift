import Glibc
import Testing

@testable import Runtime

/// What the failure of a system call says: the reason that holds here, and what to do about it.
@Suite struct FailureReasonTests {
  @Test("what is refused for want of a capability names it, and what else refuses is named too") func permissions() {
    var nobody = Permissions(capabilities: [])
    nobody.perfEventParanoid = "2"
    #expect(nobody.remedy(for: .bpf) == "run as root, or with CAP_BPF, CAP_PERFMON and CAP_DAC_READ_SEARCH")
    #expect(nobody.remedy(for: .perfEvent) == "run as root, or with CAP_PERFMON (kernel.perf_event_paranoid is 2)")
    #expect(Permissions(capabilities: [.bpf]).remedy(for: .bpf) == "run as root, or with CAP_PERFMON too")
    #expect(Permissions(capabilities: [.perfmon]).remedy(for: .bpfMap) == "run as root, or with CAP_BPF too")
    for capabilities in [Set([Permissions.Capability.admin]), [.bpf, .perfmon]] {
      var holder = Permissions(capabilities: capabilities)
      #expect(holder.remedy(for: .bpf).hasPrefix("ask the machine's security module (SELinux, AppArmor, BPF LSM)"))
      holder.isFiltered = true
      #expect(holder.remedy(for: .bpf).hasPrefix("run without the seccomp filter"))
      holder.isLockedDown = true
      #expect(holder.remedy(for: .perfEvent).hasPrefix("start the kernel with lockdown=integrity"))
      holder.isInUserNamespace = true
      #expect(holder.remedy(for: .bpf).hasPrefix("run outside of this user namespace"))
    }
  }

  @Test("only bpf(2) and perf events ask for rights, and only bpf(2) for a kernel with BPF") func calls() {
    #expect(
      RuntimeError.failure(doing: "run x", code: EACCES).description == "could not run x: Permission denied")
    #expect(
      RuntimeError.failure(doing: "watch x", code: ENOSYS).description
        == "could not watch x: Function not implemented; this kernel is too old for it, or a seccomp filter hides it")
    #expect(
      RuntimeError.failure(doing: "open x", code: ENOSYS, of: .perfEvent).description
        == "could not open x: Function not implemented; this kernel was built without perf events (CONFIG_PERF_EVENTS)")
    #expect(
      RuntimeError.failure(doing: "load x", code: EINVAL, of: .bpf).description == "could not load x: Invalid argument")
  }

  @Test(
    "scarce things are named with what gives more of them",
    arguments: [
      (EMFILE, SystemCall.bpf, "ulimit -n"), (ENFILE, .perfEvent, "fs.file-max"), (ENOMEM, .bpfMap, "max_map_keys"),
      (ENOMEM, .other, "ulimit -v"), (E2BIG, .bpfMap, "max_map_keys"), (E2BIG, .bpf, "shorten it"),
      (ENOSPC, .perfEvent, "counters are in use"), (EBUSY, .perfEvent, "holds the counter"),
      (EAGAIN, .other, "ulimit -u"),
    ])
  func scarcity(code: Int32, call: SystemCall, remedy: String) {
    #expect(RuntimeError.failure(doing: "x", code: code, of: call).description.contains(remedy))
  }
}
