import TestSupport
import Testing
import TraceLang

@testable import Codegen

// Programs, their hooks, and what they do to the machine.
extension CraftedBundleTests {
  @Test("hooks that are not for their program are refused") func hooks() throws {
    func refusal(_ point: Hook.Point, _ load: Load) throws -> String? {
      try self.refusal {
        $0.programs[0].load = load
        $0.hooks = [Hook(program: 0, point: point, title: "t")]
      }
    }
    let name = TracepointName(category: "..", event: "x/../../etc")
    #expect(try refusal(.begin, .rawTracepoint) == nil)
    #expect(try refusal(.begin, .perfEvent) != nil)
    #expect(try refusal(.testRun(.test("a\u{1b}[2Jb")), .rawTracepoint) == "hook 0: a test or benchmark has a name")
    #expect(try refusal(.testRun(.bench("a")), .rawTracepoint) == nil)
    #expect(try refusal(.perfEvent(.clock(.period(0), on: .one)), .perfEvent) == "hook 0: a perf event has a period")
    #expect(try refusal(.perfEvent(.clock(.period(1), on: .one)), .rawTracepoint) != nil)
    #expect(
      try refusal(.perfEvent(PerfEvent(.software, config: 99, .period(1))), .perfEvent)
        == "hook 0: there is no software event 99")
    #expect(
      try refusal(.perfEvent(PerfEvent(.hardware, config: 10, .period(1))), .perfEvent)
        == "hook 0: there is no hardware event 10")
    for config: UInt64 in [7, 3 << 8, 2 << 16, 1 << 24, .max] {
      #expect(
        try refusal(.perfEvent(PerfEvent(.cache, config: config, .period(1))), .perfEvent)
          == "hook 0: there is no cache event \(config)")
    }
    #expect(try refusal(.perfEvent(PerfEvent(.cache, config: 1 << 16 | 2 << 8 | 6, .period(1))), .perfEvent) == nil)
    #expect(try refusal(.perfEvent(PerfEvent(.raw, config: .max, .period(1))), .perfEvent) == nil)
    #expect(
      try refusal(.breakpoint(Breakpoint(address: 0, length: 3, access: .write)), .perfEvent)
        == "hook 0: a watchpoint has a length of 1, 2, 4 or 8")
    #expect(
      try refusal(.breakpoint(Breakpoint(address: 0, length: 8, access: .write)), .tracepoint)
        == "hook 0: a watchpoint runs perf event programs")
    #expect(try refusal(.testRun(.signal), .perfEvent) != nil)
    #expect(try refusal(.tracepoint(name), .tracepoint) == "hook 0: a tracepoint has no such name")
    #expect(try refusal(.rawTracepoint("a"), .tracingRawTracepoint("b")) != nil)
    #expect(try refusal(.rawTracepoint(""), .rawTracepoint) != nil)
  }

  @Test("hooks on functions are refused without a name, without their program or with cookies of others")
  func functionHooks() throws {
    func refusal(_ point: Hook.Point, _ load: Load) throws -> String? {
      try self.refusal {
        $0.programs[0].load = load
        $0.hooks = [Hook(program: 0, point: point, title: "t")]
      }
    }
    let function = KernelFunction("vfs_read")
    let onFunction = Load(.tracing, .function(function, .exit))
    #expect(try refusal(.kprobe(.function(function, offset: 4), .entry, cookie: 1), .kprobe) == nil)
    #expect(try refusal(.kprobeMulti([function], .exit, cookies: [1]), .kprobeMulti) == nil)
    #expect(try refusal(.trampoline, onFunction) == nil)
    #expect(try refusal(.iterator, Load(.tracing, .iterator("task"))) == nil)
    #expect(try refusal(.pinnedIterator("/sys/fs/bpf/x"), Load(.tracing, .iterator("task"))) == nil)
    #expect(
      try refusal(.pinnedIterator("x"), Load(.tracing, .iterator("task"))) == "hook 0: a pinned program has a file")
    #expect(try refusal(.pinnedIterator("/sys/fs/bpf/x"), onFunction) == "hook 0: its program does not iterate")

    for name in ["", "a\0b", String(repeating: "x", count: 200)] {
      let nameless = KernelFunction(name)
      let fault = "hook 0: a function has no such name"
      #expect(try refusal(.kprobe(.function(nameless, offset: 0), .entry, cookie: 0), .kprobe) == fault)
      #expect(try refusal(.kprobeMulti([function, nameless], .entry, cookies: [0, 0]), .kprobeMulti) == fault)
      let load = Load(.tracing, .function(nameless, .entry))
      #expect(try refusal(.trampoline, load) == "program 0: a function has no such name")
      let ofProgram = Load(.tracing, .program(ProgramFunction(name, ofProgram: 7), .entry))
      #expect(try refusal(.trampoline, ofProgram) == "program 0: a function has no such name")
    }
    #expect(
      try refusal(.kprobe(.function(function, offset: 4), .exit, cookie: 0), .kprobe)
        == "hook 0: a function returns to one place")
    #expect(
      try refusal(.kprobeMulti([function], .entry, cookies: []), .kprobeMulti) == "hook 0: each function has a cookie")
    #expect(try refusal(.kprobeMulti([], .entry, cookies: []), .kprobeMulti) == "hook 0: it has 0 functions")
    #expect(try refusal(.kprobeMulti([function], .entry, cookies: [0]), .kprobe) != nil)
    #expect(try refusal(.kprobe(.function(function, offset: 0), .entry, cookie: 0), .kprobeMulti) != nil)
    #expect(try refusal(.kprobeSession([function], cookies: [1]), .kprobeSession) == nil)
    #expect(
      try refusal(.kprobeSession([function], cookies: []), .kprobeSession) == "hook 0: each function has a cookie")
    #expect(
      try refusal(.kprobeSession([function], cookies: [1]), .kprobeMulti)
        == "hook 0: its program is not for calls of functions")
    #expect(try refusal(.kprobeMulti([function], .entry, cookies: [0]), .kprobeSession) != nil)
    #expect(try refusal(.trampoline, .rawTracepoint) != nil)
    #expect(try refusal(.iterator, onFunction) != nil)
    #expect(try refusal(.begin, onFunction) != nil)
  }

  @Test("a kprobe at an address counts as acting on the machine") func addresses() throws {
    func effect(_ place: Kprobe.Place) throws -> String? {
      var bundle = try bundle()
      bundle.programs[0].load = .kprobe
      bundle.hooks = [Hook(program: 0, point: .kprobe(place, .entry, cookie: 0), title: "t")]
      return try CheckedBundle(bundle).effect
    }
    #expect(try effect(.address(0xffff_ffff_8100_0000)) == "stops the kernel at an address")
    #expect(try effect(.function(KernelFunction("vfs_read"), offset: 8)) == nil)
  }

  @Test("programs that name what is not the bundle's are refused") func programs() throws {
    func refusal(_ code: [UInt64], _ relocations: [ProgramObject.Relocation] = []) throws -> String? {
      try self.refusal {
        $0.programs[0].object = ProgramObject(
          instructions: code, relocations: relocations, lines: [], functions: [])
        $0.programs[0].typeInformation = nil
      }
    }
    let exit: UInt64 = 0x95
    #expect(try refusal([0xb7, exit]) == nil)
    #expect(try refusal([]) == "program 0: it has 0 instructions")
    #expect(try refusal([0xff, exit]) == "program 0: it has an instruction that is not known")
    // ld_imm64 of a map's descriptor (source 1) that is nothing of the bundle's.
    #expect(
      try refusal([0x5_0000_1018, 0, exit]) == "program 0: an instruction names a map of the process that loads it")
    #expect(try refusal([0x18, 0, exit], [.init(instruction: 0, target: .map(0))]) == nil)
    #expect(
      try refusal([0x18, 0, exit], [.init(instruction: 1, target: .map(0))])
        == "program 0: nothing goes into instruction 1")
    #expect(try refusal([0x18, 0, exit], [.init(instruction: 0, target: .map(99))]) == "program 0: there is no map 99")
    #expect(
      try told(refusal([0x18, 0, exit], [.init(instruction: 0, target: .mapValue(data(bundle()), offset: 1 << 33))]))
        .contains("nothing is at"))
    // A call of the kernel (source 2) is what such a function goes into, once.
    let isReturn = ProgramObject.Relocation(instruction: 0, target: .kernelFunction(.sessionIsReturn))
    #expect(try refusal([0x2085, exit], [isReturn]) == nil)
    let fault = "program 0: no function of the kernel goes into instruction 0"
    #expect(try refusal([0x2085, exit], [isReturn, isReturn]) == fault)
    #expect(try refusal([0xb7, exit], [isReturn]) == fault)
    #expect(try refusal([0x18, 0, exit], [isReturn]) == fault)
  }

  @Test("calls of the kernel count as acting on the machine, but for those that are looked up by name")
  func kernelCalls() throws {
    func effect(_ code: [UInt64], _ relocations: [ProgramObject.Relocation]) throws -> String? {
      var bundle = try bundle()
      bundle.programs[0].object = ProgramObject(
        instructions: code, relocations: relocations, lines: [], functions: [])
      bundle.programs[0].typeInformation = nil
      return try CheckedBundle(bundle).effect
    }
    let isReturn = ProgramObject.Relocation(instruction: 0, target: .kernelFunction(.sessionIsReturn))
    #expect(try effect([0x2085, 0x95], [isReturn]) == nil)
    #expect(try effect([0x2085, 0x95], []) == "calls functions of the kernel")
    #expect(try effect([0x2085, 0x2085, 0x95], [isReturn]) == "calls functions of the kernel")
  }

  @Test("settings without bounds are refused") func settings() throws {
    for change: (inout Bundle.Settings) -> Void in [
      { $0.possibleCPUs = 0 }, { $0.possibleCPUs = .max }, { $0.logSize = -1 }, { $0.maximumStringLength = .max },
      { $0.maximumCatBytes = -1 }, { $0.license = "GPL\0" }, { $0.truncationTrailer = "\0" },
    ] {
      #expect(try refusal { change(&$0.settings) } != nil)
    }
  }

  // MARK: Effects

  /// The number of a helper, called by a program.
  private func effect(calling helper: Int32) throws -> String? {
    var bundle = try bundle()
    let call = UInt64(0x85) | UInt64(UInt32(bitPattern: helper)) << 32
    bundle.programs[0].object = ProgramObject(
      instructions: [call, 0x95], relocations: [], lines: [], functions: [])
    bundle.programs[0].typeInformation = nil
    return try CheckedBundle(bundle).effect
  }

  @Test("what a bundle does to the machine is told by what it holds") func effects() throws {
    #expect(try CheckedBundle(bundle()).effect == nil)
    #expect(try effect(calling: Helper.getCurrentPIDTGID.rawValue) == nil)
    #expect(try effect(calling: Helper.sendSignal.rawValue) == "sends signals")
    #expect(try effect(calling: Helper.sendSignalThread.rawValue) == "sends signals")
    #expect(try effect(calling: Helper.overrideReturn.rawValue) == "changes what functions of the kernel return")
    #expect(try effect(calling: Helper.probeWriteUser.rawValue) == "changes the memory of processes")
    // Kernel: bpf_skb_store_bytes, which no script calls.
    #expect(try effect(calling: 9) == "calls the kernel's helper 9")
    var bundle = try bundle()
    bundle.actions.append(.system(Format(segments: [.literal(Array("true".utf8))])))
    #expect(try CheckedBundle(bundle).effect == "runs commands")
  }

  @Test("the demand for CPUs that a file states gives its storage no more room") func cpuDemand() throws {
    let built = try BuiltScript("tracepoint:syscalls:sys_enter_read { @ = count(); }")
    var body = Array(try built.file().encoded()[BundleFile.headerSize...])
    let (demand, lie) = (Array("\u{6}atMost".utf8), Array("\u{3}any".utf8))
    let place = try #require(body.indices.first { body[$0...].starts(with: demand) })
    body.replaceSubrange(place..<place + demand.count, with: lie)
    let file = try BundleFile(decoding: BundleFile.sealed(body))
    #expect(file.cpuDemand == .any)
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    target.change(possibleCPUs: 4000)
    #expect(throws: BundleError.self) { try file.fitted(to: target) }
  }
}
