extension ArchitectureFacts {
  static let aarch64 = ArchitectureFacts(
    // Kernel: arch/arm64/include/uapi/asm/ptrace.h; AAPCS64.
    registers: SavedRegisters(
      names: (0...30).map { "r\($0)" } + ["sp", "pc", "pstate"], arguments: (0...7).map { "r\($0)" }, result: "r0",
      stackArguments: 0, programCounter: "pc"),
    // orig_x0, x1 ... x5; syscallno
    syscallRegisters: SyscallRegisters(
      arguments: [272, 8, 16, 24, 32, 40], number: 280, numberBits: 32, span: 8..<284),
    userMode: UserMode(register: "pstate", mask: 0xf, value: 0),
    // thread_info.flags & _TIF_32BIT
    compatFlag: CompatFlag(offset: 0, formerOffset: 0, bits: 64, mask: 1 << 22),
    // 48 bits of address.
    unwinding: UnwindRegisters(
      programCounter: "pc", stackPointer: "sp", framePointer: "r29", linkRegister: "r30", addressBits: 48,
      kernelStackSize: 16384),
    syscalls: armSyscalls, watchpoints: [.read, .write, .readWrite, .execute], instructionWatchLength: 4,
    alignsUnnamedBitFields: true)

  /// Kernel: scripts/syscall.tbl (before 6.11: include/uapi/asm-generic/unistd.h), the 64-bit calls.
  private static let armSyscalls: [SyscallTable.Run] = [
    SyscallTable.Run(
      first: 0,
      names: """
        io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr
        listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd lookup_dcookie eventfd2
        epoll_create1 epoll_ctl epoll_pwait dup dup3 fcntl inotify_init1 inotify_add_watch inotify_rm_watch ioctl
        ioprio_set ioprio_get flock mknodat mkdirat unlinkat symlinkat linkat renameat umount2=umount mount pivot_root
        nfsservctl statfs fstatfs truncate ftruncate fallocate faccessat chdir fchdir chroot fchmod fchmodat fchownat
        fchown openat close vhangup pipe2 quotactl getdents64 lseek read write readv writev pread64 pwrite64 preadv
        pwritev sendfile=sendfile64 pselect6 ppoll signalfd4 vmsplice splice tee readlinkat newfstatat fstat=newfstat
        sync fsync fdatasync sync_file_range timerfd_create timerfd_settime timerfd_gettime utimensat acct capget
        capset personality=arm64_personality exit exit_group waitid set_tid_address unshare futex set_robust_list
        get_robust_list nanosleep getitimer setitimer kexec_load init_module delete_module timer_create timer_gettime
        timer_getoverrun timer_settime timer_delete clock_settime clock_gettime clock_getres clock_nanosleep syslog
        ptrace sched_setparam sched_setscheduler sched_getscheduler sched_getparam sched_setaffinity sched_getaffinity
        sched_yield sched_get_priority_max sched_get_priority_min sched_rr_get_interval restart_syscall kill tkill
        tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo
        rt_sigreturn setpriority getpriority reboot setregid setgid setreuid setuid setresuid getresuid setresgid
        getresgid setfsuid setfsgid times setpgid getpgid getsid setsid getgroups setgroups uname=newuname sethostname
        setdomainname getrlimit setrlimit getrusage umask prctl getcpu gettimeofday settimeofday adjtimex getpid
        getppid getuid geteuid getgid getegid gettid sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
        mq_getsetattr msgget msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat shmdt socket
        socketpair bind listen accept connect getsockname getpeername sendto recvfrom setsockopt getsockopt shutdown
        sendmsg recvmsg readahead brk munmap mremap add_key request_key keyctl clone execve mmap
        fadvise64=fadvise64_64 swapon swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise
        remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages rt_tgsigqueueinfo perf_event_open
        accept4 recvmmsg
        """),
    SyscallTable.Run(
      first: 260,
      names: """
        wait4 prlimit64 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at clock_adjtime syncfs setns sendmmsg process_vm_readv
        process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create bpf
        execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free
        statx io_pgetevents rseq kexec_file_load
        """),
    .sinceLinux5_1,
  ]
}
