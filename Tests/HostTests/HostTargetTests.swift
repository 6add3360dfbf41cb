import Glibc
import TestSupport
import Testing
import TraceLang

@testable import Runtime

private let isRoot = geteuid() == 0

/// What is true on any machine with tracefs and BTF, asked of this one.
@Suite(.enabled(if: isRoot, "reads tracefs and BTF, which needs root"))
struct HostTargetTests {
  private let target: HostTarget

  init() throws { target = try HostTarget() }

  @Test func tracefsIsReadWithoutMountingIt() throws {
    let before = try readFile("/proc/self/mountinfo")
    let name = TracepointName(category: "syscalls", event: "sys_enter_openat")
    let fields = try #require(try target.tracepointFormat(name)).fields.filter { !$0.name.hasPrefix("common_") }
    #expect(
      fields.map { "\($0.offset) \($0.declaration)" } == [
        "8 int __syscall_nr", "16 int dfd", "24 const char * filename", "32 int flags", "40 umode_t mode",
      ])
    #expect(try readFile("/proc/self/mountinfo") == before)
  }

  @Test func aTracepointThatIsNotThereHasNoFormat() throws {
    #expect(try target.tracepointFormat(TracepointName(category: "syscalls", event: "no_such")) == nil)
    #expect(try target.tracepointFormat(TracepointName(category: "../events/syscalls", event: "enable")) == nil)
    #expect(try target.tracepoints(category: "nosuch", event: "*") == [])
    #expect(try target.tracepoints(category: "syscalls", event: "nosuch") == [])
  }

  @Test func whatAFeatureImpliesIsThereWhenAskedForItself() {
    let implied: [KernelFeature] = [
      .forEachMapElement, .currentTaskBTF, .attachCookie, .loop, .bootTime, .perCPULookup,
    ]
    var asking = KernelFeatures()
    var knowing = KernelFeatures()
    _ = knowing.has(.instructionSetV4)
    for feature in implied { #expect(asking.has(feature) == knowing.has(feature), "\(feature)") }
  }

  @Test func globsListWhatTheyMatchSorted() throws {
    let names = try target.tracepoints(category: "sched*", event: "sched_process_f*").map(\.event)
    #expect(names == ["sched_process_fork", "sched_process_free"])
  }

  @Test func everyFormatIsUnderstood() throws {
    for name in try target.tracepoints(category: "*", event: "*") {
      let layout = try #require(try target.tracepointFormat(name)).layout
      #expect(layout.members.count >= 4, "\(name)")
    }
  }

  @Test func everySyscallTracepointHasANumber() throws {
    let unknown = try target.tracepoints(category: "syscalls", event: "sys_enter_*")
      .map { String($0.event.dropFirst("sys_enter_".count)) }
      .filter { target.syscallNumber($0) == nil }
    #expect(unknown == [])
  }

  @Test func typesOfTheKernelAreFound() throws {
    guard target.has(.btf) else { return }
    let task = try #require(target.layout(of: .named("struct task_struct")))
    let comm = try #require(task.members.first { $0.name == "comm" })
    #expect(comm.type == .string(capacity: 16))
    #expect(target.kernelType(named: "pid_t") == .int32)
    #expect(target.enumerator(named: "PIDTYPE_PID")?.value == 0)
  }

  @Test func rawTracepointsHaveTheirArguments() throws {
    guard target.has(.btf) else { return }
    #expect(try target.rawTracepoints(matching: "sched_swi*") == ["sched_switch"])
    #expect(try target.rawTracepoints(matching: "sched_switch") == ["sched_switch"])
    #expect(try target.rawTracepoints(matching: "nosuch") == [])
    let arguments = try #require(target.rawTracepointArguments("sys_enter"))
    #expect(arguments.map(\.name) == ["regs", "id"])
    #expect(target.btfTypeID(kind: .typedef, name: "btf_trace_sys_enter")?.objectName == "vmlinux")
  }

  @Test func functionsAndTheirSignaturesAreFound() throws {
    guard target.has(.btf) else { return }
    let names = try target.kernelFunctions(matching: "vfs_rea*", module: nil).map(\.text)
    #expect(names.contains("vfs_read") && names == names.sorted())
    #expect(try target.kernelFunctions(matching: "vfs_read", module: "vmlinux") == [KernelFunction("vfs_read")])
    #expect(target.kernelFunctionSignature("vfs_read")?.parameters.map(\.name) == ["file", "buf", "count", "pos"])
    #expect(try target.typedKernelFunctions(matching: "vfs_rea*", module: nil).map(\.text) == names)
    #expect(try target.typedKernelFunctions(matching: "no_such_f*", module: nil).isEmpty)
    #expect(try target.typedKernelFunctions(matching: "migrate_[de]*able", module: nil).isEmpty)
    #expect(try target.kernelFunctions(matching: "vfs_read", module: "no_such_module").isEmpty)
    #expect(target.layout(of: .function("vfs_read"))?.members.map(\.offset) == [0, 8, 16, 24])
  }

  @Test("a list of the user's says which functions can be probed") func traceableFunctions() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "functions", "vfs_read\n__ftrace_invalid_address___64\nvfs_write\nnf_hook_slow [netfilter]\n")
    let target = try HostTarget(traceableFunctions: path)
    #expect(
      try target.kernelFunctions(matching: "*", module: nil).map(\.text) == [
        "netfilter:nf_hook_slow", "vfs_read", "vfs_write",
      ])
    #expect(try target.kernelFunctions(matching: "vfs_write", module: nil).map(\.text) == ["vfs_write"])
    #expect(try target.kernelFunctions(matching: "vfs_open", module: nil).isEmpty)
    #expect(try target.kernelFunctions(matching: "vfs_*", module: "netfilter").isEmpty)
    if target.has(.btf) {
      #expect(try target.typedKernelFunctions(matching: "vfs_*", module: nil).map(\.text) == ["vfs_read", "vfs_write"])
      #expect(try target.typedKernelFunctions(matching: "vfs_open", module: nil).isEmpty)
    }
    let endless = try HostTarget(traceableFunctions: "/dev/zero")
    #expect(throws: TargetError("cannot read the list of traceable functions /dev/zero: Invalid argument")) {
      try endless.kernelFunctions(matching: "*", module: nil)
    }
    let missing = try HostTarget(traceableFunctions: "/no/such/list")
    #expect(
      throws: TargetError("cannot read the list of traceable functions /no/such/list: No such file or directory")
    ) { try missing.kernelFunctions(matching: "vfs_read", module: nil) }
  }

  @Test func symbolsHaveAddresses() {
    #expect(target.kernelSymbolAddress("_text").map { $0 > 0xffff_0000_0000_0000 } == true)
    #expect(target.kernelSymbolAddress("no such symbol") == nil)
  }

  @Test func anOldFeatureIsFoundAndAskingTwiceGivesTheSame() {
    #expect(target.has(.ringBuffer))
    let first = KernelFeature.allCases.map(target.has)
    #expect(KernelFeature.allCases.map(target.has) == first)
  }

  @Test("every struct and union of this kernel passes for one when it is recorded") func recordable() throws {
    guard target.has(.btf) else { return }
    let recorder = RecordingTarget(target)
    var count = 0
    for type in UInt32(1)...200_000 {
      guard let layout = target.layout(of: .btf(object: 0, type: type, name: "")) else { continue }
      _ = recorder.layout(of: .btf(object: 0, type: type, name: layout.name))
      count += 1
    }
    #expect(count > 1000)
    #expect(throws: Never.self) { try RecordedTarget(decoding: recorder.encoded()) }
  }

  /// What a bundle with facts asks of a machine, and more: whatever is asked, the answer is of the question's shape.
  @Test func answersHaveTheirQuestionsShape() throws {
    let name = TracepointName(category: "sched", event: "sched_switch")
    let questions: [Question] = [
      .kernel(.has(feature: .btf)), .kernel(.symbolAddress(name: "_text")),
      .tracepoint(.matching(category: "sched", event: "*")), .tracepoint(.format(name: name)),
      .tracepoint(.isKernel(name: name)), .tracepoint(.rawMatching(glob: "sched_*")),
      .tracepoint(.rawArguments(name: "sched_switch")), .function(.matching(glob: "vfs_read", module: nil)),
      .function(.signature(name: "vfs_read")), .function(.isCallable(name: "bpf_task_from_pid", type: .tracepoint)),
      .type(.named(name: "pid_t")), .type(.layout(of: .named("struct task_struct"))),
      .type(.layout(of: .tracepoint(name))), .type(.layout(of: .function("vfs_read"))),
      .type(.layout(of: .script(0, name: "s"))), .type(.layout(of: .btf(object: 0, type: 1, name: ""))),
      .type(.enumerator(name: "PIDTYPE_PID")), .type(.enumerators(of: .btf(object: 0, type: 1, name: ""))),
      .type(.enumerators(of: .script(0, name: "e"))), .process(.cgroupID(path: "/")), .process(.pidNamespace),
    ]
    for question in questions {
      let answer = try target.answer(question)
      #expect(answer.shape == question.nothing.shape, "\(question.description)")
      #expect(try target.answer(question) == answer, "\(question.description)")
    }
  }

  @Test func aRecordingOfThisMachineAnswersTheSame() throws {
    let recorder = RecordingTarget(target)
    let name = TracepointName(category: "syscalls", event: "sys_enter_openat")
    let format = try recorder.tracepointFormat(name)
    let task = recorder.layout(of: .named("struct task_struct"))
    let recorded = try RecordedTarget(decoding: recorder.encoded())
    #expect(try recorded.tracepointFormat(name) == format)
    #expect(recorded.layout(of: .named("struct task_struct")) == task)
  }
}

/// Facts that need no privilege.
@Suite struct HostMachineTests {
  @Test func syscallNumbersAreThoseOfTheCompilersHeader() throws {
    guard let bytes = try? readFile("/usr/include/x86_64-linux-gnu/asm/unistd_64.h") else { return }
    let table = SyscallTable(.x86_64)
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, words[1].hasPrefix("__NR_"), let number = Int(words[2]) else { continue }
      #expect(table.name(of: number) == String(words[1].dropFirst("__NR_".count)))
    }
  }

  @Test func theMachineHasCPUsAndPages() throws {
    let machine = try Machine.host()
    #expect(machine.possibleCPUs >= 1 && machine.pageSize >= 4096 && machine.isLittleEndian)
  }
}
