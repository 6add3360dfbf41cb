import CLibBPF
import Codegen
import Glibc
import TraceLang

/// Attaches the programs of a bundle to its hooks.
struct Attacher {
  let programs: [Descriptor]
  /// By program.
  let kinds: [ProgramSpec.Kind]
  let host: any HostServices
  /// In ascending order; at least one.
  let onlineCPUs: [Int32]

  /// Adds the hook's descriptors to `attachments`; does nothing for `begin` and `end`, which `run` starts.
  func attach(_ hook: Hook, to attachments: Attachments) throws(RuntimeError) {
    let program = programs[hook.program].rawValue
    switch hook.point {
    case .begin, .end: return
    case .interval(let period):
      attachments.add(timer: try openTimer(.clock(.period(period)), on: onlineCPUs[0], program: program, hook))
    case .profilePeriod(let period):
      try onEveryCPU(.clock(.period(period)), program: program, hook, attachments)
    case .profileFrequency(let frequency):
      try onEveryCPU(.clock(.frequency(frequency)), program: program, hook, attachments)
    case .software(let config, let period):
      try onEveryCPU(
        Event(type: PERF_TYPE_SOFTWARE, config: config, sampling: .period(period)), program: program, hook, attachments)
    case .tracepoint(let name):
      try attachTracepoint(name, program: program, hook, attachments)
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
    guard result == 0 else { throw .failure(doing: "run \(hook.title)", code: -result, of: .bpf) }
  }

  private func openRawTracepoint(_ name: String, program: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    // A tracing program knows its tracepoint by BTF and takes no name.
    let isNamedByType = if case .tracingRawTracepoint = kinds[hook.program] { true } else { false }
    let link = isNamedByType ? bpf_raw_tracepoint_open(nil, program) : bpf_raw_tracepoint_open(name, program)
    guard link >= 0 else {
      if -link == ENOENT { throw .unavailable("\(hook.title): this kernel has no raw tracepoint \(name)") }
      throw .failure(doing: "attach \(hook.title)", code: -link, of: .bpf)
    }
    return link
  }

  private func onEveryCPU(_ event: Event, program: Int32, _ hook: Hook, _ attachments: Attachments)
    throws(RuntimeError)
  {
    for cpu in onlineCPUs {
      attachments.add(timer: try openTimer(event, on: cpu, program: program, hook))
    }
  }

  private func attachTracepoint(_ name: TracepointName, program: Int32, _ hook: Hook, _ attachments: Attachments)
    throws(RuntimeError)
  {
    let id: UInt64
    do { id = try host.tracepointID(name) } catch { throw .unavailable("\(hook.title): \(error.message)") }
    // The program joins the tracepoint itself: the event's CPU does not narrow where it runs.
    let event = try open(
      Event(type: PERF_TYPE_TRACEPOINT, config: id, sampling: .period(1)), on: onlineCPUs[0], hook)
    let link = bpf_link_create(program, event, BPF_PERF_EVENT, nil)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links.
    try start(event, program: program, hook)
    attachments.add(carrier: event)
  }

  private func openTimer(_ event: Event, on cpu: Int32, program: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    let fd = try open(event, on: cpu, hook)
    try start(fd, program: program, hook)
    return fd
  }

  private func open(_ event: Event, on cpu: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    let (sample, isFrequency): (UInt64, Bool) =
      switch event.sampling {
      case .period(let period): (period, false)
      case .frequency(let frequency): (frequency, true)
      }
    let fd = swtrace_perf_event_open(event.type.rawValue, event.config, sample, isFrequency, cpu)
    guard fd >= 0 else { throw .failure(doing: "open the perf event of \(hook.title)", code: errno, of: .perfEvent) }
    return fd
  }

  /// Gives the event to the program; closes it when that fails.
  private func start(_ event: Int32, program: Int32, _ hook: Hook) throws(RuntimeError) {
    guard swtrace_perf_event_start(event, program) == 0 else {
      let code = errno
      _ = close(event)
      throw .failure(doing: "attach \(hook.title)", code: code, of: .perfEvent)
    }
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
