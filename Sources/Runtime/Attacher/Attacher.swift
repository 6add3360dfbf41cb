import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Attaches the programs of a bundle to its hooks.
struct Attacher {
  let programs: [Descriptor]
  let host: any HostServices
  /// In ascending order; at least one.
  let onlineCPUs: [Int32]

  /// Adds the hook's descriptors to `attachments`; does nothing for `begin` and `end`, which `run` starts.
  func attach(_ hook: Hook, to attachments: Attachments) throws(RuntimeError) {
    let program = programs[hook.program].rawValue
    switch hook.point {
    case .begin, .end: return
    case .interval(let period):
      attachments.add(event: try open(.clock(.period(period)), on: onlineCPUs[0], program: program, hook))
    case .profilePeriod(let period):
      try onEveryCPU(.clock(.period(period)), program: program, hook, attachments)
    case .profileFrequency(let frequency):
      try onEveryCPU(.clock(.frequency(frequency)), program: program, hook, attachments)
    case .software(let config, let period):
      try onEveryCPU(
        Event(type: PERF_TYPE_SOFTWARE, config: config, sampling: .period(period)), program: program, hook, attachments)
    case .tracepoint(let name):
      let id: UInt64
      do { id = try host.tracepointID(name) } catch { throw .unavailable("\(hook.title): \(error.message)") }
      // The program joins the tracepoint itself: the event's CPU does not narrow where it runs.
      let event = Event(type: PERF_TYPE_TRACEPOINT, config: id, sampling: .period(1))
      attachments.add(link: try open(event, on: onlineCPUs[0], program: program, hook))
    case .rawTracepoint(let name):
      attachments.add(link: try openRawTracepoint(name, program: program, hook))
    }
  }

  /// Runs a program once on this CPU with a context of zeros.
  func run(_ hook: Hook) throws(RuntimeError) {
    // Kernel: MAX_BPF_FUNC_ARGS 64-bit arguments are what a raw tracepoint may have.
    let context = [UInt64](repeating: 0, count: 12)
    let result = context.withUnsafeBytes { context in
      var options = bpf_test_run_opts()
      options.sz = MemoryLayout<bpf_test_run_opts>.size
      options.ctx_in = context.baseAddress
      options.ctx_size_in = UInt32(context.count)
      return bpf_prog_test_run_opts(programs[hook.program].rawValue, &options)
    }
    guard result == 0 else { throw .failure(doing: "run \(hook.title)", code: -result) }
  }

  private func openRawTracepoint(_ name: String, program: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    // A tracing program knows its tracepoint by BTF and takes no name.
    let link = name.isEmpty ? bpf_raw_tracepoint_open(nil, program) : bpf_raw_tracepoint_open(name, program)
    guard link >= 0 else {
      if -link == ENOENT { throw .unavailable("\(hook.title): this kernel has no raw tracepoint \(name)") }
      throw .failure(doing: "attach \(hook.title)", code: -link)
    }
    return link
  }

  private func onEveryCPU(_ event: Event, program: Int32, _ hook: Hook, _ attachments: Attachments)
    throws(RuntimeError)
  {
    for cpu in onlineCPUs {
      attachments.add(event: try open(event, on: cpu, program: program, hook))
    }
  }

  private func open(_ event: Event, on cpu: Int32, program: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    let (sample, isFrequency): (UInt64, Bool) =
      switch event.sampling {
      case .period(let period): (period, false)
      case .frequency(let frequency): (frequency, true)
      }
    let fd = swtrace_perf_event_open(event.type.rawValue, event.config, sample, isFrequency, cpu)
    guard fd >= 0 else { throw .failure(doing: "open the perf event of \(hook.title)", code: errno) }
    guard swtrace_perf_event_start(fd, program) == 0 else {
      let code = errno
      _ = close(fd)
      throw .failure(doing: "attach \(hook.title)", code: code)
    }
    return fd
  }
}

/// What perf_event_open is asked for.
private struct Event {
  enum Sampling {
    /// Each so many events; nanoseconds for a clock.
    case period(UInt64)
    /// So many times a second.
    case frequency(UInt64)
  }

  let type: perf_type_id
  let config: UInt64
  let sampling: Sampling

  static func clock(_ sampling: Sampling) -> Event {
    Event(type: PERF_TYPE_SOFTWARE, config: UInt64(PERF_COUNT_SW_CPU_CLOCK.rawValue), sampling: sampling)
  }
}
