import CLibBPF
import Glibc
import SystemPackage
import TraceLang

/// The list of the functions that ftrace can stop at, each on a line: "vfs_read" or "nf_hook_slow [netfilter]".
enum TraceableFunctions {
  /// Read from there, where that is allowed.
  case tracefs(Tracefs)
  /// A file of the user's that stands in for it: what it does not have is not probed.
  case file(String)

  func forEachLine(_ body: (UnsafeRawBufferPointer) -> Bool) throws(TargetError) {
    switch self {
    case .tracefs(let tracefs): try tracefs.forEachLine(of: "available_filter_functions", body)
    case .file(let path):
      do throws(Errno) {
        guard let file = openRegularFile(path) else { throw Errno(rawValue: errno) }
        try FileDescriptor(rawValue: file.rawValue).forEachLine(body)
      } catch {
        throw TargetError("cannot read the list of traceable functions \(path): \(error)")
      }
    }
  }
}

/// The kernel's functions that can be probed, from the best list this machine lets us read.
struct KernelFunctions {
  /// What every program calls, so that the kernel lets none of type tracing attach to it
  /// (Kernel: kernel/bpf/verifier.c, btf_id_deny).
  private static let untraced: Set = [
    "migrate_disable", "migrate_enable", "rcu_read_unlock_strict", "preempt_count_add", "preempt_count_sub",
    "__rcu_read_lock", "__rcu_read_unlock",
  ]

  let list: TraceableFunctions?
  let types: KernelTypes

  /// `KernelFunction.text` of each, sorted.
  ///
  /// A function given by its name that BTF has is taken to be one that can be probed: reading the list takes longer than
  /// all else, and attaching tells.
  func names(matching glob: Glob, module: Glob?) throws(TargetError) -> [String] {
    if let known = known(glob, module) { return [known] }
    var found: [String] = []
    // The kernel's list has one name of each function, and not what ftrace leaves alone: a kprobe may do.
    if glob.literal != nil, !isListFinal {
      try forEachSymbol {
        take(glob, module, $0, $1) { found.append($0) }
        return found.isEmpty || module != nil
      }
    } else {
      try forEach(matching: glob, module: module) { found.append($0) }
    }
    return found.sorted().withoutRepeats
  }

  /// Those of `names` whose types BTF has.
  /// - Parameter names: gives what `names` does.
  func typedNames(
    matching glob: Glob, module: Glob?, among names: () throws(TargetError) -> [String]
  ) throws(TargetError) -> [String] {
    if let known = known(glob, module) { return [known] }
    let typed = types.functionTexts(matching: glob, module: module)
    if typed.isEmpty { return [] }
    return try names().filter { typed.contains($0) && !Self.untraced.contains($0) }
  }

  /// Whether the list of what ftrace can stop at has a function; `nil` where there is no list.
  func isTraceable(_ function: KernelFunction) -> Bool? {
    guard list != nil else { return nil }
    var name = function.name
    var isThere = false
    let isRead: Void? = name.withUTF8 { wanted in
      let wanted = UnsafeRawBufferPointer(wanted)
      return try? filterable { (name, module) in
        guard name.hasSameBytes(as: wanted) else { return true }
        isThere = function.isInModule ? module.elementsEqual(function.module.utf8) : module.isEmpty
        return !isThere
      }
    }
    return isRead.map { isThere }
  }

  /// Whether what the list does not have is not probed.
  private var isListFinal: Bool {
    switch list {
    case .file: true
    case .tracefs, nil: false
    }
  }

  private func known(_ glob: Glob, _ module: Glob?) -> String? {
    guard let name = glob.literal, !isListFinal else { return nil }
    guard let module else {
      return types.find(.function, name).flatMap { type in
        types.objectName(type.object.number).map { KernelFunction(name, module: $0).text }
      }
    }
    guard let place = module.literal else { return nil }
    let function = KernelFunction(name, module: place)
    return types.function(function).map { _ in function.text }
  }

  private func forEach(matching glob: Glob, module: Glob?, _ body: (String) -> Void) throws(TargetError) {
    do throws(TargetError) {
      try filterable { (name, place) in
        take(glob, module, name, place, body)
        return true
      }
      return
    } catch {
      if isListFinal { throw error }
    }
    try forEachSymbol {
      take(glob, module, $0, $1, body)
      return true
    }
  }

  /// Gives a function's text when it matches.
  private func take(
    _ glob: Glob, _ module: Glob?, _ name: UnsafeRawBufferPointer, _ place: UnsafeRawBufferPointer,
    _ body: (String) -> Void
  ) {
    guard glob.matches(name), module?.matches(place, emptyAs: KernelFunction.kernel) ?? true else { return }
    let function = String(decoding: name, as: UTF8.self)
    body(place.isEmpty ? function : "\(String(decoding: place, as: UTF8.self)):\(function)")
  }

  /// Calls `body` with the name and module of each symbol that may be a function, until it returns false.
  private func forEachSymbol(
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
  ) throws(TargetError) {
    try KernelSymbols().forEach { symbol in
      if !symbol.isText || Self.isPadding(symbol.name) || Self.isMade(symbol.module) { return true }
      return body(symbol.name, symbol.module)
    }
  }

  /// Calls `body` with each function's name and module until it returns false.
  private func filterable(
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
  ) throws(TargetError) {
    guard let list else { throw TargetError("tracefs is not at hand") }
    try list.forEachLine { line in
      let end = line.firstIndex(of: UInt8(ascii: " ")) ?? line.count
      let name = UnsafeRawBufferPointer(rebasing: line[..<end])
      let module = UnsafeRawBufferPointer(
        rebasing: line[end...].dropFirst(2).prefix { $0 != UInt8(ascii: "]") })
      return name.starts(with: "__ftrace_invalid_address__".utf8) || body(name, module)
    }
  }

  /// Symbols of the space before functions and of their unlikely halves, which are no functions.
  private static func isPadding(_ name: UnsafeRawBufferPointer) -> Bool {
    name.starts(with: "__pfx_".utf8) || name.starts(with: "__cfi_".utf8) || name.suffix(5).elementsEqual(".cold".utf8)
  }

  /// What kallsyms calls the modules of code made at run time: "bpf", "__builtin__ftrace", "__builtin__kprobes".
  private static func isMade(_ module: UnsafeRawBufferPointer) -> Bool {
    module.elementsEqual("bpf".utf8) || module.starts(with: "__builtin__".utf8)
  }
}

extension Glob {
  fileprivate func matches(_ text: UnsafeRawBufferPointer, emptyAs name: String) -> Bool {
    text.isEmpty ? matches(name) : matches(text)
  }
}

extension [String] {
  /// Each of a sorted list once.
  fileprivate var withoutRepeats: [String] {
    var result: [String] = []
    result.reserveCapacity(count)
    for text in self where text != result.last { result.append(text) }
    return result
  }
}
