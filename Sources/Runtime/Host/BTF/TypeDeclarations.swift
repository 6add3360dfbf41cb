import CLibBPF
import Glibc
import TraceLang

/// Types of one BTF object as libbpf declares them in C: with the space between members, and attributes.
private final class TypeDeclarations {
  private let types: OpaquePointer
  private var dump: OpaquePointer?
  private var text: [UInt8] = []

  /// - Parameters:
  ///   - owner: "vmlinux" or the module's name.
  ///   - base: the kernel's own, for the types of a module.
  init?(_ object: BTFObject, of owner: String, base: TypeDeclarations?) {
    let types =
      base.map { btf__parse_raw_split("\(BTFFile.directory)/\(owner)", $0.types) }
      ?? btf__new(object.bytes.baseAddress, UInt32(object.bytes.count))
    guard let types else { return nil }
    self.types = types
    dump = btf_dump__new(
      types,
      { context, format, arguments in
        guard let context, let format, let arguments else { return }
        Unmanaged<TypeDeclarations>.fromOpaque(context).takeUnretainedValue().append(format, arguments)
      }, Unmanaged.passUnretained(self).toOpaque(), nil)
    guard dump != nil else { return nil }
  }

  deinit {
    if let dump { btf_dump__free(dump) }
    btf__free(types)
  }

  private func append(_ format: UnsafePointer<CChar>, _ arguments: CVaListPointer) {
    // Each piece has a name of the kernel at most, which are a few hundred bytes long.
    let piece = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      let count = vsnprintf(buffer.baseAddress, buffer.count, format, arguments)
      return buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }
    }
    text += piece
  }

  /// The declarations of a type and of all that it is made of and that no earlier call gave; an empty line ends each.
  func next(of id: UInt32) -> String {
    defer { text = [] }
    _ = dump.map { btf_dump__dump_type($0, id) }
    return String(decoding: text, as: UTF8.self)
  }
}

extension KernelTypes {
  /// The words that a type's name begins with in C.
  private static let keywords: [(word: String, kinds: BTFKinds)] = [
    ("struct", .structure), ("union", .union), ("enum", .enumerations),
  ]

  /// Gives the names of structs, unions or enums that "struct task_*" and the like match, sorted; `nil` for a pattern
  /// that is not of types.
  func names(matchingType pattern: String) -> [String]? {
    guard let (word, kinds, glob) = Self.parts(of: pattern) else { return nil }
    var names: Set<String> = []
    forEachObject { object, _ in
      object.forEachType(of: kinds) { type in
        let name = object.name(at: type.nameOffset)
        if !name.isEmpty, glob.matches(name) { names.insert(String(decoding: name, as: UTF8.self)) }
      }
    }
    return names.sorted().map { "\(word) \($0)" }
  }

  /// Gives the declarations of the types that a pattern matches, by name, each after the name of what has it.
  /// - Throws: when libbpf cannot read the types.
  func declarations(matchingType pattern: String, _ give: (String) -> Void) throws(TargetError) {
    guard let (word, kinds, glob) = Self.parts(of: pattern) else { return }
    var kernel: TypeDeclarations?
    var failed = false
    forEachObject { object, owner in
      guard let declarations = TypeDeclarations(object, of: owner, base: object.base == nil ? nil : kernel) else {
        failed = true
        return
      }
      if object.base == nil { kernel = declarations }
      var wanted: Set<Substring> = []
      var found: [String] = []
      object.forEachType(of: kinds) { type in
        let name = object.name(at: type.nameOffset)
        guard !name.isEmpty, glob.matches(name) else { return }
        wanted.insert(Substring(String(decoding: name, as: UTF8.self)))
        found += Self.blocks(declarations.next(of: type.id))
      }
      for text in found.filter({ Self.name(declared: $0, word).map(wanted.contains) ?? false }).sorted() {
        give("\(owner): \(text)\n\n")
      }
    }
    if failed { throw TargetError("libbpf cannot read the types of this kernel") }
  }

  /// The texts between empty lines.
  private static func blocks(_ text: String) -> [String] {
    var blocks: [String] = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if !line.isEmpty { lines.append(line) }
      if line.isEmpty, !lines.isEmpty {
        blocks.append(lines.joined(separator: "\n"))
        lines = []
      }
    }
    return blocks
  }

  /// The name that a declaration with a body begins with; what libbpf adds to the names of others of one name
  /// ("console___2") is left out.
  private static func name(declared text: String, _ word: String) -> Substring? {
    let words = text.prefix { $0 != "\n" }.split(separator: " ")
    guard words.count >= 3, words[0] == word, words[2].hasPrefix("{") else { return nil }
    let number = words[1].reversed().prefix(while: \.isNumber).count
    let stem = words[1].dropLast(number)
    return number > 0 && stem.hasSuffix("___") ? stem.dropLast(3) : words[1]
  }

  private static func parts(of pattern: String) -> (word: String, kinds: BTFKinds, glob: Glob)? {
    let parts = pattern.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let keyword = keywords.first(where: { $0.word == parts[0] }) else { return nil }
    return (keyword.word, keyword.kinds, Glob(String(parts[1].drop { $0 == " " })))
  }
}

extension BTFObject {
  /// Calls `body` with each type of some kinds that is this object's own.
  func forEachType(of kinds: BTFKinds, _ body: (BTFType) -> Void) {
    _ = first { index, offset -> Never? in
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      if let kind = type.kind, kinds.contains(BTFKinds(kind)) { body(type) }
      return nil
    }
  }
}

extension HostTarget {
  /// Gives a line for each struct, union or enum that "struct task_*" and the like match, or its declaration.
  /// - Returns: `false` for a pattern that is not of types.
  public func listTypes(
    matching pattern: String, withMembers: Bool, _ give: (String) -> Void
  ) throws(TargetError) -> Bool {
    guard let names = types.names(matchingType: pattern) else { return false }
    if withMembers {
      try types.declarations(matchingType: pattern, give)
    } else {
      for name in names { give(name + "\n") }
    }
    return true
  }
}
