import Codegen
import Symbolizer
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

  public func functionTypeID(_ function: KernelFunction) throws(TargetError) -> BTFTypeID {
    guard let type = types.function(function), let id = BTFTypeID(type, in: types) else {
      throw TargetError("this kernel's type information has no function '\(function.text)'")
    }
    return id
  }

  public func isTraceable(_ function: KernelFunction) -> Bool? {
    functions.isTraceable(function)
  }

  public func functionAddresses(_ functions: [KernelFunction]) -> [KernelFunction: UInt64] {
    let wanted = Set(functions)
    let names = Set(functions.map(\.name))
    var addresses: [KernelFunction: UInt64] = [:]
    try? KernelSymbols().forEach { symbol in
      let name = String(decoding: symbol.name, as: UTF8.self)
      guard symbol.isText, names.contains(name), let address = symbol.address, address != 0 else { return true }
      let module = String(decoding: symbol.module, as: UTF8.self)
      let function = KernelFunction(name, module: module.isEmpty ? KernelFunction.kernel : module)
      if wanted.contains(function), addresses[function] == nil { addresses[function] = address }
      return addresses.count < wanted.count
    }
    return addresses
  }

  public func kernelFrames(of address: UInt64, isReturn: Bool) -> [Frame] {
    symbolizer.kernelFrames(of: address, isReturn: isReturn)
  }

  public func frames(of address: UInt64, process: Int32, isReturn: Bool) -> [Frame] {
    symbolizer.frames(of: address, process: process, isReturn: isReturn)
  }

  public func function(at address: UInt64, process: Int32) -> Frame? {
    symbolizer.function(at: address, process: process)
  }

  public func nameCode(by settings: Bundle.SymbolSettings) { symbolizer = Symbolizer(options: symbolOptions(settings)) }

  private func symbolOptions(_ settings: Bundle.SymbolSettings) -> Symbolizer.Options {
    var options = symbolizer.options
    options.demangles = settings.demangles
    options.showsSource = settings.showsSource
    switch settings.cache {
    case .process: options.cache = .perProcess
    case .program: options.cache = .perProgram
    case .none: options.cache = .none
    }
    return options
  }

  public func remember(process: Int32, image: UInt64?) { symbolizer.remember(process: process, image: image) }

  public func cgroupPath(_ identifier: UInt64, filter: String) -> String? {
    cgroups.paths(of: identifier, filter: filter)
  }

  public func userName(_ identifier: UInt32) -> String? { userNames.name(of: identifier) }
}
