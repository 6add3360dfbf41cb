// Topics of constants: memory. In each the names come in the order of their header.
extension KernelConstants {
  /// Flags of mmap. Kernel: include/uapi/asm-generic/mman.h, include/uapi/linux/mman.h.
  static let mappings = Topic(
    headers: "linux/mman.h",
    names: """
      MAP_32BIT=0x40| MAP_ABOVE4G=0x80| MAP_TYPE=0xf MAP_FIXED=0x10 MAP_ANONYMOUS=0x20 MAP_POPULATE=0x8000
      MAP_NONBLOCK=0x10000 MAP_STACK=0x20000 MAP_HUGETLB=0x40000 MAP_SYNC=0x80000 MAP_FIXED_NOREPLACE=0x100000
      MAP_UNINITIALIZED=0x4000000 MLOCK_ONFAULT=0x1 MS_ASYNC=0x1 MS_INVALIDATE=0x2 MS_SYNC=0x4 MAP_FILE=0x0
      PKEY_DISABLE_ACCESS=0x1 PKEY_DISABLE_WRITE=0x2 MAP_GROWSDOWN=0x100 MAP_DENYWRITE=0x800
      MAP_EXECUTABLE=0x1000 MAP_LOCKED=0x2000 MAP_NORESERVE=0x4000 MCL_CURRENT=0x1 MCL_FUTURE=0x2 MCL_ONFAULT=0x4
      MREMAP_MAYMOVE=0x1 MREMAP_FIXED=0x2 MREMAP_DONTUNMAP=0x4 OVERCOMMIT_GUESS=0x0 OVERCOMMIT_ALWAYS=0x1
      OVERCOMMIT_NEVER=0x2 MAP_SHARED=0x1 MAP_PRIVATE=0x2 MAP_SHARED_VALIDATE=0x3 MAP_DROPPABLE=0x8
      """)

  /// Sizes of large pages, in flags of mmap. Kernel: include/uapi/asm-generic/hugetlb_encode.h.
  static let hugePages = Topic(
    headers: "linux/mman.h",
    names: """
      MAP_HUGE_SHIFT=0x1a MAP_HUGE_MASK=0x3f MAP_HUGE_16KB=0x38000000 MAP_HUGE_64KB=0x40000000
      MAP_HUGE_512KB=0x4c000000 MAP_HUGE_1MB=0x50000000 MAP_HUGE_2MB=0x54000000 MAP_HUGE_8MB=0x5c000000
      MAP_HUGE_16MB=0x60000000 MAP_HUGE_32MB=0x64000000 MAP_HUGE_256MB=0x70000000 MAP_HUGE_512MB=0x74000000
      MAP_HUGE_1GB=0x78000000 MAP_HUGE_2GB=0x7c000000 MAP_HUGE_16GB=0x88000000
      """)

  /// Protections of memory. Kernel: include/uapi/asm-generic/mman-common.h.
  static let protections = Topic(
    headers: "linux/mman.h",
    names: """
      PROT_READ=0x1 PROT_WRITE=0x2 PROT_EXEC=0x4 PROT_SEM=0x8 PROT_NONE=0x0 PROT_GROWSDOWN=0x1000000
      PROT_GROWSUP=0x2000000
      """)

  /// What madvise says. Kernel: include/uapi/asm-generic/mman-common.h.
  static let memoryAdvice = Topic(
    headers: "linux/mman.h",
    names: """
      MADV_NORMAL=0 MADV_RANDOM=1 MADV_SEQUENTIAL=2 MADV_WILLNEED=3 MADV_DONTNEED=4 MADV_FREE=8 MADV_REMOVE=9
      MADV_DONTFORK=10 MADV_DOFORK=11 MADV_HWPOISON=100 MADV_SOFT_OFFLINE=101 MADV_MERGEABLE=12 MADV_UNMERGEABLE=13
      MADV_HUGEPAGE=14 MADV_NOHUGEPAGE=15 MADV_DONTDUMP=16 MADV_DODUMP=17 MADV_WIPEONFORK=18 MADV_KEEPONFORK=19
      MADV_COLD=20 MADV_PAGEOUT=21 MADV_POPULATE_READ=22 MADV_POPULATE_WRITE=23 MADV_DONTNEED_LOCKED=24
      MADV_COLLAPSE=25 MADV_GUARD_INSTALL=102 MADV_GUARD_REMOVE=103
      """)

  /// Flags of memfd_create. Kernel: include/uapi/linux/memfd.h.
  static let memoryFiles = Topic(
    headers: "linux/memfd.h",
    names: """
      MFD_CLOEXEC=0x1 MFD_ALLOW_SEALING=0x2 MFD_HUGETLB=0x4 MFD_NOEXEC_SEAL=0x8 MFD_EXEC=0x10
      """)

  /// Policies of memory nodes. Kernel: include/uapi/linux/mempolicy.h.
  static let memoryPolicies = Topic(
    headers: "linux/mempolicy.h", isEnumerated: true,
    names: """
      MPOL_DEFAULT=0 MPOL_PREFERRED=1 MPOL_BIND=2 MPOL_INTERLEAVE=3 MPOL_LOCAL=4 MPOL_PREFERRED_MANY=5
      MPOL_WEIGHTED_INTERLEAVE=6 MPOL_F_STATIC_NODES=32768 MPOL_F_RELATIVE_NODES=16384 MPOL_F_NUMA_BALANCING=8192
      MPOL_F_NODE=1 MPOL_F_ADDR=2 MPOL_F_MEMS_ALLOWED=4 MPOL_MF_STRICT=1 MPOL_MF_MOVE=2 MPOL_MF_MOVE_ALL=4
      MPOL_MF_LAZY=8 MPOL_F_SHARED=1 MPOL_F_MOF=8 MPOL_F_MORON=16
      """)

  /// Flags of the kernel's mappings. Kernel: include/linux/mm.h.
  static let kernelMappings = Topic(
    names: """
      VM_NONE=0x0 VM_READ=0x1 VM_WRITE=0x2 VM_EXEC=0x4 VM_SHARED=0x8 VM_MAYREAD=0x10 VM_MAYWRITE=0x20 VM_MAYEXEC=0x40
      VM_MAYSHARE=0x80 VM_GROWSDOWN=0x100 VM_PFNMAP=0x400 VM_LOCKED=0x2000 VM_IO=0x4000 VM_SEQ_READ=0x8000
      VM_RAND_READ=0x10000 VM_DONTCOPY=0x20000 VM_DONTEXPAND=0x40000 VM_LOCKONFAULT=0x80000 VM_ACCOUNT=0x100000
      VM_NORESERVE=0x200000 VM_HUGETLB=0x400000 VM_SYNC=0x800000 VM_WIPEONFORK=0x2000000 VM_DONTDUMP=0x4000000
      VM_MIXEDMAP=0x10000000 VM_HUGEPAGE=0x20000000 VM_NOHUGEPAGE=0x40000000 VM_MERGEABLE=0x80000000
      """)

  /// Size of a page, where the processor fixes it. Kernel: arch/x86/include/asm/page_types.h.
  static let pages = Topic(
    names: """
      PAGE_SHIFT=12| PAGE_SIZE=4096| PAGE_MASK=-4096|
      """)

  /// System V IPC.
  /// Kernel: include/uapi/linux/ipc.h, include/uapi/linux/shm.h, include/uapi/linux/sem.h, include/uapi/linux/msg.h.
  static let sharedMemory = Topic(
    headers: "linux/ipc.h linux/shm.h linux/sem.h linux/msg.h",
    names: """
      IPC_PRIVATE=0 IPC_CREAT=01000 IPC_EXCL=02000 IPC_NOWAIT=04000 IPC_DIPC=010000 IPC_OWN=020000 IPC_RMID=0
      IPC_SET=1 IPC_STAT=2 IPC_INFO=3 SEMOP=1 SEMGET=2 SEMCTL=3 SEMTIMEDOP=4 MSGSND=11 MSGRCV=12 MSGGET=13 MSGCTL=14
      SHMAT=21 SHMDT=22 SHMGET=23 SHMCTL=24 SHM_R=0400 SHM_W=0200 SHM_HUGETLB=04000 SHM_NORESERVE=010000
      SHM_RDONLY=010000 SHM_RND=020000 SHM_REMAP=040000 SHM_EXEC=0100000 SHM_LOCK=11 SHM_UNLOCK=12 SHM_STAT=13
      SHM_INFO=14 SEM_UNDO=0x1000 GETPID=11 GETVAL=12 GETALL=13 GETNCNT=14 GETZCNT=15 SETVAL=16 SETALL=17 SEM_STAT=18
      SEM_INFO=19 MSG_STAT=11 MSG_INFO=12 MSG_STAT_ANY=13 MSG_NOERROR=010000 MSG_EXCEPT=020000 MSG_COPY=040000
      """)

  /// All of these.
  static let memoryTopics: [Topic] = [
    mappings, hugePages, protections, memoryAdvice, memoryFiles, memoryPolicies, kernelMappings, pages,
    sharedMemory,
  ]
}
