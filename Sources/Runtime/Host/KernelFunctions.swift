import CLibBPF
import Glibc
import Symbolizer
import SystemPackage
import TraceLang

/// The list of the functions that ftrace can stop at.
struct TraceableFunctions {
  let names: KernelNameList
  /// Whether what it does not have is not probed.
  let isFinal: Bool

  /// Read from there, where that is allowed.
  init(_ tracefs: Tracefs) {
    names = KernelNameList { body throws(TargetError) in
      try tracefs.forEachLine(of: "available_filter_functions") { Self.take($0, body) }
    }
    isFinal = false
  }

  /// A file of the user's that stands in for it.
  init(file path: String) {
    names = KernelNameList { body throws(TargetError) in
      do throws(Errno) {
        guard let file = openRegularFile(path) else { throw Errno(rawValue: errno) }
        try FileDescriptor(rawValue: file.rawValue).forEachLine { Self.take($0, body) }
      } catch {
        throw TargetError("cannot read the list of traceable functions \(path): \(error)")
      }
    }
    isFinal = true
  }

  /// "vfs_read" or "nf_hook_slow [netfilter]".
  private static func take(_ line: UnsafeRawBufferPointer, _ body: (KernelName) -> Bool) -> Bool {
    let end = line.firstIndex(of: UInt8(ascii: " ")) ?? line.count
    let name = UnsafeRawBufferPointer(rebasing: line[..<end])
    let module = UnsafeRawBufferPointer(rebasing: line[end...].dropFirst(2).prefix { $0 != UInt8(ascii: "]") })
    return name.starts(with: "__ftrace_invalid_address__".utf8) || body(KernelName(name: name, module: module))
  }
}

/// The kernel's functions that can be probed, from the best list this machine lets us read.
struct KernelFunctions {
  /// `nil` where there is none.
  let list: TraceableFunctions?
  let symbols: KernelNameList
  let types: KernelTypes

  /// `KernelFunction.text` of each, sorted.
  ///
  /// A function given by its name that BTF has is taken to be one that can be probed: reading the list takes longer than
  /// all else, and attaching tells.
  func names(matching glob: Glob, module: Glob?) throws(TargetError) -> [String] {
    if let known = known(glob, module) { return [known] }
    var found: [String] = []
    // The kernel's list has one name of each function, and not what ftrace leaves alone: a kprobe may do.
    if let name = glob.literal, !isListFinal {
      try symbols.forEach(named: name) { symbol in
        guard Self.isFunction(symbol) else { return true }
        take(module, symbol) { found.append($0) }
        return found.isEmpty || module != nil
      }
    } else {
      try forEach(matching: glob, module: module) { found.append($0) }
    }
    return found.sortedWithoutRepeats
  }

  /// Those of `names` whose types BTF has.
  /// - Parameter names: gives what `names` does.
  func typedNames(
    matching glob: Glob, module: Glob?, among names: () throws(TargetError) -> [String]
  ) throws(TargetError) -> [String] {
    if let known = known(glob, module) { return [known] }
    // A name that BTF had would be known.
    if glob.literal != nil, !isListFinal { return [] }
    return types.traceable(try names())
  }

  /// Whether the list of what ftrace can stop at has a function; `nil` where there is no list.
  func isTraceable(_ function: KernelFunction) -> Bool? {
    guard let list else { return nil }
    var isThere = false
    let isRead: Void? = try? list.names.forEach(named: function.name) { entry in
      isThere = function.isInModule ? entry.module.elementsEqual(function.module.utf8) : entry.module.isEmpty
      return !isThere
    }
    return isRead.map { isThere }
  }

  /// Whether what the list does not have is not probed.
  private var isListFinal: Bool { list?.isFinal ?? false }

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
      guard let list else { throw TargetError("tracefs is not at hand") }
      return try list.names.forEach(matching: glob) { entry in
        take(module, entry, body)
        return true
      }
    } catch {
      if isListFinal { throw error }
    }
    try symbols.forEach(matching: glob) { symbol in
      if Self.isFunction(symbol) { take(module, symbol, body) }
      return true
    }
  }

  /// Gives a function's text when its module matches.
  private func take(_ module: Glob?, _ entry: KernelName, _ body: (String) -> Void) {
    guard module?.matches(entry.module, emptyAs: KernelFunction.kernel) ?? true else {
      return
    }
    let function = String(decoding: entry.name, as: UTF8.self)
    body(entry.module.isEmpty ? function : "\(String(decoding: entry.module, as: UTF8.self)):\(function)")
  }

  private static func isFunction(_ symbol: KernelName) -> Bool {
    symbol.isText && !isPadding(symbol.name) && !isMade(symbol.module)
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
  /// Each once, by its bytes.
  fileprivate var sortedWithoutRepeats: [String] {
    // Most comparisons end within the first bytes, and comparing numbers takes a tenth of the time of comparing strings.
    let order = indices.map { SortKey(self[$0], at: $0) }.sorted { left, right in
      if left.first != right.first { return left.first < right.first }
      return left.second != right.second ? left.second < right.second : self[left.index] < self[right.index]
    }
    var result: [String] = []
    result.reserveCapacity(count)
    for key in order where self[key.index] != result.last { result.append(self[key.index]) }
    return result
  }
}

/// The first 16 bytes of a text, in numbers that have its order.
private struct SortKey {
  let first: UInt64
  let second: UInt64
  let index: Int

  init(_ text: String, at index: Int) {
    var text = text
    (first, second) = text.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      return (Self.number(bytes), Self.number(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(8))))
    }
    self.index = index
  }

  private static func number(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    if bytes.count >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) }
    return (0..<8).reduce(0) { $0 << 8 | ($1 < bytes.count ? UInt64(bytes[$1]) : 0) }
  }
}
