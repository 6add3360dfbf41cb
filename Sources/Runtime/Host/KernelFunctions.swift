import TraceLang

/// The kernel's functions that can be probed, from the best list this machine lets us read.
struct KernelFunctions {
  /// Which functions ftrace can stop at: "vfs_read" or "nf_hook_slow [netfilter]".
  private static let filterList = "available_filter_functions"

  let tracefs: Tracefs?
  let types: KernelTypes

  /// Sorted; `module` "vmlinux" is the kernel without its modules.
  func names(matching glob: Glob, module: Glob?) throws(TargetError) -> [String] {
    if let name = glob.literal, module == nil, types.find(.function, name) != nil { return [name] }
    var found: Set<String> = []
    let collect = { (name: UnsafeRawBufferPointer, place: UnsafeRawBufferPointer) in
      guard glob.matches(name), module?.matches(place, emptyAs: "vmlinux") ?? true else { return }
      found.insert(String(decoding: name, as: UTF8.self))
    }
    if (try? filterable(collect)) == nil {
      try KernelSymbols().forEach { symbol in
        if symbol.isText, !Self.isPadding(symbol.name) { collect(symbol.name, symbol.module) }
        return true
      }
    }
    return found.sorted()
  }

  /// Calls `body` with each function's name and module.
  private func filterable(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) throws(TargetError) {
    guard let tracefs else { throw TargetError("tracefs is not at hand") }
    try tracefs.forEachLine(of: Self.filterList) { line in
      let end = line.firstIndex(of: UInt8(ascii: " ")) ?? line.count
      let name = UnsafeRawBufferPointer(rebasing: line[..<end])
      let module = UnsafeRawBufferPointer(
        rebasing: line[end...].dropFirst(2).prefix { $0 != UInt8(ascii: "]") })
      if !name.starts(with: "__ftrace_invalid_address__".utf8) { body(name, module) }
      return true
    }
  }

  /// Symbols of the space before functions and of their unlikely halves, which are no functions.
  private static func isPadding(_ name: UnsafeRawBufferPointer) -> Bool {
    name.starts(with: "__pfx_".utf8) || name.starts(with: "__cfi_".utf8) || name.suffix(5).elementsEqual(".cold".utf8)
  }
}

extension Glob {
  fileprivate func matches(_ text: UnsafeRawBufferPointer, emptyAs name: String) -> Bool {
    text.isEmpty ? matches(name) : matches(text)
  }
}
