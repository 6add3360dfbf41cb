import Glibc
import TraceLang

/// The types of the kernel and its modules. A module's are read only when the kernel does not know a name.
final class KernelTypes {
  private static let rawTracepointPrefix = "btf_trace_"
  /// Functions with a raw tracepoint's arguments and, unlike its typedef, their names (6.6; 5.10).
  private static let rawTracepointNamesakes = ["__probestub_", "__traceiter_"]

  private lazy var kernel: BTFObject? = try? BTFObject(BTFFile(path: BTFFile.vmlinuxPath))
  private lazy var moduleNames = Self.listModules()
  private var modules: [Int: BTFObject?] = [:]

  init() {}

  /// Of one object in memory, without modules.
  init(_ object: BTFObject) {
    kernel = object
    moduleNames = []
  }

  var isKnown: Bool { kernel != nil }

  /// All that was asked for one kind of names, by their prefix: wildcards may be many.
  private var namesByPrefix: [String: [String]] = [:]

  private static func listModules() -> [String] {
    guard let stream = opendir(BTFFile.directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = entry.pointee.name
      if !name.hasPrefix("."), name != "vmlinux" { names.append(name) }
    }
    return names.sorted()
  }

  /// The name of an object: "vmlinux" or a module's.
  func objectName(_ number: Int) -> String? {
    if number == 0 { return "vmlinux" }
    return moduleNames.indices.contains(number - 1) ? moduleNames[number - 1] : nil
  }

  private func object(_ number: Int) -> BTFObject? {
    if number == 0 { return kernel }
    if let known = modules[number] { return known }
    guard let kernel, let name = objectName(number) else { return nil }
    let object = try? BTFObject(BTFFile(path: "\(BTFFile.directory)/\(name)"), number: number, base: kernel)
    modules[number] = .some(object)
    return object
  }

  /// What `find` gives for the first object it gives anything for.
  private func search<Result>(_ find: (BTFObject) -> Result?) -> Result? {
    if let kernel, let result = find(kernel) { return result }
    for number in moduleNames.indices {
      if let object = object(number + 1), let result = find(object) { return result }
    }
    return nil
  }

  /// Calls `body` with each object and its name, the kernel first.
  func forEachObject(_ body: (BTFObject, String) -> Void) {
    _ = search { object -> Never? in
      body(object, objectName(object.number) ?? "")
      return nil
    }
  }

  func find(_ kinds: BTFKinds, _ name: String) -> BTFType? { search { $0.find(kinds, name) } }

  /// The function itself, not one of another module's that has its name.
  func function(_ function: KernelFunction) -> BTFType? {
    object(named: function.module)?.find(.function, function.name)
  }

  /// "vmlinux" or a module's; `nil` for one that has no types.
  func object(named name: String) -> BTFObject? {
    if name == KernelFunction.kernel { return kernel }
    return moduleNames.firstIndex(of: name).flatMap { object($0 + 1) }
  }

  /// "struct task_struct", "union x", "enum y", "pid_t", "unsigned int".
  func type(named name: String) -> Type? {
    let words = name.split(separator: " ")
    let kinds: BTFKinds
    switch words.first {
    case "struct": kinds = .structure
    case "union": kinds = .union
    case "enum": kinds = .enumerations
    default: return find([.typedef, .integer], name).map { $0.object.languageType($0.id) }
    }
    guard words.count == 2, let type = find(kinds, String(words[1])) else { return nil }
    return type.object.languageType(type.id)
  }

  func layout(object number: Int, type id: UInt32) -> RecordLayout? {
    guard let type = object(number)?.type(id) else { return nil }
    if type.kind == .forward { return find(type.flag ? .union : .structure, type.name)?.layout }
    return type.layout
  }

  func enumerators(object number: Int, type id: UInt32) -> [EnumeratorName] {
    object(number)?.type(id)?.enumerators ?? []
  }

  func enumerator(named name: String) -> EnumeratorValue? { search { $0.enumerator(named: name) } }

  /// `skipping` parameters at its start.
  func signature(ofFunction name: String, skipping skipped: Int = 0) -> FunctionSignature? {
    let function = KernelFunction(text: name)
    let type = function.isInModule ? self.function(function) : find(.function, name)
    return type.flatMap { $0.object.signature(ofPrototype: $0.target, skipping: skipped) }
  }

  /// Without the first, which is the kernel's own.
  func arguments(ofRawTracepoint name: String) -> [FunctionParameter]? {
    guard let typedef = find(.typedef, Self.rawTracepointPrefix + name),
      let pointer = typedef.object.underlying(typedef.id), pointer.kind == .pointer,
      let signature = pointer.object.signature(ofPrototype: pointer.target, skipping: 1)
    else { return nil }
    let named = Self.rawTracepointNamesakes.lazy.compactMap {
      self.signature(ofFunction: $0 + name, skipping: 1)
    }.first { $0.parameters.count == signature.parameters.count }
    return (named ?? signature).parameters
  }

  /// The arguments of a function or, as `btf_trace_NAME`, of a raw tracepoint: each in 8-byte words of the context.
  func layout(ofArguments name: String) -> RecordLayout? {
    let parameters =
      name.hasPrefix(Self.rawTracepointPrefix)
      ? arguments(ofRawTracepoint: String(name.dropFirst(Self.rawTracepointPrefix.count)))
      : signature(ofFunction: name)?.parameters ?? arguments(ofRawTracepoint: name)
    guard let parameters else { return nil }
    var offset = 0
    let members = parameters.map { parameter in
      let member = RecordLayout.Member(name: parameter.name, type: parameter.type, offset: offset)
      offset += 8 * words(of: parameter.type)
      return member
    }
    return RecordLayout(name: name, isUnion: false, size: offset, members: members)
  }

  private func words(of type: Type) -> Int {
    guard case .record(.btf(let object, let id, _)) = type, let size = self.object(object)?.size(of: id) else {
      return 1
    }
    return max(1, (size + 7) / 8)
  }

  /// Names of raw tracepoints that match, sorted.
  func rawTracepoints(matching glob: Glob) -> [String] {
    if let name = glob.literal { return find(.typedef, Self.rawTracepointPrefix + name) == nil ? [] : [name] }
    return names(of: .typedef, prefix: Self.rawTracepointPrefix, matching: glob)
  }

  /// Names of functions of all objects that begin with a prefix; they are matched, and given, without it, and sorted.
  func functions(prefix: String, matching glob: Glob) -> [String] {
    names(of: .function, prefix: prefix, matching: glob)
  }

  private func names(of kind: BTFKind, prefix: String, matching glob: Glob) -> [String] {
    let all = namesByPrefix[prefix] ?? names(of: kind, prefix: prefix)
    namesByPrefix[prefix] = all
    return all.filter { glob.matches($0) }
  }

  private func names(of kind: BTFKind, prefix: String) -> [String] {
    let prefix = Array(prefix.utf8)
    var names: Set<String> = []
    forEachObject { object, _ in
      object.forEach(kind) { _, name in
        if name.hasPrefix(prefix) { names.insert(String(decoding: name.dropFirst(prefix.count), as: UTF8.self)) }
      }
    }
    return names.sorted()
  }
}

extension dirent {
  var name: String {
    withUnsafeBytes(of: d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
