// Which constants come with the headers that scripts include, and with what these include themselves.
extension KernelConstants {
  /// Those of a header, by its name as included; `nil` for one that is not known.
  static func topics(ofHeader name: String) -> [Topic]? {
    let uapi = "uapi/"
    let name = name.hasPrefix(uapi) ? String(name.dropFirst(uapi.count)) : name
    var found: [Topic]?
    for row in headers where row.names.description.split(separator: " ").contains(where: { $0 == name }) {
      found = (found ?? []) + row.topics
    }
    return found
  }

  private struct Row {
    /// Apart by blanks.
    let names: StaticString
    let topics: [Topic]

    init(_ names: StaticString, _ topics: [Topic]) {
      self.names = names
      self.topics = topics
    }
  }

  private static let headers: [Row] =
    [libraryHeaders, fileHeaders, memoryHeaders, processHeaders, networkHeaders, kernelHeaders].flatMap { $0 }

  private static let libraryHeaders: [Row] = [
    Row(
      "errno.h sys/errno.h linux/errno.h asm/errno.h asm-generic/errno.h asm-generic/errno-base.h bits/errno.h",
      [errors, kernelErrors]),
    Row("limits.h linux/limits.h bits/local_lim.h", [limits, integerLimits, kernelIntegerLimits]),
    Row("stdint.h inttypes.h sys/types.h bits/types.h", [integerLimits]),
    Row("stddef.h linux/stddef.h stdio.h stdlib.h string.h ctype.h stdbool.h", [general, seeks] + waiting),
    Row("unistd.h", [general, seeks, accessModes, libraryNames]),
    Row("asm/unistd.h asm/unistd_64.h asm-generic/unistd.h linux/unistd.h sys/syscall.h syscall.h bits/syscall.h", []),
    Row("time.h sys/time.h linux/time.h bits/time.h", [clocks, durations]),
    Row("sys/timex.h linux/timex.h", [clocks, durations, adjustments]),
    Row("sys/timerfd.h linux/timerfd.h", [clocks, timerDescriptors] + opening),
    Row("linux/bpf.h bpf/bpf.h", [bpfCommands]),
    Row("linux/perf_event.h", [perfEvents]),
  ]

  private static let opening: [Topic] = [openFlags, otherOpenFlags, fileCommands]
  private static let modes: [Topic] = [fileModes, kernelFileModes, fileAttributes]

  private static let fileHeaders: [Row] = [
    Row(
      "fcntl.h sys/fcntl.h linux/fcntl.h asm/fcntl.h asm-generic/fcntl.h bits/fcntl.h bits/fcntl-linux.h",
      opening + modes + [seeks, accessModes, splices, fileAdvice, libraryNames]),
    Row("linux/openat2.h", opening + [pathFlags]),
    Row("sys/stat.h linux/stat.h asm/stat.h bits/stat.h", modes + [libraryNames]),
    Row("sys/file.h", opening + [seeks, accessModes]),
    Row("dirent.h", [fileTypes]),
    Row("linux/falloc.h linux/xattr.h sys/xattr.h", [fileOperations]),
    Row("sys/mount.h linux/mount.h", [mountFlags, unmountFlags]),
    Row("linux/magic.h sys/vfs.h sys/statfs.h linux/statfs.h", [fileSystems]),
    Row("linux/fadvise.h", [fileAdvice]),
    Row("sys/inotify.h linux/inotify.h linux/fsnotify.h", [inotify]),
    Row("sys/fanotify.h linux/fanotify.h", [fanotify]),
    Row("poll.h sys/poll.h linux/poll.h asm/poll.h asm-generic/poll.h bits/poll.h", [polls]),
    Row("sys/epoll.h linux/eventpoll.h", [polls]),
    Row("sys/eventfd.h linux/eventfd.h sys/signalfd.h linux/signalfd.h", [eventDescriptors] + opening),
    Row("linux/aio_abi.h linux/aio.h libaio.h linux/ioprio.h", [asynchronousIO]),
    Row("linux/io_uring.h linux/io_uring_types.h liburing.h", [rings]),
    Row("sys/ioctl.h linux/ioctl.h asm/ioctl.h asm-generic/ioctl.h", [ioctls]),
  ]

  private static let mapping: [Topic] = [mappings, hugePages, protections, memoryAdvice]

  private static let memoryHeaders: [Row] = [
    Row(
      """
      sys/mman.h linux/mman.h asm/mman.h asm-generic/mman.h asm-generic/mman-common.h bits/mman.h bits/mman-linux.h \
      bits/mman-shared.h bits/mman-map-flags-generic.h asm-generic/hugetlb_encode.h
      """, mapping + [memoryFiles, libraryNames]),
    Row("linux/memfd.h", [memoryFiles, hugePages]),
    Row("linux/mempolicy.h numaif.h", [memoryPolicies]),
    Row("asm/page.h asm/page_types.h vdso/page.h", [pages]),
    Row(
      "sys/ipc.h sys/shm.h sys/sem.h sys/msg.h linux/ipc.h linux/shm.h linux/sem.h linux/msg.h", [sharedMemory]),
  ]

  private static let signalling: [Topic] = [signals, signalFlags, signalCauses, libraryNames]
  private static let waiting: [Topic] = [waits]

  private static let processHeaders: [Row] = [
    Row(
      """
      signal.h sys/signal.h linux/signal.h asm/signal.h asm-generic/signal.h asm-generic/signal-defs.h \
      asm-generic/siginfo.h asm/siginfo.h bits/signum.h bits/signum-generic.h bits/signum-arch.h bits/sigaction.h \
      bits/siginfo-consts.h linux/signal_types.h
      """, signalling),
    Row("wait.h sys/wait.h linux/wait.h bits/waitflags.h", waiting + signalling),
    Row("sched.h linux/sched.h bits/sched.h", [clones, schedulers, libraryNames]),
    Row("sys/resource.h linux/resource.h asm/resource.h asm-generic/resource.h", [resources, libraryNames]),
    Row("sys/ptrace.h linux/ptrace.h asm/ptrace.h asm/ptrace-abi.h", [ptrace, libraryNames]),
    Row("sys/prctl.h linux/prctl.h", [prctl]),
    Row("linux/seccomp.h", [seccomp]),
    Row("sys/capability.h linux/capability.h", [capabilities]),
    Row("linux/futex.h", [futexes]),
    Row("linux/membarrier.h", [barriers]),
    Row("sys/random.h linux/random.h", [randomness]),
    Row("linux/close_range.h linux/pidfd.h sys/pidfd.h", [descriptorRanges] + opening),
    Row("sys/reboot.h linux/reboot.h", [reboots]),
    Row("sys/personality.h linux/personality.h", [personalities]),
    Row("linux/module.h", [modules]),
    Row("linux/keyctl.h linux/key.h keyutils.h", [keys]),
  ]

  private static let sockets: [Topic] = [families, socketTypes, messages, socketLevels, socketOptions]
  private static let internet: [Topic] = sockets + [protocols, internetOptions, addressTexts]
  private static let transport: [Topic] = [tcpStates, kernelTCPStates, tcpOptions, tcpFlags]

  private static let networkHeaders: [Row] = [
    Row(
      "sys/socket.h linux/socket.h asm/socket.h asm-generic/socket.h bits/socket.h bits/socket_type.h linux/net.h",
      sockets + opening),
    Row(
      """
      netinet/in.h linux/in.h linux/in6.h bits/in.h linux/inet.h arpa/inet.h netinet/ip.h netinet/ip6.h linux/ip.h \
      linux/ipv6.h net/ip.h net/ipv6.h
      """, internet),
    Row(
      """
      netinet/tcp.h netinet/udp.h linux/tcp.h linux/udp.h net/tcp.h net/udp.h net/tcp_states.h net/inet_sock.h \
      net/inet_hashtables.h net/inet_connection_sock.h
      """, internet + transport),
    Row("netdb.h", internet + [resolverErrors]),
    Row(
      """
      linux/if_ether.h net/ethernet.h netinet/ether.h netinet/if_ether.h linux/etherdevice.h linux/if_vlan.h
      """, [etherTypes, hardwareTypes, links]),
    Row("net/if.h linux/if.h", sockets + [links]),
    Row("net/if_arp.h linux/if_arp.h", sockets + [links, hardwareTypes]),
    Row("netinet/ip_icmp.h netinet/icmp6.h linux/icmp.h linux/icmpv6.h net/icmp.h", internet + [icmp]),
    Row("linux/netlink.h net/netlink.h linux/genetlink.h", [netlink]),
    Row("linux/rtnetlink.h net/rtnetlink.h net/route.h linux/fib_rules.h", [netlink, routes, neighbours]),
    Row("linux/netfilter.h linux/netfilter_ipv4.h linux/netfilter_ipv6.h", internet + [packetFilters]),
    Row("linux/neighbour.h net/neighbour.h", [netlink, neighbours]),
    Row("linux/pkt_cls.h linux/pkt_sched.h net/pkt_cls.h net/pkt_sched.h net/sch_generic.h", [trafficControl]),
    Row("linux/if_packet.h netpacket/packet.h", [packets, etherTypes]),
    Row("sys/un.h linux/un.h net/af_unix.h linux/vm_sockets.h net/af_vsock.h", sockets + [localSockets]),
  ]

  /// What nearly every header of the kernel's own sources leads to.
  private static let kernelCore: [Topic] =
    [
      errors, kernelErrors, limits, integerLimits, kernelIntegerLimits, general, clocks, durations, pages, clones,
      schedulers, taskStates, taskFlags, priorities, resources,
    ] + signalling + modes

  private static let kernelFiles: [Topic] =
    kernelCore + opening
    + [
      seeks, fileOperations, spaceFlags, inodeFlags, kernelFileFlags, mountFlags, capabilities, fileTypes, blocks,
      polls,
    ]

  private static let kernelNetwork: [Topic] =
    kernelFiles + internet + transport
    + [kernelShutdowns, etherTypes, links, hardwareTypes, icmp, netlink, routes, neighbours, packetFilters, packets]

  private static let kernelHeaders: [Row] = [
    Row(
      """
      linux/kernel.h linux/types.h linux/err.h linux/list.h linux/mutex.h linux/spinlock.h linux/time64.h \
      linux/jiffies.h linux/ktime.h linux/hrtimer.h linux/timer.h linux/workqueue.h linux/interrupt.h linux/irq.h \
      linux/sched.h linux/sched/signal.h linux/sched/task.h linux/sched/prio.h linux/sched/mm.h linux/sched/user.h \
      linux/sched/coredump.h linux/signal.h linux/wait.h linux/pid.h linux/pid_namespace.h linux/nsproxy.h \
      linux/ns_common.h linux/utsname.h linux/cred.h linux/uidgid.h linux/capability.h linux/kthread.h \
      linux/completion.h linux/rwsem.h linux/cgroup.h linux/cgroup-defs.h linux/module.h linux/rcupdate.h \
      linux/percpu.h linux/string.h linux/bitops.h linux/bits.h linux/atomic.h linux/kref.h linux/device.h \
      linux/ptrace.h linux/seccomp.h linux/audit.h linux/security.h linux/oom.h linux/slab.h linux/gfp.h \
      linux/task_work.h linux/posix-timers.h linux/futex.h linux/smp.h linux/cpumask.h linux/futex.h linux/kobject.h
      """, kernelCore),
    Row(
      """
      linux/fs.h linux/dcache.h linux/path.h linux/namei.h linux/file.h linux/fdtable.h linux/mount.h linux/stat.h \
      linux/fs_struct.h linux/seq_file.h linux/proc_fs.h linux/pipe_fs_i.h linux/uio.h linux/pagemap.h \
      linux/writeback.h linux/backing-dev.h linux/buffer_head.h linux/blkdev.h linux/blk_types.h linux/blk-mq.h \
      linux/bio.h linux/bvec.h linux/genhd.h linux/kdev_t.h linux/cdev.h linux/tty.h linux/nfs_fs.h linux/iomap.h \
      linux/binfmts.h linux/fsnotify_backend.h linux/eventpoll.h linux/poll.h linux/splice.h linux/exportfs.h
      """, kernelFiles),
    Row(
      """
      linux/mm.h linux/mm_types.h linux/mman.h linux/huge_mm.h linux/swap.h linux/vmstat.h linux/mmzone.h \
      linux/page-flags.h linux/rmap.h linux/memcontrol.h linux/shmem_fs.h linux/vmalloc.h linux/highmem.h
      """, kernelCore + mapping + [kernelMappings]),
    Row(
      """
      net/sock.h net/inet_sock.h net/inet_connection_sock.h net/inet_hashtables.h net/tcp.h net/tcp_states.h \
      net/udp.h net/ip.h net/ipv6.h net/ip6_route.h net/route.h net/dst.h net/neighbour.h net/netlink.h net/icmp.h \
      net/af_unix.h net/net_namespace.h net/netns/generic.h net/request_sock.h net/sch_generic.h net/protocol.h \
      net/xdp.h linux/skbuff.h linux/netdevice.h linux/inetdevice.h linux/etherdevice.h linux/ip.h linux/ipv6.h \
      linux/tcp.h linux/udp.h linux/icmp.h linux/net.h linux/socket.h linux/netfilter.h linux/if_vlan.h linux/filter.h \
      linux/sunrpc/clnt.h linux/sunrpc/sched.h linux/sunrpc/svc.h net/mptcp.h net/sctp/sctp.h
      """, kernelNetwork),
  ]
}
