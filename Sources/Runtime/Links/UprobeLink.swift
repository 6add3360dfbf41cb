import CLibBPF
import Codegen
import Glibc

extension Attacher {
  /// Attaches to many places of a file by one link.
  func attachUprobes(_ sites: UprobeSites, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    let link = sites.path.withCString { path in
      sites.offsets.withUnsafeBufferPointer { offsets in
        sites.cookies.withUnsafeBufferPointer { cookies in
          var attributes = swtrace_uprobe_multi()
          attributes.program = UInt32(bitPattern: program(of: hook))
          attributes.attach_type = Load.uprobeMultiAttachType
          attributes.path = UInt64(UInt(bitPattern: path))
          attributes.offsets = UInt64(UInt(bitPattern: offsets.baseAddress))
          attributes.cookies = UInt64(UInt(bitPattern: cookies.baseAddress))
          attributes.count = UInt32(offsets.count)
          attributes.multi_flags = sites.isReturn ? Self.returnFlag : 0
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

  /// BPF_F_UPROBE_MULTI_RETURN (Kernel: include/uapi/linux/bpf.h).
  private static let returnFlag: UInt32 = 1

  /// Attaches to one place of a file by a perf event.
  func attachUprobe(_ site: UprobeSite, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    guard let source = PerfEventSource("uprobe") else {
      throw .unavailable("\(hook.title): this kernel has no uprobes (CONFIG_UPROBE_EVENTS)")
    }
    let event = source.open(
      site.path, site.offset, isReturn: site.isReturn, semaphore: site.semaphore, cpu: onlineCPUs[0])
    guard event >= 0 else { throw failure(errno, hook, site.path) }
    try attach(event, cookie: site.cookie, hook, attachments)
  }

  private func failure(_ code: Int32, _ hook: Hook, _ path: String) -> RuntimeError {
    switch code {
    case ENOENT: .unavailable("\(hook.title): there is no file '\(path)' any more")
    case EINVAL, EBADF: .unavailable("\(hook.title): the kernel finds no instruction to probe there in '\(path)'")
    default: .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
    }
  }
}
