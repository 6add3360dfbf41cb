import Glibc
import SystemPackage
import TraceLang

/// The machine this process runs on. Nothing is opened or read until it is asked for, and then once.
public final class HostTarget: Target {
  public let machine: Machine
  private var features = KernelFeatures()
  private var openedTracefs: Tracefs?
  private lazy var syscalls = SyscallTable(machine.architecture)
  private lazy var types = KernelTypes()
  private(set) lazy var symbolIndex = SymbolIndex(KernelSymbols())
  private(set) lazy var userNames = UserNames()
  private(set) lazy var cgroups = Cgroups()
  let userSymbols = UserSymbols()
  public private(set) lazy var pidNamespace: PIDNamespace? = Self.currentPIDNamespace()
  private var callableFunctions: [CallQuestion: Bool] = [:]
  private var formats: [TracepointName: TracepointFormat?] = [:]
  private var functions: [FunctionQuestion: [String]] = [:]
  private var rawTracepointArguments: [String: [FunctionParameter]?] = [:]
  private var signatures: [String: FunctionSignature?] = [:]
  private var namedTypes: [String: Type?] = [:]
  private var layouts: [RecordReference: RecordLayout?] = [:]
  private var enumerators: [String: EnumeratorValue?] = [:]
  private var symbolAddresses: [String: UInt64?] = [:]

  private struct CallQuestion: Hashable {
    let name: String
    let type: KernelProgramType
  }

  private struct FunctionQuestion: Hashable {
    let glob: String
    let module: String?
  }

  /// - Throws: for an architecture there is no support for, and without /sys.
  public init() throws(TargetError) { machine = try .host() }

  /// - Throws: when tracefs can be neither found nor mounted.
  public func tracefs() throws(TargetError) -> Tracefs {
    if let openedTracefs { return openedTracefs }
    let tracefs = try Tracefs()
    openedTracefs = tracefs
    return tracefs
  }

  /// The answer given before, or the one that `find` gives now.
  private func once<Question: Hashable, Answer>(
    _ answers: ReferenceWritableKeyPath<HostTarget, [Question: Answer]>, _ question: Question, _ find: () -> Answer
  ) -> Answer {
    if let known = self[keyPath: answers][question] { return known }
    let answer = find()
    self[keyPath: answers][question] = answer
    return answer
  }

  public func has(_ feature: KernelFeature) -> Bool { features.has(feature) }

  // MARK: Tracepoints

  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    try tracefs().tracepoints(category: Glob(category), event: Glob(event))
  }

  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    if let known = formats[name] { return known }
    let format: TracepointFormat? =
      if let text = try tracefs().format(of: name) { try TracepointFormatParser.parse(text, name: name) } else { nil }
    formats[name] = .some(format)
    return format
  }

  public func isKernelTracepoint(_ name: TracepointName) -> Bool {
    guard let made = try? tracefs().madeEvents() else { return false }
    return !Tracefs.categoriesWithoutTracepoints.contains(name.category) && !made.contains(name)
  }

  public func syscallNumber(_ name: String) -> Int? { syscalls.number(ofTracepoint: name) }

  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    let glob = Glob(glob)
    if types.isKnown { return types.rawTracepoints(matching: glob) }
    let names = try tracefs().tracepoints(category: Glob("*"), event: glob)
    return Set(names.lazy.filter { $0.category != "syscalls" }.map(\.event)).sorted()
  }

  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    once(\.rawTracepointArguments, name) { types.arguments(ofRawTracepoint: name) }
  }

  // MARK: Functions and symbols

  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    let question = FunctionQuestion(glob: glob, module: module)
    if let known = functions[question] { return known }
    let names = try KernelFunctions(tracefs: try? tracefs(), types: types)
      .names(matching: Glob(glob), module: module.map { Glob($0) })
    functions[question] = names
    return names
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    once(\.signatures, name) { types.signature(ofFunction: name) }
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? {
    once(\.symbolAddresses, name) { KernelSymbols().address(of: name) }
  }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    once(\.callableFunctions, CallQuestion(name: name, type: type)) {
      guard let function = btfTypeID(kind: .function, name: name), function.object == 0 else { return false }
      return ProbeProgram.canCall(function.id, from: type)
    }
  }

  // MARK: Processes

  public func cgroupID(path: String) -> UInt64? { cgroups.identifier(ofPath: path) }

  /// The inode of the initial PID namespace (Kernel: include/linux/proc_ns.h, PROC_PID_INIT_INO).
  private static let initialPIDNamespace: UInt64 = 0xEFFF_FFFC

  private static func currentPIDNamespace() -> PIDNamespace? {
    var status = stat()
    guard stat("/proc/self/ns/pid", &status) == 0, UInt64(status.st_ino) != initialPIDNamespace else { return nil }
    return PIDNamespace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  // MARK: Types

  public func kernelType(named name: String) -> Type? { once(\.namedTypes, name) { types.type(named: name) } }

  public func layout(of record: RecordReference) -> RecordLayout? {
    once(\.layouts, record) {
      switch record {
      case .script: nil
      case .btf(let object, let type, _): types.layout(object: object, type: type)
      case .tracepoint(let name): (try? tracepointFormat(name))?.layout
      case .function(let name): types.layout(ofArguments: name)
      case .named(let name):
        if case .record(let reference) = kernelType(named: name) { layout(of: reference) } else { nil }
      }
    }
  }

  public func enumerator(named name: String) -> EnumeratorValue? {
    once(\.enumerators, name) { types.enumerator(named: name) }
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    switch reference {
    case .script: []
    case .btf(let object, let type, _): types.enumerators(object: object, type: type)
    }
  }

  /// Where a program finds what it attaches to by BTF; `nil` when the kernel's BTF does not have it.
  public func btfTypeID(kind: BTFKind, name: String) -> BTFTypeID? {
    types.find(BTFKinds(kind), name).flatMap { type in
      types.objectName(type.object.number).map { BTFTypeID(object: type.object.number, objectName: $0, id: type.id) }
    }
  }
}

/// A type by number (`attach_btf_id`) and the BTF object that numbers it (`attach_btf_obj_fd` for a module's).
public struct BTFTypeID: Hashable, Sendable {
  /// As in `RecordReference.btf`: 0 is the kernel itself.
  public let object: Int
  /// "vmlinux" or the module's name.
  public let objectName: String
  public let id: UInt32
}
