import Codegen
import Testing

@testable import Runtime

@Suite struct CPUWatchTests {
  @Test(
    "messages of CPUs are told from others",
    arguments: [
      ("offline@/devices/system/cpu/cpu1\0ACTION=offline\0", "1 went"),
      ("online@/devices/system/cpu/cpu12", "12 came"), ("change@/devices/system/cpu/cpu1", "none"),
      ("online@/devices/system/memory/memory1", "none"), ("online@/devices/system/cpu/cpuidle", "none"),
      ("libudev\0\u{1}", "none"), ("", "none"), ("online", "none"),
    ])
  func messages(text: String, expected: String) {
    let cpu = CPUWatch.cpu(of: Array(text.utf8)[...])
    #expect((cpu.map { "\($0.number) \($0.isOnline ? "came" : "went")" } ?? "none") == expected)
  }

  private func timer(_ placement: PerfEvent.CPUs, on cpus: [Int32]) -> Timer {
    let event = PerfEvent.clock(.period(1), on: placement)
    // Closing -1 is harmless.
    return Timer(
      source: .event(event), hook: Hook(program: 0, point: .perfEvent(event), title: ""),
      events: Dictionary(uniqueKeysWithValues: cpus.map { ($0, -1) }))
  }

  @Test("a probe of every CPU is opened again where a CPU came back, even when it was gone for a moment only")
  func everyCPU() {
    var timer = timer(.every, on: [0, 1, 2])
    timer.drop(CPUWatch.Change(lost: [1], online: [0, 1, 3]))
    #expect(timer.events.keys.sorted() == [0])
    #expect(timer.missing(online: [0, 1, 3]) == [1, 3])
  }

  @Test("a probe of one CPU moves when that is gone") func oneCPU() {
    var timer = timer(.one, on: [1])
    timer.drop(CPUWatch.Change(lost: [0], online: [1, 2]))
    #expect(timer.missing(online: [1, 2]) == [])
    timer.drop(CPUWatch.Change(lost: [1], online: [2]))
    #expect(timer.missing(online: [2]) == [2])
  }

  @Test("when messages are lost all is opened again") func lost() {
    var timer = timer(.every, on: [0, 1])
    timer.drop(CPUWatch.Change(lost: nil, online: [0, 1]))
    #expect(timer.missing(online: [0, 1]) == [0, 1])
  }
}
