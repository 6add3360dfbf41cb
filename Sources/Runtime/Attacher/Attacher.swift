import CLibBPF
import Codegen
import Glibc
import SystemPackage
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
      attachments.add(timer: try opened(Timer(event: .clock(.period(period)), hook: hook, placement: .oneCPU)))
    case .profilePeriod(let period):
      attachments.add(timer: try opened(Timer(event: .clock(.period(period)), hook: hook, placement: .everyCPU)))
    case .profileFrequency(let frequency):
      attachments.add(timer: try opened(Timer(event: .clock(.frequency(frequency)), hook: hook, placement: .everyCPU)))
    case .software(let config, let period):
      let event = PerfEvent(type: PERF_TYPE_SOFTWARE, config: config, sampling: .period(period))
      attachments.add(timer: try opened(Timer(event: event, hook: hook, placement: .everyCPU)))
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

  private func opened(_ timer: Timer) throws(RuntimeError) -> Timer {
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
        timer.events[cpu] = try openTimer(
          timer.event, on: cpu, program: programs[timer.hook.program].rawValue, timer.hook)
      } catch {
        // The CPU went offline a moment ago; that will be told.
        if case .failed(_, let code, _) = error, code.rawValue == ENODEV, timer.placement == .everyCPU { continue }
        throw error
      }
    }
  }

  private func attachTracepoint(_ name: TracepointName, program: Int32, _ hook: Hook, _ attachments: Attachments)
    throws(RuntimeError)
  {
    let id: UInt64
    do { id = try host.tracepointID(name) } catch { throw .unavailable("\(hook.title): \(error.message)") }
    // The program joins the tracepoint itself: the event's CPU does not narrow where it runs.
    let event = try open(
      PerfEvent(type: PERF_TYPE_TRACEPOINT, config: id, sampling: .period(1)), on: onlineCPUs[0], hook)
    let link = bpf_link_create(program, event, BPF_PERF_EVENT, nil)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links.
    try start(event, program: program, hook)
    attachments.add(carrier: event)
  }

  private func openTimer(_ event: PerfEvent, on cpu: Int32, program: Int32, _ hook: Hook) throws(RuntimeError) -> Int32
  {
    let fd = try open(event, on: cpu, hook)
    try start(fd, program: program, hook)
    return fd
  }

  private func open(_ event: PerfEvent, on cpu: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
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
struct PerfEvent {
  enum Sampling {
    /// Each so many events; nanoseconds for a clock.
    case period(UInt64)
    /// So many times a second.
    case frequency(UInt64)
  }

  let type: perf_type_id
  let config: UInt64
  let sampling: Sampling

  static func clock(_ sampling: Sampling) -> PerfEvent {
    PerfEvent(type: PERF_TYPE_SOFTWARE, config: UInt64(PERF_COUNT_SW_CPU_CLOCK.rawValue), sampling: sampling)
  }
}
