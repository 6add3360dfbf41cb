extension ArchitectureFacts {
  static let x86_64 = ArchitectureFacts(
    // Kernel: arch/x86/include/uapi/asm/ptrace.h; the return address comes before arguments on the stack (x86 psABI).
    registers: SavedRegisters(
      names: [
        "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di", "orig_ax", "ip",
        "cs", "flags", "sp", "ss",
      ],
      arguments: ["di", "si", "dx", "cx", "r8", "r9"], result: "ax", stackArguments: 8, programCounter: "ip"),
    // di, si, dx, r10, r8, r9; orig_ax
    syscallRegisters: SyscallRegisters(
      arguments: [112, 104, 96, 56, 72, 64], number: 120, numberBits: 64, span: 56..<128),
    userMode: UserMode(register: "cs", mask: 3, value: 3),
    // thread_info.status & TS_COMPAT; `syscall_work` before it came with 5.11.
    compatFlag: CompatFlag(offset: 16, formerOffset: 8, bits: 32, mask: 2),
    unwinding: UnwindRegisters(
      programCounter: "ip", stackPointer: "sp", framePointer: "bp", linkRegister: nil, addressBits: 64,
      kernelStackSize: 16384),
    syscalls: x86Syscalls, watchpoints: [.write, .readWrite, .execute], instructionWatchLength: 8,
    alignsUnnamedBitFields: false)

  /// Kernel: arch/x86/entry/syscalls/syscall_64.tbl.
  private static let x86Syscalls: [SyscallTable.Run] = [
    SyscallTable.Run(
      first: 0,
      names: """
        read write open close stat=newstat fstat=newfstat lstat=newlstat poll lseek mmap mprotect munmap brk
        rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev access pipe select sched_yield
        mremap msync mincore madvise shmget shmat shmctl dup dup2 pause nanosleep getitimer alarm setitimer getpid
        sendfile=sendfile64 socket connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname
        getpeername socketpair setsockopt getsockopt clone fork vfork execve exit wait4 kill uname=newuname semget
        semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate ftruncate getdents getcwd
        chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown umask
        gettimeofday getrlimit getrusage sysinfo times ptrace getuid syslog getgid setuid setgid geteuid getegid
        setpgid getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid
        getpgid setfsuid setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend
        sigaltstack utime mknod uselib personality ustat statfs fstatfs sysfs getpriority setpriority sched_setparam
        sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max sched_get_priority_min
        sched_rr_get_interval mlock munlock mlockall munlockall vhangup modify_ldt pivot_root _sysctl prctl arch_prctl
        adjtimex setrlimit chroot sync acct settimeofday mount umount2=umount swapon swapoff reboot sethostname
        setdomainname iopl ioperm create_module init_module delete_module get_kernel_syms query_module quotactl
        nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid readahead setxattr lsetxattr fsetxattr getxattr
        lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill time futex
        sched_setaffinity sched_getaffinity set_thread_area io_setup io_destroy io_getevents io_submit io_cancel
        get_thread_area lookup_dcookie epoll_create epoll_ctl_old epoll_wait_old remap_file_pages getdents64
        set_tid_address restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime timer_getoverrun
        timer_delete clock_settime clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl tgkill
        utimes vserver mbind set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
        mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set ioprio_get inotify_init
        inotify_add_watch inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat futimesat newfstatat unlinkat
        renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list get_robust_list
        splice tee sync_file_range vmsplice move_pages utimensat epoll_pwait signalfd timerfd_create eventfd fallocate
        timerfd_settime timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv
        pwritev rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64 name_to_handle_at
        open_by_handle_at clock_adjtime syncfs sendmmsg setns getcpu process_vm_readv process_vm_writev kcmp
        finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create kexec_file_load bpf execveat
        userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx
        io_pgetevents rseq uretprobe uprobe
        """),
    .sinceLinux5_1,
  ]
}
