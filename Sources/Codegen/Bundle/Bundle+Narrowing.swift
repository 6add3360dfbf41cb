import TraceLang

/// What a run of a bundle, which was compiled for any process, is narrowed to.
public enum TracedProcess: Hashable, Sendable {
  /// `-p`: no probe runs its body for another process.
  case given(Int32)
  /// `-c`: nor does a function of a program or a perf event; others do.
  case command(Int32)

  var number: Int32 {
    switch self {
    case .given(let number), .command(let number): number
    }
  }
}

extension CheckedBundle {
  /// The same, run for a process only, as a script is that is compiled with `-p` or `-c`.
  /// - Parameter namespace: that which the process's number is of; `nil` for the initial one.
  public func narrowed(to process: TracedProcess, in namespace: PIDNamespace?) throws(BundleError) -> CheckedBundle {
    var bundle = bundle
    for program in Set(bundle.hooks.filter { $0.point.isNarrowed(to: process) }.map(\.program)).sorted() {
      bundle.programs[program].narrow(to: process.number, in: namespace)
    }
    return try CheckedBundle(bundle)
  }
}

extension Hook.Point {
  fileprivate func isNarrowed(to process: TracedProcess) -> Bool {
    switch self {
    case .testRun, .iterator, .pinnedIterator: false
    // The kernel watches the memory of that process alone.
    case .breakpoint: false
    // An interval is of no task.
    case .perfEvent(let event): event.cpus == .every
    case .uprobe, .uprobes: true
    case .tracepoint, .rawTracepoint, .kprobe, .kprobeMulti, .kprobeSession, .trampoline:
      switch process {
      case .given: true
      case .command: false
      }
    }
  }
}

extension ProgramSpec {
  /// Puts a test of the current process before all that the program does.
  fileprivate mutating func narrow(to process: Int32, in namespace: PIDNamespace?) {
    var code: [UInt64] = []
    for instruction in Self.test(for: process, in: namespace) { instruction.encode(into: &code) }
    object = object.preceded(by: code)
    typeInformation = typeInformation.map { $0.shifted(by: code.count) }
  }

  private static func test(for process: Int32, in namespace: PIDNamespace?) -> [MachineInstruction] {
    let leave: [MachineInstruction] = [.arithmetic(.move, .double, .r0, .immediate(0)), .exit]
    var code: [MachineInstruction] = [.arithmetic(.move, .double, .r6, .register(.r1))]
    if let namespace {
      // Kernel: include/uapi/linux/bpf.h, struct bpf_pidns_info: the thread's number, the process's.
      code += [
        .loadImmediate(.r1, .number(Int64(bitPattern: namespace.device))),
        .loadImmediate(.r2, .number(Int64(bitPattern: namespace.inode))),
        .arithmetic(.move, .double, .r3, .register(.frame)), .arithmetic(.add, .double, .r3, .immediate(-8)),
        .arithmetic(.move, .double, .r4, .immediate(8)), .call(.helper(Helper.getNamespacePIDTGID.rawValue)),
        .branch(.eq, .double, .r0, .immediate(0), 2),
      ]
      code += leave
      code.append(.load(.u32, .r0, base: .frame, offset: -4))
    } else {
      code += [
        .call(.helper(Helper.getCurrentPIDTGID.rawValue)), .arithmetic(.lshr, .double, .r0, .immediate(32)),
      ]
    }
    code.append(.branch(.eq, .double, .r0, .immediate(process), 2))
    return code + leave + [.arithmetic(.move, .double, .r1, .register(.r6))]
  }
}

extension ProgramObject {
  /// The same with instructions before its first one, which are of the same function and line.
  fileprivate func preceded(by code: [UInt64]) -> ProgramObject {
    func moved(_ instruction: Int) -> Int { instruction == 0 ? 0 : instruction + code.count }
    return ProgramObject(
      instructions: code + instructions,
      relocations: relocations.map { Relocation(instruction: $0.instruction + code.count, target: $0.target) },
      lines: lines.map { LineInfo(instruction: moved($0.instruction), line: $0.line) },
      functions: functions.map {
        FunctionInfo(instruction: moved($0.instruction), name: $0.name, parameterCount: $0.parameterCount)
      })
  }
}

extension ProgramBTF {
  /// The same for a program that has so many instructions more before its first one.
  fileprivate func shifted(by count: Int) -> ProgramBTF {
    func shifted(_ records: [UInt8], _ size: Int) -> [UInt8] {
      var records = records
      records.withUnsafeMutableBytes { bytes in
        for start in stride(from: 0, through: bytes.count - size, by: size) {
          let instruction = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
          if instruction > 0 {
            bytes.storeBytes(of: instruction + UInt32(count), toByteOffset: start, as: UInt32.self)
          }
        }
      }
      return records
    }
    return ProgramBTF(
      types: types, functionInfo: shifted(functionInfo, Self.functionRecordSize),
      lineInfo: shifted(lineInfo, Self.lineRecordSize))
  }
}
