import CLibBPF
import Codegen
import Glibc
import SystemPackage

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
          return swtrace_bpf(
            Int32(BPF_LINK_CREATE.rawValue), &attributes, UInt32(MemoryLayout<swtrace_uprobe_multi>.size))
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
    let event = site.path.withCString {
      swtrace_perf_probe_open(
        source.type, site.isReturn ? source.returnBit : 0, UInt64(UInt(bitPattern: $0)), site.offset, onlineCPUs[0])
    }
    guard event >= 0 else { throw failure(errno, hook, site.path) }
    var options = bpf_link_create_opts()
    options.sz = MemoryLayout<bpf_link_create_opts>.size
    options.perf_event.bpf_cookie = site.cookie
    let link = bpf_link_create(program(of: hook), event, BPF_PERF_EVENT, &options)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links, and programs no cookies.
    try start(event, hook)
    attachments.add(carrier: event)
  }

  private func failure(_ code: Int32, _ hook: Hook, _ path: String) -> RuntimeError {
    switch code {
    case ENOENT: .unavailable("\(hook.title): there is no file '\(path)' any more")
    case EINVAL, EBADF: .unavailable("\(hook.title): the kernel finds no instruction to probe there in '\(path)'")
    default: .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
    }
  }
}

/// A kind of perf event that the kernel numbers when it starts (Kernel: Documentation/ABI/testing/sysfs-bus-event_source-devices).
struct PerfEventSource {
  /// For `perf_event_attr.type`.
  let type: UInt32
  /// The bit of `config` that asks for the return of a function.
  let returnBit: UInt64

  /// `nil` when the kernel has none of the name.
  init?(_ name: String) {
    let folder = "/sys/bus/event_source/devices/\(name)/"
    guard let number = Self.text(folder + "type"), let type = UInt32(number) else { return nil }
    self.type = type
    // "config:0"
    let bit = Self.text(folder + "format/retprobe")?.split(separator: ":").last.flatMap { UInt64($0) } ?? 0
    returnBit = 1 << min(bit, 63)
  }

  private static func text(_ path: String) -> String? {
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? file.readAll() else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
