import CLibBPF
import Codegen
import Glibc
import TraceLang

extension Attacher {
  /// Attaches to many places of a file by one link.
  func attachUprobes(_ sites: UprobeSites, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    let program = try program(of: hook)
    let task = stoppedProcess.flatMap { takesProcesses(program) ? UInt32(bitPattern: $0) : nil }
    let link = sites.path.systemCString.withUnsafeBufferPointer { path in
      sites.offsets.withUnsafeBufferPointer { offsets in
        sites.cookies.withUnsafeBufferPointer { cookies in
          var attributes = swtrace_uprobe_multi()
          attributes.program = UInt32(bitPattern: program)
          attributes.attach_type = AttachType.traceUprobeMulti
          attributes.path = UInt64(UInt(bitPattern: path.baseAddress))
          attributes.offsets = UInt64(UInt(bitPattern: offsets.baseAddress))
          attributes.cookies = UInt64(UInt(bitPattern: cookies.baseAddress))
          attributes.count = UInt32(offsets.count)
          attributes.multi_flags = sites.isReturn ? Self.returnFlag : 0
          attributes.pid = task ?? 0
          return sites.semaphores.withUnsafeBufferPointer { semaphores in
            if !semaphores.isEmpty {
              attributes.reference_counter_offsets = UInt64(UInt(bitPattern: semaphores.baseAddress))
            }
            return swtrace_bpf(
              Int32(BPF_LINK_CREATE.rawValue), &attributes, UInt32(MemoryLayout<swtrace_uprobe_multi>.size))
          }
        }
      }
    }
    guard link >= 0 else { throw failure(errno, hook, sites.path) }
    attachments.add(link: link)
  }

  /// Whether the kernel takes `pid` of such a link to be a process. Before 6.10 it was one thread of it, and a number below
  /// 0 was not refused (Kernel: kernel/trace/bpf_trace.c, bpf_uprobe_multi_link_attach).
  private func takesProcesses(_ program: Int32) -> Bool {
    UprobeMultiRefusal.code(program: program, process: .max) == EINVAL
  }

  /// BPF_F_UPROBE_MULTI_RETURN (Kernel: include/uapi/linux/bpf.h).
  private static let returnFlag: UInt32 = 1

  /// Attaches to one place of a file by a perf event.
  func attachUprobe(_ site: UprobeSite, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    guard let source = PerfEventSource("uprobe") else {
      throw .unavailable("\(hook.title): this kernel has no uprobes (CONFIG_UPROBE_EVENTS)")
    }
    let event = source.open(
      site.path, site.offset, isReturn: site.isReturn, semaphore: site.semaphore, cpu: onlineCPUs[0],
      process: stoppedProcess)
    guard event >= 0 else { throw failure(errno, hook, site.path) }
    try attach(event, cookie: site.cookie, hook, attachments)
  }

  private func failure(_ code: Int32, _ hook: Hook, _ path: String) -> RuntimeError {
    switch code {
    case ESRCH: .unavailable("\(hook.title): there is no process \(stoppedProcess ?? 0) any more")
    case ENOENT: .unavailable("\(hook.title): there is no file '\(path)' any more")
    case SystemCall.notSupported:
      .unavailable("\(hook.title): the kernel does not probe one of these instructions of '\(path)'")
    case EINVAL, EBADF: .unavailable("\(hook.title): the kernel finds no instruction to probe there in '\(path)'")
    default: .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
    }
  }
}

/// What the kernel answers to a link of many uprobes in what is no regular file.
enum UprobeMultiRefusal {
  /// An error number: EBADF where all else is right; 0 for a link that was made all the same.
  /// - Parameter process: as in `bpf_attr.link_create.uprobe_multi.pid`.
  static func code(program: Int32, process: UInt32 = 0) -> Int32 {
    var offset: UInt64 = 0
    return withUnsafePointer(to: &offset) { offset in
      "/".withCString { path in
        var attributes = swtrace_uprobe_multi()
        attributes.program = UInt32(bitPattern: program)
        attributes.attach_type = AttachType.traceUprobeMulti
        attributes.path = UInt64(UInt(bitPattern: path))
        attributes.offsets = UInt64(UInt(bitPattern: offset))
        attributes.count = 1
        attributes.pid = process
        let link = swtrace_bpf(
          Int32(BPF_LINK_CREATE.rawValue), &attributes, UInt32(MemoryLayout<swtrace_uprobe_multi>.size))
        guard link >= 0 else { return errno }
        _ = close(link)
        return 0
      }
    }
  }
}
