import Glibc
import Symbolizer
import TestSupport
import TraceLang

@testable import Codegen
@testable import Runtime

/// Lets the user-space side of a bundle read what programs could have left: any bytes in its maps and records.
struct Rehearsal {
  private let bundle: Bundle
  private let host: any HostServices
  private let output: Int32
  private let interruption: Interruption

  /// Larger maps and records are left out: what is wrong with them is wrong with smaller ones.
  private static let maximumMemory = 16 << 20

  /// - Parameters:
  ///   - output: a descriptor that takes all that is written.
  ///   - interruption: one for all of them: it blocks signals for good.
  init(_ checked: CheckedBundle, host: any HostServices, output: Int32, interruption: Interruption) {
    var bundle = checked.bundle
    // What a script prints is made of the same parts; commands stay where they are.
    bundle.actions = bundle.actions.map { action in
      if case .system(let format) = action { .printf(format) } else { action }
    }
    self.bundle = bundle
    self.host = host
    self.output = output
    self.interruption = interruption
  }

  /// Without the kernel: maps are memory of this process.
  func inMemory(_ random: inout SplitMix) {
    let data = bundle.maps.filter(\.isData)
    guard data.reduce(0, { $0 + $1.valueSize }) <= Self.maximumMemory else { return }
    let maps = bundle.maps.map { spec in
      let mapping: Mapping? = if spec.isData { GuardedBytes.random(count: spec.valueSize, &random) } else { nil }
      return LoadedMap(spec, descriptor: Descriptor(-1), mapping: mapping)
    }
    for format in OutputFormat.allCases {
      let printer = printer(maps, format)
      printer.attached()
      sendRecords(to: printer, &random)
      printer.ending()
      printer.printMaps()
      printer.tellLosses()
      printer.flush()
    }
    printHashes(&random)
  }

  /// With the kernel, as far as it takes the maps and programs: those that run once are run, the others are attached for a
  /// moment.
  /// - Returns: whether it took them.
  func inKernel(_ random: inout SplitMix) -> Bool {
    let total = bundle.maps.reduce(0) { sum, map in
      sum.addingReportingOverflow(
        map.maxEntries.multipliedReportingOverflow(by: map.keySize + map.valueSize + 1).partialValue
      )
      .partialValue
    }
    guard (0...Self.maximumMemory).contains(total) else { return false }
    do throws(RuntimeError) {
      try run(&random)
      return true
    } catch {
      return false
    }
  }

  private func run(_ random: inout SplitMix) throws(RuntimeError) {
    let loader = Loader(bundle: bundle, host: host)
    let maps = try loader.loadMaps()
    let programs = try loader.loadPrograms(maps: maps)
    let printer = printer(maps, random.chance(50) ? .text : .json)
    let ring = try maps.first { $0.spec.kind == .ringBuffer }.map { map throws(RuntimeError) in try RingBuffer(map: map)
    }
    var attacher = Attacher(
      programs: programs, specs: bundle.programs, host: host, onlineCPUs: OnlineCPUs.numbers())
    attacher.pins = false
    let attachments = Attachments()
    for hook in bundle.hooks where hook.point == .begin { try attacher.run(hook) }
    for hook in bundle.hooks { try? attacher.attach(hook, to: attachments) }
    for _ in 0..<20 { _ = getppid() }
    attachments.detach()
    for hook in bundle.hooks where hook.point == .end { try attacher.run(hook) }
    try drain(ring, printer)
    sendRecords(to: printer, &random)
    printer.ending()
    printer.printMaps()
    printer.tellLosses()
    printer.flush()
    attachments.release()
  }

  private func drain(_ ring: RingBuffer?, _ printer: Printer) throws(RuntimeError) {
    guard let ring else { return }
    _ = try ring.drain { record throws(RuntimeError) in
      _ = printer.handle(record)
      return true
    }
  }

  private func printer(_ maps: [LoadedMap], _ format: OutputFormat) -> Printer {
    let reader = MapReader(bundle: bundle, maps: maps)
    return Printer(
      bundle: bundle, maps: reader,
      context: ValueContext(bundle: bundle, host: host) { reader.frames($0, identifier: $1) },
      destination: .descriptor(output, format), isQuiet: false, interruption: interruption)
  }

  /// Records of each action with any payload, some of them too short; each ends where memory does.
  private func sendRecords(to printer: Printer, _ random: inout SplitMix) {
    for (index, action) in bundle.actions.enumerated() {
      let size = bundle.payloadSize(of: action)
      guard size <= Self.maximumMemory else { continue }
      for count in [size, size + random.upTo(64), max(0, size - random.upTo(8) - 1)] {
        guard let bytes = GuardedBytes.random(count: Action.headerSize + count, &random) else { return }
        let record = UnsafeMutableRawBufferPointer(
          start: bytes.base + bytes.count - Page.size - Action.headerSize - count, count: Action.headerSize + count)
        record.storeBytes(of: UInt64(index), toByteOffset: 0, as: UInt64.self)
        _ = printer.handle(UnsafeRawBufferPointer(record))
        printer.drop(UnsafeRawBufferPointer(record))
      }
    }
    for pending in printer.takePendingActions() { _ = printer.handle(pending) }
    printer.flush()
  }

  /// What hash maps could hold, as it is merged, sorted and printed.
  private func printHashes(_ random: inout SplitMix) {
    let context = ValueContext(bundle: bundle, host: host) { _, _ in [1, .max] }
    let sinks: [any OutputSink] = [
      TextSink(context: context, isQuiet: true), JSONSink(context: context, isQuiet: true),
    ]
    for view in bundle.views {
      let stride = (view.valueSize + 7) / 8 * 8
      let cpus = random.chance(50) ? 1 : 3
      guard view.keySize + stride * cpus <= Self.maximumMemory else { continue }
      let merger = ValueMerger(view: view, stride: stride, cpus: cpus)
      var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
      for _ in 0..<random.upTo(4) {
        guard let raw = GuardedBytes.random(count: view.keySize + stride * cpus, &random) else { return }
        let key = raw.base + raw.count - Page.size - view.keySize - stride * cpus
        merger.merged(UnsafeRawBufferPointer(start: key + view.keySize, count: stride * cpus)).withUnsafeBytes {
          value in
          entries.append(key: UnsafeRawBufferPointer(start: key, count: view.keySize), value: value)
        }
      }
      let (top, divisor) = (UInt64(random.upTo(3)), random.next() >> UInt64(random.upTo(63)))
      for sink in sinks {
        sink.map(PrintedMap(view: view, entries: entries, top: top, divisor: divisor, isAsked: random.chance(50)))
        sink.output.removeAll()
      }
    }
  }
}

/// Memory of whole pages in front of one that cannot be touched.
enum GuardedBytes {
  /// At least `count` bytes: random, few of them set, or all alike; the count of the mapping includes the last page.
  static func random(count: Int, _ random: inout SplitMix) -> Mapping? {
    let space = Page.roundUp(max(count, 1))
    guard let base = mmap(nil, space + Page.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { return nil }
    mprotect(base + space, Page.size, PROT_NONE)
    let filled = min(count, 1 << 16)
    switch random.upTo(3) {
    case 0:
      for offset in stride(from: space - filled & ~7, to: space, by: 8) {
        base.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
      }
    case 1: memset(base, 0xff, space)
    case 2: memset(base, 0, space)
    default:
      for offset in stride(from: space - filled & ~7, to: space, by: 8) {
        base.storeBytes(of: UInt64(random.upTo(9)), toByteOffset: offset, as: UInt64.self)
      }
    }
    return Mapping(adopting: base, count: space + Page.size)
  }
}

/// A machine that has a name for everything.
final class NamingHost: HostServices {
  func tracepointID(_ name: TracepointName) throws(TargetError) -> UInt64 { 1 }
  func rawTracepointTypeID(_ name: String) throws(TargetError) -> UInt32 { 1 }
  func kernelFrames(of address: UInt64, isReturn: Bool) -> [Frame] { address & 1 == 0 ? [] : named(address) }
  func frames(of address: UInt64, process: Int32, isReturn: Bool) -> [Frame] { address & 2 == 0 ? [] : named(address) }
  func cgroupPath(_ identifier: UInt64, filter: String) -> String? { "unified:/\(identifier)/\(filter)" }
  func userName(_ identifier: UInt32) -> String? { identifier == 0 ? "root" : nil }

  /// Inlined functions of a place in a source, in a function of a module.
  private func named(_ address: UInt64) -> [Frame] {
    let source = Frame.Source(file: Frame.Path("f".utf8), line: Int(clamping: address))
    let function = Frame(name: "symbol", offset: address, module: Frame.Path("m".utf8), source: source)
    let inlined = Frame(name: "inlined", demangled: "inlined()", offset: address, source: source, isInlined: true)
    return [Frame](repeating: inlined, count: Int(address >> 2 & 3)) + [function]
  }
}
