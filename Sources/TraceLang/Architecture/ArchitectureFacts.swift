/// What a processor fixes of the kernel's interface; each has a file of its own.
public struct ArchitectureFacts: Sendable {
  /// What programs on perf events, kprobes and uprobes are given.
  public let registers: SavedRegisters
  public let syscallRegisters: SyscallRegisters
  /// The saved register that tells whether user space was interrupted.
  public let userMode: UserMode
  /// The flag of a task in a 32-bit system call, whose numbers mean others.
  public let compatFlag: CompatFlag
  public let unwinding: UnwindRegisters
  let syscalls: [SyscallTable.Run]
  /// What may be watched of memory (Kernel: hw_breakpoint.c of the architecture, arch_build_bp_info).
  let watchpoints: [Watchpoint.Access]
  /// The length that the kernel wants of a watchpoint on an instruction, in bytes.
  let instructionWatchLength: UInt64
  /// Whether a bit-field without a name aligns the struct that it is in.
  let alignsUnnamedBitFields: Bool

  /// Where the kernel saves the registers of a system call, in bytes from the start of its `struct pt_regs`.
  public struct SyscallRegisters: Sendable {
    /// Of the six arguments, 64 bits each.
    public let arguments: [Int]
    public let number: Int
    public let numberBits: Int
    /// The part that holds all of these.
    public let span: Range<Int>
  }

  /// The saved registers that frames of user space are found by.
  public struct UnwindRegisters: Sendable {
    public let programCounter: String
    public let stackPointer: String
    public let framePointer: String
    /// What holds a return address before a function saves it; `nil` where calls leave it on the stack.
    public let linkRegister: String?
    /// Bits of a saved return address that are one, not its signature.
    public let addressBits: Int
    /// Bytes of a task's kernel stack, at whose end the registers are, before bpf_task_pt_regs (Kernel: THREAD_SIZE).
    public let kernelStackSize: Int
  }

  /// User space was interrupted where these bits of a register have this value.
  public struct UserMode: Sendable {
    public let register: String
    public let mask: Int64
    public let value: Int64
  }

  /// Bits in `struct task_struct`, whose first member is `struct thread_info`.
  public struct CompatFlag: Sendable {
    public let offset: Int
    /// Before Linux 5.11.
    public let formerOffset: Int
    public let bits: Int
    public let mask: Int64
  }
}

extension Machine.Architecture {
  public var facts: ArchitectureFacts {
    switch self {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }
}

extension SyscallTable.Run {
  /// Those that all architectures number alike (Kernel: scripts/syscall.tbl).
  static let sinceLinux5_1 = SyscallTable.Run(
    first: 424,
    names: """
      pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount
      fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr
      quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret process_mrelease
      futex_waitv set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue
      statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat
      listxattrat removexattrat open_tree_attr file_getattr file_setattr listns rseq_slice_yield
      """)
}
