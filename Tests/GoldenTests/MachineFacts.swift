import Glibc
import Symbolizer
import TestSupport
import TraceLang

@testable import Runtime

/// A machine by its files, as `Scripts/vm/record-facts.sh` gathers them, each below a folder where the machine has it.
final class MachineFacts: Target {
  let machine: Machine
  private let folder: String
  private let features: [String: Bool]
  private let types: KernelTypes
  private let functions: KernelFunctions
  /// Reads binaries of any processor.
  private let host: HostTarget

  init(folder: String) throws {
    self.folder = folder
    let words = try FileContents.text(folder + "/machine").split { $0 == " " || $0 == "\n" }
    machine = Machine(
      architecture: try Self.known(Machine.Architecture(rawValue: String(words[0]))), isLittleEndian: true,
      possibleCPUs: try Self.known(CPUList(parsing: FileContents.bytes(folder + "/sys/devices/system/cpu/possible")))
        .count,
      pageSize: try Self.known(Int(words[2])), kernelRelease: String(words[1]))
    let lines = try FileContents.text(folder + "/features").split(separator: "\n").map { $0.split(separator: " ") }
    features = Dictionary(uniqueKeysWithValues: lines.map { (String($0[0]), $0[1] == "yes") })
    types = KernelTypes(try BTFObject(BTFFile(path: folder + BTFFile.vmlinuxPath)))
    let symbols = KernelSymbols(path: folder + "/proc/kallsyms")
    functions = KernelFunctions(
      list: TraceableFunctions(file: folder + "/sys/kernel/tracing/available_filter_functions"),
      symbols: KernelNameList { body throws(TargetError) in
        try symbols.forEach {
          body(KernelName(name: $0.name, module: $0.module, address: $0.address ?? 0, isText: $0.isText))
        }
      }, types: types)
    host = try HostTarget()
  }

  private static func known<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw TargetError("the machine's files cannot be read: record them again") }
    return value
  }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    switch question {
    case .kernel(let question): try find(question)
    case .tracepoint(let question): try find(question)
    case .function(let question): try find(question)
    case .type(let question): try find(question)
    case .binary(let question): try find(question)
    // Its binaries are without.
    case .debug: question.nothing
    // Its first process is in the first namespace.
    case .process(.pidNamespace): .namespace(nil)
    case .process(.cgroupID): throw unknown(question)
    }
  }

  private func unknown(_ question: Question) -> TargetError {
    TargetError("the machine's files do not say \(question.description)")
  }

  private func find(_ question: KernelQuestion) throws(TargetError) -> Answer {
    guard case .has(let feature) = question, let answer = features[feature.rawValue] else {
      throw unknown(.kernel(question))
    }
    return .flag(answer)
  }

  private func find(_ question: TracepointQuestion) throws(TargetError) -> Answer {
    switch question {
    case .matching(let category, let event): return .tracepoints(tracepoints(Glob(category), Glob(event)))
    case .format(let name):
      let path = "\(folder)\(Self.events)/\(name.category)/\(name.event)/format"
      guard let text = try? FileContents.bytes(path) else { return .format(nil) }
      return .format(try TracepointFormatParser.parse(text, name: name))
    // Nobody has made events there.
    case .isKernel(let name): return .flag(!Tracefs.categoriesWithoutTracepoints.contains(name.category))
    case .rawMatching(let glob): return .names(types.rawTracepoints(matching: Glob(glob)))
    case .rawArguments(let name): return .parameters(types.arguments(ofRawTracepoint: name))
    }
  }

  private static let events = "/sys/kernel/tracing/events"

  private func tracepoints(_ category: Glob, _ event: Glob) -> [TracepointName] {
    let root = folder + Self.events
    return Self.folders(in: root).filter { $0 != "ftrace" && category.matches($0) }.flatMap { category in
      Self.folders(in: "\(root)/\(category)").filter { event.matches($0) }
        .map { TracepointName(category: category, event: $0) }
    }
  }

  private static func folders(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = entry.pointee.name
      if Int32(entry.pointee.d_type) == Int32(DT_DIR), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private func find(_ question: FunctionQuestion) throws(TargetError) -> Answer {
    switch question {
    case .matching(let glob, let module):
      return .names(try functions.names(matching: Glob(glob), module: module.map { Glob($0) }))
    case .typed(let glob, let module):
      let module = module.map { Glob($0) }
      return .names(
        try functions.typedNames(matching: Glob(glob), module: module) { () throws(TargetError) in
          try functions.names(matching: Glob(glob), module: module)
        })
    case .signature(let name): return .signature(types.signature(ofFunction: name))
    case .isCallable, .iterators, .ofPrograms: throw unknown(.function(question))
    }
  }

  private func find(_ question: TypeQuestion) throws(TargetError) -> Answer {
    switch question {
    case .named(let name): return .type(types.type(named: name))
    case .layout(.btf(let object, let type, _)): return .layout(types.layout(object: object, type: type))
    case .layout(.function(let name)): return .layout(types.layout(ofArguments: name))
    case .layout(.named(let name)):
      guard case .record(let record)? = types.type(named: name) else { return .layout(nil) }
      return try find(.layout(of: record))
    case .layout(.tracepoint(let name)):
      guard case .format(let format) = try find(.format(name: name)) else { return .layout(nil) }
      return .layout(format?.layout)
    case .enumerator(let name): return .enumerator(types.enumerator(named: name))
    case .enumerators(.btf(let object, let type, _)): return .enumerators(types.enumerators(object: object, type: type))
    case .enumerators(.named(let name)):
      guard case .enumeration(let reference, _)? = types.type(named: name) else { return .enumerators([]) }
      return try find(.enumerators(of: reference))
    case .layout(.script), .enumerators(.script), .layout(.debug), .layout(.parameters), .enumerators(.debug):
      throw unknown(.type(question))
    }
  }

  /// This machine's answer for the file below the folder.
  private func find(_ question: BinaryQuestion) throws(TargetError) -> Answer {
    let moved: BinaryQuestion =
      switch question {
      case .files(let name): .files(name: folder + name)
      case .functions(let path, let glob): .functions(path: folder + path, glob: glob)
      case .sourceFunctions(let path, let glob): .sourceFunctions(path: folder + path, glob: glob)
      case .fileOffset(let path, let address): .fileOffset(path: folder + path, address: address)
      case .instruction(let path, let offset): .instruction(path: folder + path, offset: offset)
      case .address(let path, let offset): .address(path: folder + path, offset: offset)
      case .variables(let path, let glob): .variables(path: folder + path, glob: glob)
      case .usdt(let path): .usdt(path: folder + path)
      }
    let answer = try host.answer(.binary(moved))
    guard case .files = question, case .names(let paths) = answer else { return answer }
    return .names(paths.map { String($0.dropFirst(folder.count)) })
  }
}
