import TraceLang

extension HostTarget: HostServices {
  public func tracepointID(_ name: TracepointName) throws(TargetError) -> UInt64 {
    guard let format = try tracepointFormat(name) else {
      throw TargetError("there is no tracepoint '\(name.category):\(name.event)' on this machine")
    }
    return format.id
  }

  public func rawTracepointTypeID(_ name: String) throws(TargetError) -> UInt32 {
    guard let type = btfTypeID(kind: .typedef, name: "btf_trace_\(name)") else {
      throw TargetError("this kernel's type information has no raw tracepoint '\(name)'")
    }
    return type.id
  }

  public func kernelSymbol(at address: UInt64) -> SymbolPosition? { symbolIndex.position(of: address) }

  public func userSymbol(at address: UInt64, process: Int32) -> SymbolPosition? {
    userSymbols.position(of: address, process: process)
  }

  public func remember(process: Int32) { userSymbols.remember(process) }

  public func cgroupPath(_ identifier: UInt64, filter: String) -> String? {
    cgroups.paths(of: identifier, filter: filter)
  }

  public func userName(_ identifier: UInt32) -> String? { userNames.name(of: identifier) }
}
