/// Constants that headers of the kernel and of the C library define, by topic.
///
/// They are text that is searched where a name is unknown: a script that needs none pays nothing for them.
enum KernelConstants {
  /// Constants that headers define together.
  struct Topic: Sendable {
    /// What a C program includes to have all of them; empty for what only the kernel's own sources have.
    let headers: StaticString
    /// Whether the kernel declares some of them as enumerators, which its type information has.
    let isEnumerated: Bool
    /// "NAME=value" each; `NAME=x|y` where 64-bit ARM has y, `NAME=x|` where it has none.
    let names: StaticString
    let functions: Functions?

    init(
      headers: StaticString = "", isEnumerated: Bool = false, names: StaticString, functions: Functions? = nil
    ) {
      self.headers = headers
      self.isEnumerated = isEnumerated
      self.names = names
      self.functions = functions
    }
  }

  /// Definitions with parameters, which need their header.
  struct Functions: Sendable {
    /// One that has them.
    let header: StaticString
    /// One a line, as it follows `#define`.
    let definitions: StaticString

    init(_ header: StaticString, _ definitions: StaticString) {
      self.header = header
      self.definitions = definitions
    }
  }

  /// The value of a constant.
  struct Value: Hashable, Sendable {
    let magnitude: UInt64
    let isNegative: Bool

    /// In two's complement.
    var bits: Int64 { Int64(bitPattern: isNegative ? 0 &- magnitude : magnitude) }

    /// As if it had been written in the script.
    func literal(_ range: SourceRange) -> Expression {
      let number = Expression(.integer(.init(magnitude)), range)
      return isNegative ? Expression(.unary(.negate, number), range) : number
    }

    fileprivate init?(_ text: ArraySlice<UInt8>) {
      isNegative = text.first == UInt8(ascii: "-")
      guard case .success(let magnitude) = IntegerText.value(of: isNegative ? text.dropFirst() : text) else {
        return nil
      }
      self.magnitude = magnitude
    }
  }

  static let topics: [Topic] =
    [generalTopics, fileTopics, memoryTopics, processTopics, networkTopics, tracingTopics].flatMap { $0 }

  /// The value of a name on an architecture; `nil` for what no header is known to define there.
  static func value(of name: String, on architecture: Machine.Architecture) -> Value? {
    if let call = syscall(name, on: architecture) { return call }
    guard beginsAsAll(name) else { return nil }
    for topic in topics { if let value = topic.value(of: name, on: architecture) { return value } }
    return nil
  }

  /// Whether a name begins as all in the tables do, which keeps others from being searched for.
  private static func beginsAsAll(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) || first == UInt8(ascii: "_")
  }

  /// Those names that have a value on an architecture.
  static func defined(among names: Set<String>, on architecture: Machine.Architecture) -> Set<String> {
    var found = names.filter { syscall($0, on: architecture) != nil }
    for topic in topics { found.formUnion(topic.values(on: architecture, of: names).map(\.name)) }
    return found
  }

  /// All that have a value on an architecture, but the numbers of system calls.
  static func names(on architecture: Machine.Architecture) -> [String] {
    topics.flatMap { $0.values(on: architecture).map(\.name) }
  }

  /// The constants that a name in capitals may have meant; `nil` where none is near.
  static func hint(for name: Name, on architecture: Machine.Architecture) -> Hint? {
    guard name.text.utf8.allSatisfy({ !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else { return nil }
    let hint = Suggestions.hint(for: name.text, among: names(on: architecture), at: name.range)
    return hint.notes.isEmpty ? nil : hint
  }

  /// The header to include for a function; `nil` for what is none of a header's.
  static func hint(forFunction name: String) -> Hint? {
    let functions = topics.first { $0.definitions.contains { $0.name == name } }?.functions
    return functions.map { Hint(notes: [.init("it comes with '#include <\($0.header)>'")]) }
  }

  /// How the numbers of system calls are named. Kernel: include/uapi/asm/unistd.h; glibc: bits/syscall.h.
  private static let syscallPrefixes = ["__NR_", "SYS_"]

  private static func syscall(_ name: String, on architecture: Machine.Architecture) -> Value? {
    guard let prefix = syscallPrefixes.first(where: { name.hasPrefix($0) }) else { return nil }
    let call = name.dropFirst(prefix.count)
    let entry = SyscallTable.of(architecture).entries.first { $0.name == call }
    return entry.flatMap { Value(ArraySlice(String($0.number).utf8)) }
  }
}

extension KernelConstants.Topic {
  func value(of name: String, on architecture: Machine.Architecture) -> KernelConstants.Value? {
    var name = name
    return name.withUTF8 { wanted in
      names.words { word, end in
        end - word.startIndex == wanted.count && word[..<end].elementsEqual(wanted)
          ? word.value(from: end, on: architecture) : nil
      }.first
    }
  }

  /// In the order in which they are listed; those of some names alone, if some are given.
  func values(
    on architecture: Machine.Architecture, of wanted: Set<String>? = nil
  ) -> [(name: String, value: KernelConstants.Value)] {
    names.words { word, end in
      let name = word.text(to: end)
      guard wanted?.contains(name) ?? true else { return nil }
      return word.value(from: end, on: architecture).map { (name, $0) }
    }
  }

  /// Of what takes parameters.
  var definitions: [DefineText] {
    functions?.definitions.description.split(separator: "\n").compactMap { DefineText(String($0)) } ?? []
  }
}

private typealias Word = Slice<UnsafeBufferPointer<UInt8>>

extension StaticString {
  /// What `body` gives for each "NAME=value" and the place of its '='.
  fileprivate func words<Result>(_ body: (Word, Word.Index) -> Result?) -> [Result] {
    withUTF8Buffer { text in
      var results: [Result] = []
      var start = 0
      var equals = 0
      for end in 0...text.count {
        // After the last word a blank is thought.
        let byte = end < text.count ? text[end] : UInt8(ascii: " ")
        if byte == UInt8(ascii: "=") { equals = end }
        guard byte <= UInt8(ascii: " ") else { continue }
        if equals > start, let result = body(text[start..<end], equals) { results.append(result) }
        start = end + 1
      }
      return results
    }
  }
}

extension Word {
  fileprivate func text(to end: Index) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: self[..<end]), as: UTF8.self)
  }

  /// The value after the '=' at `end`.
  fileprivate func value(from end: Index, on architecture: Machine.Architecture) -> KernelConstants.Value? {
    let columns = self[(end + 1)...].split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
    let column: Word? =
      switch architecture {
      case .x86_64: columns.first
      case .aarch64: columns.last
      }
    return column.flatMap { KernelConstants.Value(ArraySlice($0)) }
  }
}
