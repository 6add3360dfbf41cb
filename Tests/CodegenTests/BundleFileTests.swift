import TestSupport
import Testing
import TraceLang

@testable import Codegen

@Suite struct BundleFileTests {
  static let script = """
    tracepoint:syscalls:sys_enter_* { @[probe] = count(); @h = hist(pid); @last[comm, pid] = (1, "x"); }
    interval:s:1 { printf("%d %s\\n", 5, comm); print(@h); exit(2); }
    """
  static let counts = "tracepoint:syscalls:sys_enter_read { @ = count(); }"
  static let task = #"tracepoint:syscalls:sys_enter_read { printf("%d\n", curtask->pid); }"#

  private func message(_ bytes: [UInt8]) -> String? {
    do throws(BundleError) {
      _ = try BundleFile(decoding: bytes)
      return nil
    } catch {
      return error.message
    }
  }

  // RFC 3720, appendix B.4, and the check value of the CRC's definition.
  @Test func checksumIsCRC32C() {
    #expect(CRC32C().checksum(Array("123456789".utf8)[...]) == 0xe306_9283)
    #expect(CRC32C().checksum([UInt8](repeating: 0, count: 32)[...]) == 0x8a91_36aa)
    let crc = CRC32C()
    #expect(crc.checksum(Array("6789".utf8)[...], continuing: crc.checksum(Array("12345".utf8)[...])) == 0xe306_9283)
  }

  @Test(arguments: [script, counts, task, "BEGIN { exit(); }"]) func readingGivesWhatWasWritten(text: String) throws {
    let file = try BuiltScript(text).file()
    #expect(try BundleFile(decoding: file.encoded()) == file)
  }

  @Test func sameScriptGivesSameBytes() throws {
    #expect(try BuiltScript(Self.script).file().encoded() == BuiltScript(Self.script).file().encoded())
  }

  @Test func truncationsAreRefused() throws {
    let bytes = try BuiltScript(Self.counts).file().encoded()
    for count in stride(from: 4, to: bytes.count, by: 3) {
      #expect(try #require(message(Array(bytes[..<count]))).contains("cut short"), "\(count)")
    }
  }

  @Test func aFlippedBitIsRefused() throws {
    let bytes = try BuiltScript(Self.counts).file().encoded()
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      #expect(message(damaged) != nil, "\(index)")
    }
  }

  @Test func whatPassesTheChecksumDecodesOrIsRefused() throws {
    let body = try BuiltScript(Self.script).file().encoded()[20...]
    var random = SplitMix(seed: 7)
    var accepted = 0
    for _ in 0..<600 {
      var changed = Array(body)
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let place = Int.random(in: changed.indices, using: &random)
        switch UInt8.random(in: 0..<3, using: &random) {
        case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 1: changed.remove(at: place)
        default: changed.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      if message(BundleFile.sealed(changed)) == nil { accepted += 1 }
    }
    #expect(accepted > 0)
  }

  @Test func deepNestingIsRefused() throws {
    var body = try CompactEncoder.encode(Type.pointer(.int8, .kernel))
    for _ in 0..<100_000 { body.insert(contentsOf: [1, 1], at: body.startIndex) }
    #expect(throws: CompactDecodingError.self) { try CompactDecoder.decode(Type.self, from: body) }
  }

  @Test func damageForeignFilesAndOtherVersionsAreTold() throws {
    let bytes = try BuiltScript(Self.counts).file().encoded()
    var damaged = bytes
    damaged[100] ^= 1
    #expect(message(Array("BEGIN { }".utf8)) == "this is not a bundle")
    #expect(message(damaged) == "the bundle is damaged: its checksum is wrong; copy or build it again")
    #expect(message(bytes + [0]) == "the bundle is damaged: its checksum is wrong; copy or build it again")
    #expect(
      message(Array(bytes.dropLast()))
        == "the bundle is cut short: \(bytes.count - 21) of \(bytes.count - 20) bytes are there; copy or build it again"
    )
    #expect(
      message(BundleFile.sealed(Array(bytes[20...]), version: BundleFile.version + 1))
        == "the bundle is of version \(BundleFile.version + 1), and this swtrace reads version \(BundleFile.version): "
        + "use a newer swtrace or build it again")
    #expect(
      message(BundleFile.sealed(Array(bytes[20...]), version: 0))
        == "the bundle is of the old version 0: build it again")
    #expect(
      message(BundleFile.sealed([3, 1, 2]))
        == "the bundle was made by another swtrace that this one does not understand: build it again")
  }

  @Test func indicesThatLeadNowhereAreRefused() throws {
    let built = try BuiltScript(Self.counts)
    var bundle = built.bundle
    bundle.hooks[0].program = 9
    let file = BundleFile(bundle, target: built.recording, cpuDemand: .any)
    #expect(
      message(try file.encoded()) == "the bundle contradicts itself: hook 0: there is no program 9; build it again")
  }

  // MARK: Other machines

  private func refusal(
    _ script: String, _ change: (ChangedTarget) -> Void
  ) throws -> String? {
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    target.addedFeatures = [.perCPULookup]
    let file = try BuiltScript(script, target: target).file()
    change(target)
    do throws(BundleError) {
      _ = try file.fitted(to: target)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func theMachineItWasBuiltForRunsIt() throws {
    #expect(try refusal(Self.script) { _ in } == nil)
    #expect(try refusal(Self.task) { _ in } == nil)
  }

  @Test func anotherArchitectureByteOrderOrPageSizeIsRefused() throws {
    #expect(
      try refusal(Self.counts) { $0.change(architecture: .aarch64) }
        == "the bundle is for x86_64, and this machine is aarch64")
    #expect(
      try refusal(Self.counts) { $0.change(isLittleEndian: false) }
        == "the bundle is for little-endian machines, and this one is not")
    #expect(
      try refusal(Self.counts) { $0.change(pageSize: 65536) }
        == "the bundle is for pages of 4096 bytes, and those of this machine have 65536")
  }

  @Test func storageByCPUTakesFewerCPUsAndNotMore() throws {
    let there = try BuiltScript.recordedTarget().machine.possibleCPUs
    #expect(try refusal(Self.counts) { $0.change(possibleCPUs: 1) } == nil)
    let keyed = "tracepoint:syscalls:sys_enter_read { @[pid] = count(); @[1] += @[2]; }"
    #expect(try refusal(keyed) { $0.change(possibleCPUs: 1) } == nil)
    #expect(
      try refusal(Self.counts) { $0.change(possibleCPUs: there + 1) }
        == "the bundle has room for \(there) CPUs, and this machine may have \(there + 1): build it for as many")
  }

  @Test func mapsOfTheKernelTakeAnyNumberOfCPUs() throws {
    let script = "let @ = percpuhash(100); tracepoint:syscalls:sys_enter_read { @[pid] = count(); @last[pid] = 1; }"
    #expect(try refusal(script) { $0.change(possibleCPUs: 1000) } == nil)
    let file = try BuiltScript(script).file()
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    target.change(possibleCPUs: 1000)
    #expect(try file.fitted(to: target).bundle.settings.possibleCPUs == 1000)
  }

  @Test func codeThatVisitsEveryCPUTakesJustAsMany() throws {
    let there = try BuiltScript.recordedTarget().machine.possibleCPUs
    let visits =
      "let @ = percpuhash(100); tracepoint:syscalls:sys_enter_read { @[pid] = count(); if (@[pid] > 5) { exit(); } }"
    let message =
      "the bundle is for exactly \(there) CPUs, and this machine may have 1: build it for this machine"
    #expect(try refusal(visits) { $0.change(possibleCPUs: 1) } == message)
    #expect(try refusal("BEGIN { print(ncpus); }") { $0.change(possibleCPUs: 1) } == message)
    #expect(try refusal("BEGIN { if comptime (ncpus > 1) { exit(); } }") { $0.change(possibleCPUs: 1) } == message)
    #expect(try refusal("macro n() { ncpus } BEGIN { print(n()); }") { $0.change(possibleCPUs: 1) } == message)
    #expect(try refusal("BEGIN { print(cpu); }") { $0.change(possibleCPUs: 1) } == nil)
  }

  @Test func anotherKernelWithWhatTheCodeUsesRunsIt() throws {
    #expect(try refusal(Self.task) { $0.change(kernelRelease: "6.99.0") } == nil)
  }

  @Test func anotherKernelWithoutAFeatureIsRefused() throws {
    let message = try refusal(Self.task) {
      $0.change(kernelRelease: "5.4.0")
      $0.missingFeatures = [.currentTaskBTF]
    }
    #expect(
      message
        == "this kernel (5.4.0) does not have currentTaskBTF, which the bundle uses: build it for this kernel"
    )
  }

  @Test func anotherLayoutOfAStructIsRefusedOnlyWhereItIsUsed() throws {
    let release = try BuiltScript.recordedTarget().machine.kernelRelease
    #expect(
      try refusal(Self.task) { $0.moves = 8 }
        == "on this kernel (\(release)), struct task_struct is not what it was (\(release)): build the bundle for it")
    #expect(try refusal("BEGIN { }") { $0.moves = 8 } == nil)
  }

  @Test func theAddressOfASymbolIsRefusedAfterItChanged() throws {
    let release = try BuiltScript.recordedTarget().machine.kernelRelease
    let target = ChangedTarget(try BuiltScript.recordedTarget())
    target.symbolAddress = 0xffff_ffff_8100_0000
    let built = try BuiltScript("BEGIN { }", target: target)
    _ = built.recording.kernelSymbolAddress("vfs_read")
    let file = built.file()
    #expect(try file.fitted(to: target).bundle.probeCount == 1)
    target.symbolAddress = 0xffff_ffff_9100_0000
    #expect(
      throws: BundleError(
        "on this kernel (\(release)), the address of vfs_read changes with each start of the machine: build the bundle for it"
      )
    ) { try file.fitted(to: target) }
  }
}
