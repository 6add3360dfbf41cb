import CLibBPF
import Codegen
import Glibc
import TraceLang

/// What is attached: descriptors whose closing, by this type or by the end of the process, detaches it.
final class Attachments {
  /// Perf events with a timer or counter of their own.
  private(set) var timers: [Timer] = []
  /// BPF links.
  private var links: [Int32] = []
  /// Perf events of tracepoints that carry programs themselves (before 5.15): their slow close detaches.
  private var carriers: [Int32] = []
  /// Perf events of tracepoints whose programs are on links: nothing runs once the links are closed.
  private var empties: [Int32] = []
  /// Breakpoints on the threads of a process, by the address they watch.
  private var watches: [UInt64: [Int32]] = [:]
  /// To be read to their ends.
  private(set) var iterators: [ObjectPass] = []

  /// Files that programs were pinned to.
  private(set) var pins: [String] = []

  init() {}

  deinit {
    detach()
    release()
  }

  /// Whether nothing can fire.
  var isEmpty: Bool { timers.isEmpty && links.isEmpty && carriers.isEmpty && watches.isEmpty }

  func add(timer: Timer) { timers.append(timer) }

  func add(link: Int32) { links.append(link) }

  func add(iterator: ObjectPass) { iterators.append(iterator) }

  func add(carrier: Int32) { carriers.append(carrier) }

  func add(pin: String) { pins.append(pin) }

  /// Removes the files of a run that fails.
  func removePins() {
    for path in pins { _ = unlink(path.systemCString) }
    pins = []
  }

  func add(watch: Int32, at address: UInt64) { watches[address, default: []].append(watch) }

  func add(event: Int32, link: Int32) {
    empties.append(event)
    links.append(link)
  }

  /// Has `body` bring the timers up to date with the CPUs there are.
  func updateTimers(_ body: (inout Timer) -> Void) {
    for index in timers.indices { body(&timers[index]) }
  }

  /// No program starts any more for use of memory at an address; there may be none that does.
  func removeWatchpoints(at address: UInt64) {
    var events = watches.removeValue(forKey: address) ?? []
    for timer in timers where timer.isWatching(address) { events += timer.events.values }
    timers.removeAll { $0.isWatching(address) }
    for event in events { _ = swtrace_perf_event_stop(event) }
    swtrace_close_all(events, events.count)
  }

  /// No program starts any more.
  func detach() {
    // A key path would be made at run time.
    let events = timers.flatMap { $0.events.values }
    for event in events { _ = swtrace_perf_event_stop(event) }
    let all = links + events + carriers + watches.values.flatMap { $0 }
    swtrace_close_all(all, all.count)
    for iterator in iterators { iterator.close() }
    iterators = []
    links = []
    timers = []
    carriers = []
    watches = [:]
  }

  /// Gives up what is left after `detach`, without waiting for the kernel.
  func release() {
    let descriptors = empties.sorted()
    empties = []
    swtrace_close_in_background(descriptors, descriptors.count)
  }
}
