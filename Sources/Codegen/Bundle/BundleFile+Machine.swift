import TraceLang

extension BundleFile {
  /// The bundle, fitted to the machine that is to run it.
  ///
  /// See `CPUDemand` for how many CPUs it may have.
  /// The kernel's facts are asked again and must be as they were; its features are asked for only when its release is
  /// another.
  /// - Throws: when it cannot run there; the message says why.
  public func fitted(to target: any Target) throws(BundleError) -> CheckedBundle {
    let here = target.machine
    guard machine.architecture == here.architecture else {
      throw BundleError(
        "the bundle is for \(machine.architecture.rawValue), and this machine is \(here.architecture.rawValue)")
    }
    guard machine.isLittleEndian == here.isLittleEndian else {
      throw BundleError(
        "the bundle is for \(machine.isLittleEndian ? "little" : "big")-endian machines, and this one is not")
    }
    guard machine.pageSize == here.pageSize else {
      throw BundleError(
        "the bundle is for pages of \(machine.pageSize) bytes, and those of this machine have \(here.pageSize)")
    }
    switch cpuDemand {
    case .exactly where here.possibleCPUs != machine.possibleCPUs:
      throw BundleError(
        "the bundle is for exactly \(machine.possibleCPUs) CPUs, and this machine may have \(here.possibleCPUs): "
          + "build it for this machine"
      )
    case .atMost where here.possibleCPUs > machine.possibleCPUs:
      throw BundleError(
        "the bundle has room for \(machine.possibleCPUs) CPUs, and this machine may have \(here.possibleCPUs): "
          + "build it for as many"
      )
    case .exactly, .atMost, .any: break
    }
    if machine.kernelRelease != here.kernelRelease {
      for feature in features where !target.has(feature) {
        throw BundleError(
          "this kernel (\(here.kernelRelease)) does not have \(feature.rawValue), which the bundle uses: "
            + "build it for this kernel"
        )
      }
      if let knowsCurrentTask, knowsCurrentTask != target.has(.currentTaskBTF) {
        throw BundleError(
          "the bundle is for kernels of another age (\(machine.kernelRelease)): "
            + "build it for this one (\(here.kernelRelease))"
        )
      }
    }
    for fact in facts where !fact.holds(on: target) {
      let why: String
      if case .answer(.kernel(.symbolAddress)) = fact.subject {
        why = "changes with each start of the machine"
      } else {
        why = "is not what it was (\(machine.kernelRelease))"
      }
      throw BundleError(
        "on this kernel (\(here.kernelRelease)), \(fact.subject.description) \(why): build the bundle for it")
    }
    var bundle = bundle
    bundle.settings.possibleCPUs = here.possibleCPUs
    // Storage by CPU has the room for them, whatever the file says of its demand.
    return try CheckedBundle(bundle)
  }
}

extension KernelFact.Subject {
  /// Whether it can be part of code, and asking for it leads to no file but that of what it names.
  var isNamed: Bool {
    switch self {
    case .answer(let question): question.isFact && question.isNamed
    case .unnamed(let name, _), .enumeration(let name), .enumeratorValue(let name): name.isText
    }
  }
}

extension Question {
  /// Whether an answer to it is part of code.
  fileprivate var isFact: Bool {
    switch trace {
    case .choice, .number, .type: true
    case .names, .stated: false
    }
  }

  /// Whether asking it leads to no file but that of what it names.
  fileprivate var isNamed: Bool {
    switch self {
    case .tracepoint: names.allSatisfy(\.isFileName)
    case .kernel, .function, .type, .process, .binary, .debug: names.allSatisfy(\.isText)
    }
  }
}

/// How the number of CPUs of a machine bears on a bundle.
public enum CPUDemand: String, Hashable, Sendable, Codable {
  /// Nothing is by CPU, or all that is lies in maps that the kernel lays out.
  case any
  /// There is storage for so many CPUs in the script's own data; that of CPUs that are not there stays zero.
  case atMost
  /// The code asks for the value of each CPU in a per-CPU map, where one too many would count as a missing key, or the
  /// script reads `ncpus`.
  case exactly

  /// - Parameters:
  ///   - visitsCPUs: whether code asks for the value of each CPU.
  ///   - readsCPUCount: whether the number of CPUs is a part of what the script means.
  init(_ views: [MapView], visitsCPUs: Bool, readsCPUCount: Bool) {
    let hasSlots = views.contains { view in
      switch view.content {
      case .aggregation(_, .slots): true
      case .aggregation(_, .hash(let hash)): hash.hasSlots
      case .plain(_, .cells(let cells)): cells.domain.isByCPU
      case .plain(_, .hash): false
      }
    }
    self = visitsCPUs || readsCPUCount ? .exactly : hasSlots ? .atMost : .any
  }
}
