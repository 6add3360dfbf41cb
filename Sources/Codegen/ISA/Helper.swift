/// BPF helper functions by their number (Kernel: include/uapi/linux/bpf.h, `___BPF_FUNC_MAPPER`).
public enum Helper: Int32, Hashable, Sendable, Codable, CaseIterable {
  case mapLookupElement = 1
  case mapUpdateElement = 2
  case mapDeleteElement = 3
  case probeRead = 4
  case ktimeGetNanoseconds = 5
  case tracePrintk = 6
  case getPseudoRandom = 7
  case getSMPProcessorID = 8
  case tailCall = 12
  case getCurrentPIDTGID = 14
  case getCurrentUIDGID = 15
  case getCurrentComm = 16
  case getStackID = 27
  case getNUMANodeID = 42
  case probeWriteUser = 36
  case probeReadString = 45
  case getSocketCookie = 46
  case perfEventOutput = 25
  case getCurrentTask = 35
  case overrideReturn = 58
  case getStack = 67
  case getCurrentCgroupID = 80
  case sendSignal = 109
  case skbOutput = 111
  case probeReadUser = 112
  case probeReadKernel = 113
  case probeReadUserString = 114
  case probeReadKernelString = 115
  case sendSignalThread = 117
  case jiffies64 = 118
  case getNamespacePIDTGID = 120
  case ktimeGetBootNanoseconds = 125
  case sequencePrintf = 126
  case sequenceWrite = 127
  case ringBufferOutput = 130
  case ringBufferReserve = 131
  case ringBufferSubmit = 132
  case ringBufferDiscard = 133
  case getTaskStack = 141
  case dPath = 147
  case perCPUPointer = 153
  case thisCPUPointer = 154
  case getCurrentTaskBTF = 158
  case forEachMapElement = 164
  case getFunctionIP = 173
  case getAttachCookie = 174
  case taskPointerRegisters = 175
  case loop = 181
  case strncmp = 182
  case mapLookupPerCPUElement = 195
  case ktimeGetTAINanoseconds = 208

  /// The field's name for it, as in listings: `map_lookup_elem`.
  public var name: String {
    switch self {
    case .mapLookupElement: "map_lookup_elem"
    case .mapUpdateElement: "map_update_elem"
    case .mapDeleteElement: "map_delete_elem"
    case .probeRead: "probe_read"
    case .ktimeGetNanoseconds: "ktime_get_ns"
    case .tracePrintk: "trace_printk"
    case .getPseudoRandom: "get_prandom_u32"
    case .getSMPProcessorID: "get_smp_processor_id"
    case .tailCall: "tail_call"
    case .getCurrentPIDTGID: "get_current_pid_tgid"
    case .getCurrentUIDGID: "get_current_uid_gid"
    case .getCurrentComm: "get_current_comm"
    case .getStackID: "get_stackid"
    case .getNUMANodeID: "get_numa_node_id"
    case .probeWriteUser: "probe_write_user"
    case .probeReadString: "probe_read_str"
    case .getSocketCookie: "get_socket_cookie"
    case .perfEventOutput: "perf_event_output"
    case .getCurrentTask: "get_current_task"
    case .overrideReturn: "override_return"
    case .getStack: "get_stack"
    case .getCurrentCgroupID: "get_current_cgroup_id"
    case .sendSignal: "send_signal"
    case .skbOutput: "skb_output"
    case .probeReadUser: "probe_read_user"
    case .probeReadKernel: "probe_read_kernel"
    case .probeReadUserString: "probe_read_user_str"
    case .probeReadKernelString: "probe_read_kernel_str"
    case .sendSignalThread: "send_signal_thread"
    case .jiffies64: "jiffies64"
    case .getNamespacePIDTGID: "get_ns_current_pid_tgid"
    case .ktimeGetBootNanoseconds: "ktime_get_boot_ns"
    case .sequencePrintf: "seq_printf"
    case .sequenceWrite: "seq_write"
    case .ringBufferOutput: "ringbuf_output"
    case .ringBufferReserve: "ringbuf_reserve"
    case .ringBufferSubmit: "ringbuf_submit"
    case .ringBufferDiscard: "ringbuf_discard"
    case .getTaskStack: "get_task_stack"
    case .dPath: "d_path"
    case .perCPUPointer: "per_cpu_ptr"
    case .thisCPUPointer: "this_cpu_ptr"
    case .getCurrentTaskBTF: "get_current_task_btf"
    case .forEachMapElement: "for_each_map_elem"
    case .getFunctionIP: "get_func_ip"
    case .getAttachCookie: "get_attach_cookie"
    case .taskPointerRegisters: "task_pt_regs"
    case .loop: "loop"
    case .strncmp: "strncmp"
    case .mapLookupPerCPUElement: "map_lookup_percpu_elem"
    case .ktimeGetTAINanoseconds: "ktime_get_tai_ns"
    }
  }

  /// Whether two calls with equal arguments in one run of a program give the same, and nothing else changes.
  public var isPure: Bool {
    switch self {
    case .getSMPProcessorID, .getCurrentPIDTGID, .getCurrentUIDGID, .getNUMANodeID, .getCurrentTask,
      .getCurrentCgroupID, .getCurrentTaskBTF, .getFunctionIP, .getAttachCookie:
      true
    case .mapLookupElement, .mapUpdateElement, .mapDeleteElement, .probeRead, .probeWriteUser, .ktimeGetNanoseconds,
      .tracePrintk, .getPseudoRandom, .tailCall, .getCurrentComm, .getStackID, .probeReadString, .getSocketCookie,
      .perfEventOutput, .overrideReturn,
      .getStack,
      .sendSignal, .skbOutput, .probeReadUser, .probeReadKernel, .probeReadUserString, .probeReadKernelString,
      .sendSignalThread,
      .jiffies64, .getNamespacePIDTGID, .ktimeGetBootNanoseconds, .sequencePrintf, .sequenceWrite, .ringBufferOutput,
      .ringBufferReserve,
      .ringBufferSubmit, .ringBufferDiscard, .getTaskStack, .dPath, .perCPUPointer, .thisCPUPointer,
      .forEachMapElement, .taskPointerRegisters, .loop, .strncmp, .mapLookupPerCPUElement, .ktimeGetTAINanoseconds:
      false
    }
  }
}
