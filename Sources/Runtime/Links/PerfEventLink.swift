import CLibBPF
import Codegen
import Glibc
import SystemPackage

/// A hook's perf events by the CPUs they are on.
struct Timer {
  /// What it opens on a CPU.
  enum Source {
    case event(PerfEvent)
    case breakpoint(Breakpoint)
  }

  let source: Source
  let hook: Hook
  /// Open descriptors.
  var events: [Int32: Int32] = [:]

  private var cpus: PerfEvent.CPUs {
    switch source {
    case .event(let event): event.cpus
    case .breakpoint: .every
    }
  }

  /// Whether it is a breakpoint at an address.
  func isWatching(_ address: UInt64) -> Bool {
    switch source {
    case .event: false
    case .breakpoint(let breakpoint): breakpoint.address == address
    }
  }

  /// Whether it goes without a CPU that is offline.
  var isOnEveryCPU: Bool { cpus == .every }

  /// The CPUs that it still needs an event on.
  func missing(online: [Int32]) -> [Int32] {
    switch cpus {
    case .every: online.filter { events[$0] == nil }
    case .one: events.isEmpty ? Array(online.prefix(1)) : []
    }
  }

  /// Closes the events of CPUs that are gone, or were for a while: the kernel has taken them off for good.
  mutating func drop(_ change: CPUWatch.Change) {
    for (cpu, event) in events where change.lost?.contains(cpu) ?? true || !change.online.contains(cpu) {
      _ = close(event)
      events[cpu] = nil
    }
  }
}

extension Attacher {
  /// Opens what a timer needs on the CPUs there are now, after some went or came.
  /// - Returns: why it could not, for each timer that lacks an event now.
  func follow(_ change: CPUWatch.Change, _ attachments: Attachments) -> [RuntimeError] {
    var failures: [RuntimeError] = []
    attachments.updateTimers { timer in
      timer.drop(change)
      do throws(RuntimeError) {
        try open(&timer, online: change.online)
      } catch {
        failures.append(error)
      }
    }
    return failures
  }

  func opened(_ timer: Timer) throws(RuntimeError) -> Timer {
    var timer = timer
    do throws(RuntimeError) {
      try open(&timer, online: onlineCPUs)
      return timer
    } catch {
      for event in timer.events.values { _ = close(event) }
      throw error
    }
  }

  private func open(_ timer: inout Timer, online: [Int32]) throws(RuntimeError) {
    for cpu in timer.missing(online: online) {
      do throws(RuntimeError) {
        let descriptor: Int32
        switch timer.source {
        case .event(let event):
          descriptor = try open(event.kind.rawValue, config: event.config, event.sampling, on: cpu, timer.hook)
        case .breakpoint(let breakpoint): descriptor = try open(breakpoint, on: cpu, timer.hook)
        }
        try start(descriptor, timer.hook)
        timer.events[cpu] = descriptor
      } catch {
        // The CPU went offline a moment ago; that will be told.
        if case .failed(_, let code, _) = error, code.rawValue == ENODEV, timer.isOnEveryCPU { continue }
        throw error
      }
    }
  }

  /// A perf event of a type, stopped.
  func open(
    _ type: UInt32, config: UInt64, _ sampling: PerfEvent.Sampling, on cpu: Int32, _ hook: Hook
  ) throws(RuntimeError) -> Int32 {
    let (sample, isFrequency): (UInt64, Bool) =
      switch sampling {
      case .period(let period): (period, false)
      case .frequency(let frequency): (frequency, true)
      }
    let fd = swtrace_perf_event_open(type, config, sample, isFrequency, cpu)
    guard fd >= 0 else {
      let code = errno
      // No unit of the processor takes the event. Kernel: kernel/events/core.c, perf_init_event.
      let isCounted = PerfEvent.Kind(rawValue: type).map(\.isOfProcessor) ?? false
      if isCounted, [ENOENT, EOPNOTSUPP, EINVAL].contains(code) {
        throw .unavailable(
          "\(hook.title): this machine's processor does not count that; virtual machines often have no counters at all")
      }
      throw .failure(doing: "open the perf event of \(hook.title)", code: code, of: .perfEvent)
    }
    return fd
  }

  /// Gives an event at one place of the code to the hook's program, by a link where the kernel has those.
  func attach(_ event: Int32, cookie: UInt64, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    var options = bpf_link_create_opts()
    options.sz = MemoryLayout<bpf_link_create_opts>.size
    options.perf_event.bpf_cookie = cookie
    let link = bpf_link_create(try program(of: hook), event, BPF_PERF_EVENT, &options)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links, and programs no cookies.
    try start(event, hook)
    attachments.add(carrier: event)
  }

  /// Gives the event to the hook's program; closes it when that fails.
  func start(_ event: Int32, _ hook: Hook) throws(RuntimeError) {
    do throws(RuntimeError) {
      guard swtrace_perf_event_start(event, try program(of: hook)) == 0 else {
        throw .failure(doing: "attach \(hook.title)", code: errno, of: .perfEvent)
      }
    } catch {
      _ = close(event)
      throw error
    }
  }
}

extension Hook.Point {
  /// Whether its perf events are on CPUs, and gone with them.
  var isOnCPUs: Bool {
    switch self {
    case .perfEvent, .breakpoint: true
    case .testRun, .tracepoint, .rawTracepoint, .uprobe, .uprobes: false
    case .kprobe, .kprobeMulti, .kprobeSession, .trampoline, .iterator, .pinnedIterator: false
    }
  }
}
