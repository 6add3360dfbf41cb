import CLibBPF
import Codegen
import Glibc
import Symbolizer
import SystemPackage
import TraceLang

/// Puts a bundle's maps and programs into the kernel, by the bundle's indices.
struct Loader {
  let bundle: Bundle
  let host: any HostServices
  /// Receives the verifier's log of every program; `nil` saves the kernel writing it.
  var log: ((ProgramSpec, String) -> Void)?

  func loadMaps() throws(RuntimeError) -> [LoadedMap] {
    var maps: [LoadedMap] = []
    let types = bundle.mapTypes
    let btf = types.flatMap { loadBTF($0.types) }
    for (index, spec) in bundle.maps.enumerated() {
      let pair = types?.pair(ofMap: index)
      let described = btf.flatMap { btf in pair.map { LoadedMap.Types(btf: btf, pair: $0) } }
      maps.append(try LoadedMap(creating: spec, types: described))
    }
    return maps
  }

  /// A program in the kernel, or why the place that it was loaded for is not to be had.
  typealias LoadedProgram = Result<Descriptor, RuntimeError>

  /// - Throws: also what is wrong with each place that is not to be had, where probes may not be missing.
  func loadPrograms(maps: [LoadedMap]) throws(RuntimeError) -> [LoadedProgram] {
    var programs: [LoadedProgram] = []
    var failures: [RuntimeError] = []
    for spec in bundle.programs {
      do throws(RuntimeError) {
        programs.append(.success(try load(spec, maps: maps)))
      } catch {
        guard case .unavailable = error else { throw error }
        programs.append(.failure(error))
        failures.append(error)
      }
    }
    if bundle.settings.missingProbes == .error, let error = RuntimeError(failures) { throw error }
    return programs
  }

  private func load(_ spec: ProgramSpec, maps: [LoadedMap]) throws(RuntimeError) -> Descriptor {
    let relocator = Relocator(maps: maps, kernelFunctions: try kernelFunctions(calledBy: spec))
    let instructions = relocator.instructions(of: spec.object)
    let information = spec.typeInformation
    var attempt = Attempt(spec: spec, instructions: instructions, license: bundle.settings.license)
    let place = try attachPlace(of: spec)
    attempt.attachTypeID = place.id
    attempt.attachObject = place.object
    attempt.attachProgram = place.program
    let btf = information.flatMap { loadBTF($0.types) }
    if let log {
      attempt.verbosity = 1
      let (fd, text) = attempt.run(btf: btf, information: information, logSize: bundle.settings.logSize)
      guard fd < 0 else {
        log(spec, text)
        return Descriptor(fd)
      }
      guard fd == -ENOSPC else {
        log(spec, text)
        throw refusal(of: spec, code: -fd, log: text)
      }
      // The log did not fit, which says nothing about the program.
      attempt.verbosity = 0
      let (retried, _) = attempt.run(btf: btf, information: information, logSize: 0)
      log(spec, text + "the log is cut: set BPFTRACE_LOG_SIZE above \(bundle.settings.logSize) to see all of it\n")
      guard retried >= 0 else { throw refusal(of: spec, code: -retried, log: text, isLogCut: true) }
      return Descriptor(retried)
    }
    let (fd, _) = attempt.run(btf: btf, information: information, logSize: 0)
    guard fd < 0 else { return Descriptor(fd) }
    attempt.verbosity = 1
    var (retried, text) = attempt.run(btf: btf, information: information, logSize: bundle.settings.logSize)
    if retried == -ENOSPC {
      (retried, text) = attempt.run(btf: btf, information: information, logSize: Attempt.maximumLogSize)
    }
    guard retried < 0 else { return Descriptor(retried) }
    let isLogCut = retried == -ENOSPC
    throw refusal(of: spec, code: text.isEmpty || isLogCut ? -fd : -retried, log: text, isLogCut: isLogCut)
  }

  private func refusal(
    of spec: ProgramSpec, code: Int32, log: String, isLogCut: Bool = false
  ) -> RuntimeError {
    // EPERM without a log is the caller's lack of rights; with one, the verifier's word. It has none on files and memory.
    let isOfResources = [EMFILE, ENFILE, ENOMEM].contains(code)
    if log.isEmpty || isOfResources {
      return .failure(doing: "load the program of \(spec.title)", code: code, of: .bpf)
    }
    let refusal = VerifierRefusal(
      title: spec.title, object: spec.object, errno: Errno(rawValue: code), log: log, isLogCut: isLogCut)
    // The verifier looks at the function before it follows the program's first instruction.
    if case .function = spec.load.target, refusal.instruction == nil, !isLogCut {
      return .unavailable("\(spec.title): the kernel does not let this function be traced: \(refusal.reason)")
    }
    return .refused(refusal)
  }

  private func kernelFunctions(calledBy spec: ProgramSpec) throws(RuntimeError) -> [CalledKernelFunction: UInt32] {
    var ids: [CalledKernelFunction: UInt32] = [:]
    for relocation in spec.object.relocations {
      guard case .kernelFunction(let function) = relocation.target, ids[function] == nil else { continue }
      do throws(TargetError) {
        ids[function] = try host.functionTypeID(KernelFunction(function.rawValue)).id
      } catch {
        throw .unavailable("\(spec.title): \(error.message)")
      }
    }
    return ids
  }

  /// The type that a program attaches to, and the BTF of the module or the program that has it.
  private func attachPlace(
    of spec: ProgramSpec
  ) throws(RuntimeError) -> (id: UInt32, object: Descriptor?, program: Descriptor?) {
    do throws(TargetError) {
      switch spec.load.target {
      case .none, .kprobeMulti, .kprobeSession, .uprobeMulti: return (0, nil, nil)
      case .rawTracepoint(let name): return (try host.rawTracepointTypeID(name), nil, nil)
      case .iterator(let name):
        return (try host.functionTypeID(KernelFunction("bpf_iter_\(name)")).id, nil, nil)
      case .program(let function, _):
        guard let program = LoadedPrograms.open(function.program),
          let type = LoadedPrograms.typeID(ofFunction: function.name, of: program.rawValue)
        else { throw TargetError("\(spec.title): that BPF program has ended") }
        return (type, nil, program)
      case .function(let function, _):
        let type = try host.functionTypeID(function)
        return (type.id, type.object == 0 ? nil : try ModuleBTF.open(type.objectName), nil)
      }
    } catch {
      throw .unavailable(error.message)
    }
  }

  /// The BTF object in the kernel; `nil` when it takes none, since maps and programs work without.
  private func loadBTF(_ types: [UInt8]) -> Descriptor? {
    let fd = bpf_btf_load(types, types.count, nil)
    return fd < 0 ? nil : Descriptor(fd)
  }
}

/// One BPF_PROG_LOAD.
private struct Attempt {
  let spec: ProgramSpec
  let instructions: [UInt64]
  let license: String
  var attachTypeID: UInt32 = 0
  /// The module's BTF that `attachTypeID` is of; `nil` for the kernel's.
  var attachObject: Descriptor?
  /// The program whose BTF `attachTypeID` is of.
  var attachProgram: Descriptor?
  var verbosity: UInt32 = 0

  /// Kernel: kernel/bpf/verifier.c of 5.10, bpf_check.
  static let maximumLogSize = (16 << 20) - 1

  /// The program's descriptor or a negated errno, and the verifier's log.
  func run(btf: Descriptor?, information: ProgramBTF?, logSize: Int) -> (Int32, String) {
    var options = bpf_prog_load_opts()
    options.sz = MemoryLayout<bpf_prog_load_opts>.size
    options.attach_btf_id = attachTypeID
    options.attach_btf_obj_fd = UInt32(attachObject?.rawValue ?? 0)
    options.attach_prog_fd = UInt32(attachProgram?.rawValue ?? 0)
    options.expected_attach_type = spec.load.attachType
    // The kernel retries nothing for us: a log that does not fit fails the load with ENOSPC.
    var log = [CChar](repeating: 0, count: verbosity == 0 ? 1 : max(logSize, 4096))
    let functions = information?.functionInfo ?? []
    let lines = information?.lineInfo ?? []
    let fd = log.withUnsafeMutableBufferPointer { log in
      functions.withUnsafeBytes { functions in
        lines.withUnsafeBytes { lines in
          if verbosity != 0 {
            options.log_level = verbosity
            options.log_buf = log.baseAddress
            options.log_size = UInt32(log.count)
          }
          if let btf {
            options.prog_btf_fd = UInt32(btf.rawValue)
            options.func_info = functions.baseAddress
            options.func_info_cnt = UInt32(functions.count / 8)
            options.func_info_rec_size = 8
            options.line_info = lines.baseAddress
            options.line_info_cnt = UInt32(lines.count / 16)
            options.line_info_rec_size = 16
          }
          return instructions.withUnsafeBytes { code in
            bpf_prog_load(
              bpf_prog_type(spec.load.type.number), spec.name, license,
              code.assumingMemoryBound(to: bpf_insn.self).baseAddress,
              instructions.count, &options)
          }
        }
      }
    }
    guard verbosity != 0 else { return (fd, "") }
    return (fd, String(decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}

extension Load {
  /// Kernel: include/uapi/linux/bpf.h, enum bpf_attach_type; 0 where the program type alone says it.
  fileprivate var attachType: bpf_attach_type {
    switch target {
    case .none: bpf_attach_type(0)
    case .rawTracepoint: BPF_TRACE_RAW_TP
    case .uprobeMulti: bpf_attach_type(AttachType.traceUprobeMulti)
    case .kprobeMulti: BPF_TRACE_KPROBE_MULTI
    case .kprobeSession: bpf_attach_type(AttachType.traceKprobeSession)
    case .function(_, .entry), .program(_, .entry): BPF_TRACE_FENTRY
    case .function(_, .exit), .program(_, .exit): BPF_TRACE_FEXIT
    case .iterator: BPF_TRACE_ITER
    }
  }
}
