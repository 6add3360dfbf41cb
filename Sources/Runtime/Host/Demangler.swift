import CLibBPF

/// Gives mangled names of C++ the form that they have in its sources.
enum Demangler {
  /// Bytes of a name that is demangled; a longer one stays as it is.
  private static let maximumLength = 4096

  /// "ns::f(int)" of "_ZN2ns1fEi"; `nil` for what is not mangled so, such as names of C and the newer ones of Rust.
  static func text(of name: String) -> String? {
    guard name.hasPrefix("_Z"), name.utf8.count <= maximumLength else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: maximumLength) { buffer, count in
      let length = buffer.withMemoryRebound(to: CChar.self) { text in
        swtrace_demangle(name, text.baseAddress, text.count)
      }
      count = max(0, length)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
