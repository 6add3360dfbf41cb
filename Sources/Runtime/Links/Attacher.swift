import Codegen
import Symbolizer
import TraceLang

/// Attaches the programs of a bundle to its hooks; a file for each mechanism of the kernel extends it.
struct Attacher {
  let programs: [Loader.LoadedProgram]
  /// By program.
  let specs: [ProgramSpec]
  let host: any HostServices
  /// In ascending order; at least one.
  let onlineCPUs: [Int32]
  /// The process of `-p` or `-c`: user functions and memory of it alone are traced.
  var process: Int32?
  /// Whether what descends from the process runs the functions that are traced, too.
  var followsDescendants = false
  /// Whether iterators are given their files, or tried only.
  var pins = true

  /// The only process that stops at user functions; `nil` for all.
  var stoppedProcess: Int32? { followsDescendants ? nil : process }

  /// Adds the hook's descriptors to `attachments`; does nothing for what `run` starts.
  /// - Throws: also why the hook has no program.
  func attach(_ hook: Hook, to attachments: Attachments) throws(RuntimeError) {
    _ = try program(of: hook)
    switch hook.point {
    case .testRun: return
    case .perfEvent(let event): attachments.add(timer: try opened(Timer(source: .event(event), hook: hook)))
    case .breakpoint(let breakpoint): try attach(breakpoint, hook, attachments)
    case .tracepoint(let name): try attachTracepoint(name, hook, attachments)
    case .rawTracepoint(let name): attachments.add(link: try openRawTracepoint(name, hook))
    case .uprobe(let site): try attachUprobe(site, hook, attachments)
    case .uprobes(let sites): try attachUprobes(sites, hook, attachments)
    case .kprobe(let place, let side, let cookie): try attachKprobe(place, side, cookie, hook, attachments)
    case .kprobeMulti(let functions, let side, let cookies):
      attachments.add(link: try openKprobes(functions, side == .entry ? .entry : .exit, cookies, hook))
    case .kprobeSession(let functions, let cookies):
      attachments.add(link: try openKprobes(functions, .session, cookies, hook))
    case .trampoline: attachments.add(link: try openTrampoline(hook))
    case .iterator: attachments.add(iterator: try opened(hook))
    case .pinnedIterator(let path): try pin(hook, path, attachments)
    }
  }

  /// The descriptor of the hook's program.
  /// - Throws: why it has none.
  func program(of hook: Hook) throws(RuntimeError) -> Int32 { try programs[hook.program].get().rawValue }
}
