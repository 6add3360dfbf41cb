import CElfutils

/// Gives mangled names the form that they have in their sources.
package enum Demangler {
  /// Bytes of a name before and after; what is longer stays as it is.
  private static let maximumLength = 4096

  /// How names of a language are known, and what is made of them.
  private struct Scheme: Sendable {
    let prefixes: [StaticString]
    /// Bytes of a name.
    var maximumLength = Demangler.maximumLength
    /// References of a name to its own parts, each of which may double it.
    var references: @Sendable (UnsafeBufferPointer<UInt8>) -> Int = { _ in 0 }
    let demangle: @Sendable (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, Int) -> Int
  }

  private static let maximumReferences = 14

  private static let rust = Scheme(prefixes: ["_R", "_ZN"], demangle: swtrace_demangle_rust)
  private static let cpp = Scheme(prefixes: ["_Z"], demangle: swtrace_demangle_cpp)
  private static let d = Scheme(
    prefixes: ["_D"], maximumLength: 1024, references: { count(of: UInt8(ascii: "Q"), in: $0) },
    demangle: swtrace_demangle_d)
  private static let swift = Scheme(
    prefixes: ["$s", "_$s", "$S", "_$S", "$e", "_T0"], maximumLength: 1024, references: substitutions,
    demangle: swtrace_demangle_swift)

  /// "ns::f(int)" of "_ZN2ns1fEi"; `nil` for what is not mangled as C++, Rust, D or Swift do it, as names of C.
  /// - Parameter isTrusted: whether the name is of somebody who does not want to have this process run out of memory. Names
  ///   of D and Swift with many references to their own parts are left as they are else.
  package static func text(of name: String, isTrusted: Bool = false) -> String? {
    var name = name
    return name.withUTF8 { bytes in
      guard let first = bytes.first, first == UInt8(ascii: "_") || first == UInt8(ascii: "$") else { return nil }
      for scheme in [rust, cpp, d, swift] {
        if let text = text(of: bytes, scheme, isTrusted) { return text }
      }
      return nil
    }
  }

  private static func text(
    of name: UnsafeBufferPointer<UInt8>, _ scheme: Scheme, _ isTrusted: Bool
  ) -> String? {
    guard name.count <= (isTrusted ? maximumLength : scheme.maximumLength), !name.contains(0),
      scheme.prefixes.contains(where: { prefix in
        name.starts(with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
      }), isTrusted || scheme.references(name) <= maximumReferences
    else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1 + maximumLength) { memory in
      for (index, byte) in name.enumerated() { memory[index] = CChar(bitPattern: byte) }
      memory[name.count] = 0
      guard let start = memory.baseAddress else { return nil }
      let text = UnsafeMutableBufferPointer(start: start + name.count + 1, count: maximumLength)
      let length = scheme.demangle(start, text.baseAddress, text.count)
      let bytes = UnsafeRawBufferPointer(text).prefix(max(0, length))
      // Swift's gives back what is none.
      return bytes.isEmpty || bytes.elementsEqual(name) ? nil : String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func count(of byte: UInt8, in name: UnsafeBufferPointer<UInt8>) -> Int {
    name.reduce(0) { $1 == byte ? $0 + 1 : $0 }
  }

  /// Half of Swift's references ("AB", "A3B" for three): it takes two of them for a part that is twice as long.
  private static func substitutions(of name: UnsafeBufferPointer<UInt8>) -> Int {
    var total = 0
    for index in name.indices where name[index] == UInt8(ascii: "A") {
      let digits = name[(index + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      total += digits.prefix(4).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } + 1
    }
    return total / 2
  }
}
