import TraceLang

extension HostTarget {
  func find(_ question: TypeQuestion) -> Answer {
    switch question {
    case .named(let name): .type(types.type(named: name))
    case .layout(let record): .layout(findLayout(of: record))
    case .enumerator(let name): .enumerator(types.enumerator(named: name))
    case .enumerators(.script): .enumerators([])
    case .enumerators(.named(let name)):
      if case .enumeration(let reference, _)? = types.type(named: name) {
        find(.enumerators(of: reference))
      } else {
        .enumerators([])
      }
    case .enumerators(.debug(let binary, let entry, _)): .enumerators(debugConstants(binary, entry))
    case .enumerators(.btf(let object, let type, _)): .enumerators(types.enumerators(object: object, type: type))
    }
  }

  private func findLayout(of record: RecordReference) -> RecordLayout? {
    switch record {
    case .script: nil
    case .btf(let object, let type, _): types.layout(object: object, type: type)
    case .tracepoint(let name): (try? tracepointFormat(name))?.layout
    case .function(let name): types.layout(ofArguments: name)
    case .debug(let binary, let entry, _): debugLayout(binary, entry)
    case .parameters: layout(of: record)
    case .named(let name):
      if case .record(let reference) = kernelType(named: name) { layout(of: reference) } else { nil }
    }
  }

  /// Where a program finds what it attaches to by BTF; `nil` when the kernel's BTF does not have it.
  public func btfTypeID(kind: BTFKind, name: String) -> BTFTypeID? {
    types.find(BTFKinds(kind), name).flatMap { BTFTypeID($0, in: types) }
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

extension BTFTypeID {
  init?(_ type: BTFType, in types: KernelTypes) {
    guard let name = types.objectName(type.object.number) else { return nil }
    self.init(object: type.object.number, objectName: name, id: type.id)
  }
}
